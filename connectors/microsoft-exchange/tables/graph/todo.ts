import {
  anyText,
  byFlag,
  byInstant,
  byZoned,
  choice,
  flag,
  idColumn,
  instant,
  json,
  parentColumn,
  prefixText,
  text,
  userIdColumn,
  word,
  zone,
  zoned,
} from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { changedTaskBody, neededForTask, newTaskBody } from "../../graph/task-times.ts";
import { graphTable } from "./graph-table.ts";
import { recurrenceColumns } from "./recurrence-columns.ts";

/** Lists of Microsoft To Do. */
export const todoTaskLists: GraphTable = graphTable({
  name: "TodoTaskLists",
  description: "Lists of Microsoft To Do.",
  activities: ["query", "create", "update", "delete"],
  columns: [
    idColumn(),
    text("displayName", { write: "writable", filter: prefixText }),
    flag("isOwner", { filter: byFlag }),
    flag("isShared", { filter: byFlag }),
    text("wellknownListName", { filter: prefixText }),
  ],
  pseudoColumns: [userIdColumn],
  requiredOnCreate: ["displayName"],
  resource: { owner: "mailbox", collection: "todo/lists", byId: true, maxPage: 1000, heavy: [], writes: {} },
});

const taskColumns = [
  idColumn(),
  { ...parentColumn("listId", { path: [] }), key: true },
  text("title", { write: "writable", filter: anyText, sortable: true }),
  text("body_content", { write: "writable" }),
  word("body_contentType", ["text", "html"], { write: "writable" }),
  instant("bodyLastModifiedDateTime", { filter: byInstant, sortable: true }),
  json("categories", { write: "writable" }),
  zoned("completedDateTime_dateTime", { write: "writable", filter: byZoned }),
  zone("completedDateTime_timeZone", { write: "writable" }),
  instant("createdDateTime", { filter: byInstant, sortable: true }),
  zoned("dueDateTime_dateTime", { write: "writable", filter: byZoned }),
  zone("dueDateTime_timeZone", { write: "writable" }),
  flag("hasAttachments", { filter: byFlag }),
  choice("importance", ["low", "normal", "high"], { write: "writable" }),
  flag("isReminderOn", { write: "writable", filter: byFlag }),
  instant("lastModifiedDateTime", { filter: byInstant, sortable: true }),
  // The reference has the kinds of pattern and range alone, which say too little to write one.
  ...recurrenceColumns,
  zoned("reminderDateTime_dateTime", { write: "writable", filter: byZoned, clock: true }),
  zone("reminderDateTime_timeZone", { write: "writable" }),
  zoned("startDateTime_dateTime", { write: "writable", filter: byZoned }),
  zone("startDateTime_timeZone", { write: "writable" }),
  choice("status", ["notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"], { write: "writable" }),
];

/** Tasks of Microsoft To Do. */
export const todoTasks: GraphTable = graphTable({
  name: "TodoTasks",
  description:
    "Tasks of the To Do list that listId names; without it of every list in turn. Changes need id and listId.",
  activities: ["query", "create", "update", "delete"],
  columns: taskColumns,
  pseudoColumns: [userIdColumn],
  requiredOnCreate: ["listId", "title"],
  resource: {
    owner: "mailbox",
    collection: "tasks",
    onlyInParent: true,
    byId: true,
    maxPage: 1000,
    heavy: [],
    parent: {
      column: "listId",
      path: (id) => `todo/lists/${id}/tasks`,
      otherwise: { kind: "each", parents: "todo/lists" },
    },
    writes: { prepare: newTaskBody, change: { needs: neededForTask, complete: changedTaskBody } },
  },
});
