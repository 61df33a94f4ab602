import { graphProperties } from "../../support/stand.ts";
import { fillCalendar, fillContacts, fillMail } from "../ews/fill-mailbox.ts";
import { walkTables } from "../support/walk.ts";
import { contactSamples } from "./contact-samples.ts";
import { eventSamples } from "./event-samples.ts";
import { mailSamples } from "./mail-samples.ts";
import { taskSamples } from "./task-samples.ts";

const samples = { ...mailSamples, ...eventSamples, ...contactSamples, ...taskSamples };

walkTables({
  schema: "MSGraph",
  tables: Object.keys(samples),
  samples,
  properties: ({ sandbox }) => graphProperties(sandbox),
  fill: async (context) => {
    fillMail(context);
    fillCalendar(context);
    fillContacts(context);
  },
});
