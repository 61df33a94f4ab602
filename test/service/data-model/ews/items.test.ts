import { ewsTables } from "../../../../connectors/microsoft-exchange/ews/index.ts";
import { walkTables } from "../support/walk.ts";
import { calendarSamples } from "./calendar-samples.ts";
import { contactSamples } from "./contact-samples.ts";
import { directorySamples } from "./directory-samples.ts";
import { fillCalendar, fillContacts, fillFolders, fillTasks } from "./fill-mailbox.ts";
import { mailTables } from "./mail-samples.ts";
import { onlineProperties } from "./online.ts";
import { taskSamples } from "./task-samples.ts";

const others = ewsTables({ platform: "Exchange_Online" }).map(({ name }) => name);

walkTables({
  schema: "EWS",
  tables: others.filter((name) => !mailTables.includes(name)),
  samples: { ...calendarSamples, ...contactSamples, ...taskSamples, ...directorySamples },
  properties: onlineProperties,
  fill: async (context) => {
    fillCalendar(context);
    fillContacts(context);
    fillTasks(context);
    fillFolders(context);
  },
});
