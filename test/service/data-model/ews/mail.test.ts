import { walkTables } from "../support/walk.ts";
import { fillMail } from "./fill-mailbox.ts";
import { mailSamples, mailTables } from "./mail-samples.ts";
import { onlineProperties } from "./online.ts";

walkTables({
  schema: "EWS",
  tables: mailTables,
  samples: mailSamples,
  properties: onlineProperties,
  fill: async (context) => fillMail(context),
});
