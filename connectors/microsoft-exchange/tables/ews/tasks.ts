import { acceptItems } from "../../ews/plan.ts";
import {
  conversationChangeKey,
  conversationId,
  effectiveRights,
  itemIdentity,
  itemPropertiesBesideMail,
  laterItemProperties,
  uniqueBody,
} from "../columns/ews-item.ts";
import { impersonation, otherFolder, recurrenceSpelling } from "../columns/ews-pseudo.ts";
import { taskImportance, taskProperties } from "../columns/ews-task.ts";
import type { EwsTable } from "./ews-table.ts";

/** To-do items. */
export const tasks: EwsTable = {
  name: "Tasks",
  kind: { of: "items", folder: "tasks", element: "Task" },
  description: "To-do items.",
  columns: [
    ...itemIdentity,
    ...itemPropertiesBesideMail,
    ...taskProperties,
    ...effectiveRights("item:EffectiveRights"),
    ...laterItemProperties,
    conversationId,
    conversationChangeKey,
    ...uniqueBody({}),
    taskImportance,
  ],
  pseudoColumns: [...impersonation, ...otherFolder, recurrenceSpelling],
  accepts: acceptItems,
};
