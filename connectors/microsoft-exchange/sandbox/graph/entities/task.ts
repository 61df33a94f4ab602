import {
  type ChecklistItem,
  emptyTask,
  type Folder,
  type Item,
  type ItemFields,
  type LinkedResource,
  type TaskDetails,
  toWallClock,
} from "../../mailboxes/index.ts";
import { etagOf, folderIdOf, type GraphCall, idOf, mailboxOf } from "../call.ts";
import { isInBin } from "../in-bin.ts";
import { EVENT_RULES, SMALL_RULES } from "../odata/filter-rules.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { project, type Shape } from "../shape.ts";
import { printInstant, printZoned, readEnum, readZoned } from "../values.ts";
import { printBody, readBody } from "./item-body.ts";
import { printRecurrence, readRecurrence } from "./recurrence.ts";

const statuses = ["notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"] as const;

/** How task lists are shown: folders of the task class. */
export const taskListShape: Shape<Folder> = {
  type: "todoTaskList",
  etag: (folder, call) => etagOf(mailboxOf(call), folder),
  rules: SMALL_RULES,
  members: {
    displayName: (folder) => folder.displayName,
    isOwner: () => true,
    isShared: () => false,
    wellknownListName: (folder) => (folder.wellKnown === "tasks" ? "defaultList" : "none"),
    id: (folder) => folderIdOf(folder),
  },
};

/** How tasks are shown. */
export const taskShape: Shape<Item> = {
  type: "todoTask",
  etag: (item, call) => etagOf(mailboxOf(call), item),
  rules: { ...EVENT_RULES, unsearchable: ["id", "recurrence"] },
  unsortable: ["body", "recurrence"],
  members: {
    importance: (item) => item.importance,
    isReminderOn: (item) => item.reminder.isSet,
    status: (item) => detailsOf(item).status,
    title: (item) => item.subject ?? "",
    createdDateTime: (item) => printInstant(item.createdAt),
    lastModifiedDateTime: (item) => printInstant(item.modifiedAt),
    bodyLastModifiedDateTime: (item) => printInstant(item.modifiedAt),
    hasAttachments: (item) => item.attachments.length > 0,
    categories: (item) => item.categories,
    id: (item, call) => idOf(call, item),
    body: (item, call) => printBody({ body: item.body ?? { type: "text", content: "" } }, call),
    completedDateTime: (item, call) => printTime(detailsOf(item).completedAt, call),
    dueDateTime: (item, call) => printTime(detailsOf(item).dueAt, call),
    startDateTime: (item, call) => printTime(detailsOf(item).startAt, call),
    reminderDateTime: (item, call) => printTime(item.reminder.isSet ? item.reminder.dueBy : undefined, call),
    recurrence: (item) => printRecurrence(detailsOf(item).recurrence, detailsOf(item).timeZone ?? "UTC"),
  },
  expanders: {
    checklistItems: (item, call) =>
      Promise.all(detailsOf(item).checklist.map((one) => project(checklistShape, one, call, { expand: [] }))),
    linkedResources: (item, call) =>
      Promise.all(
        detailsOf(item).linkedResources.map((one) => project(linkedResourceShape, one, call, { expand: [] })),
      ),
    extensions: () => [],
  },
};

/** How the steps of a task are shown. */
export const checklistShape: Shape<ChecklistItem> = {
  type: "checklistItem",
  rules: SMALL_RULES,
  members: {
    displayName: (one) => one.displayName,
    createdDateTime: (one) => printInstant(one.createdAt),
    isChecked: (one) => one.isChecked,
    checkedDateTime: (one) => printInstant(one.checkedAt),
    id: (one) => one.id,
  },
};

/** How links of a task are shown. */
export const linkedResourceShape: Shape<LinkedResource> = {
  type: "linkedResource",
  rules: SMALL_RULES,
  members: {
    webUrl: (one) => one.webUrl,
    applicationName: (one) => one.applicationName,
    displayName: (one) => one.displayName,
    externalId: (one) => one.externalId,
    id: (one) => one.id,
  },
};

/** The task lists of a mailbox, the default one first. */
export function taskListsOf(call: GraphCall): Folder[] {
  const { folders } = mailboxOf(call);
  const found = folders
    .descendants(folders.requireWellKnown("msgfolderroot").id)
    .filter((folder) => folder.folderClass?.startsWith("IPF.Task") === true && !isInBin(call, folder));
  return found.sort((one, other) => Number(other.wellKnown === "tasks") - Number(one.wellKnown === "tasks"));
}

/** Writes a body's members to a task. */
export function applyTask(draft: ItemFields, body: JsonObject, call: GraphCall): void {
  const task: TaskDetails = { ...(draft.task ?? emptyTask()) };
  for (const [name, value] of Object.entries(body)) setters[name]?.(draft, task, value, call);
  task.changeCount += 1;
  draft.task = task;
}

type Setter = (draft: ItemFields, task: TaskDetails, value: unknown, call: GraphCall) => void;

const setters: Readonly<Record<string, Setter>> = {
  title: (draft, _task, value) => {
    draft.subject = value === null ? "" : String(value);
  },
  body: (draft, _task, value) => {
    const body = readBody(value);
    if (body === undefined) delete draft.body;
    else draft.body = body;
  },
  importance: (draft, _task, value) => {
    draft.importance = readEnum(value, ["low", "normal", "high"]);
  },
  categories: (draft, _task, value) => {
    draft.categories = [...(value as string[])];
  },
  status: (_draft, task, value, call) => setStatus(task, readEnum(value, statuses), call),
  startDateTime: (_draft, task, value) => setTime(task, "startAt", value),
  dueDateTime: (_draft, task, value) => setTime(task, "dueAt", value),
  completedDateTime: (_draft, task, value) => setTime(task, "completedAt", value),
  isReminderOn: (draft, _task, value) => {
    draft.reminder = { ...draft.reminder, isSet: value === true };
  },
  reminderDateTime: (draft, _task, value) => {
    const read = readZoned(value);
    if (read === undefined) delete draft.reminder.dueBy;
    else draft.reminder = { isSet: true, dueBy: read.at };
  },
  recurrence: (_draft, task, value, call) => {
    const start = task.dueAt ?? task.startAt ?? call.now;
    const recurrence = readRecurrence(value, toWallClock("UTC", start).slice(0, 10));
    if (recurrence === undefined) delete task.recurrence;
    else task.recurrence = recurrence;
  },
};

function setStatus(task: TaskDetails, status: TaskDetails["status"], call: GraphCall): void {
  const wasCompleted = task.status === "completed";
  task.status = status;
  if (status === "completed") {
    task.percentComplete = 100;
    task.completedAt ??= call.now;
    return;
  }
  delete task.completedAt;
  if (status === "notStarted" || wasCompleted) task.percentComplete = 0;
}

function setTime(task: TaskDetails, name: "startAt" | "dueAt" | "completedAt", value: unknown): void {
  const read = readZoned(value);
  if (read === undefined) {
    delete task[name];
    return;
  }
  task[name] = read.at;
  task.timeZone = read.timeZone;
}

function detailsOf(item: Item): TaskDetails {
  return item.task ?? emptyTask();
}

function printTime(at: Date | undefined, call: GraphCall): unknown {
  return at === undefined ? null : printZoned(at, call.prefer.timeZone ?? "UTC");
}
