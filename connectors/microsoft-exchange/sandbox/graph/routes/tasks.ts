import { randomUUID } from "node:crypto";
import {
  emptyFields,
  type Folder,
  graphId,
  type Item,
  type ItemFields,
  type TaskDetails,
} from "../../mailboxes/index.ts";
import { checkIfMatch, etagOf, type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerCollection, answerEntity } from "../collection.ts";
import { answerDelta, type DeltaEntry, deltaStart, itemDelta } from "../delta.ts";
import {
  applyTask,
  checklistShape,
  linkedResourceShape,
  taskListShape,
  taskListsOf,
  taskShape,
} from "../entities/task.ts";
import { GraphError, itemNotFound } from "../errors.ts";
import { isInBin } from "../in-bin.ts";
import { findItem } from "../item-ids.ts";
import { checkEntity, type JsonObject } from "../schema/validate-body.ts";
import { textOf } from "../values.ts";
import { folderNamed } from "../well-known-folders.ts";
import { requiredName } from "./mail-folders.ts";
import { routes } from "./route.ts";

/** Requests for task lists, tasks, their steps and links. */
export const taskRoutes = routes("tasks.read", "tasks.write", {
  "GET todo/lists": (call) => answerCollection(taskListShape, taskListsOf(call), call),
  "GET todo/lists/delta": (call) => listDelta(call),
  "POST todo/lists": (call) => createList(call),
  "GET todo/lists/*": (call, id) => answerEntity(taskListShape, findList(call, id), call),
  "PATCH todo/lists/*": (call, id) => updateList(call, id),
  "DELETE todo/lists/*": (call, id) => deleteList(call, id),
  "GET todo/lists/*/tasks": (call, list) => answerCollection(taskShape, tasksIn(call, list), call),
  "GET todo/lists/*/tasks/delta": (call, list) => itemDelta(taskShape, call, findList(call, list).id, isTask),
  "POST todo/lists/*/tasks": (call, list) => createTask(call, list),
  "GET todo/lists/*/tasks/*": (call, list, id) => answerEntity(taskShape, findTask(call, list, id), call),
  "PATCH todo/lists/*/tasks/*": (call, list, id) => updateTask(call, list, id),
  "DELETE todo/lists/*/tasks/*": (call, list, id) => deleteTask(call, list, id),
  "GET todo/lists/*/tasks/*/checklistItems": (call, list, id) =>
    answerCollection(checklistShape, findTask(call, list, id).task?.checklist ?? [], call),
  "POST todo/lists/*/tasks/*/checklistItems": (call, list, id) => addStep(call, list, id),
  "GET todo/lists/*/tasks/*/checklistItems/*": (call, list, id, step) =>
    answerEntity(checklistShape, partOf(findTask(call, list, id).task?.checklist, step), call),
  "PATCH todo/lists/*/tasks/*/checklistItems/*": (call, list, id, step) => changeStep(call, list, id, step),
  "DELETE todo/lists/*/tasks/*/checklistItems/*": (call, list, id, step) =>
    changeTask(call, list, id, (task) => {
      partOf(task.checklist, step);
      task.checklist = task.checklist.filter((one) => one.id !== step);
    }),
  "GET todo/lists/*/tasks/*/linkedResources": (call, list, id) =>
    answerCollection(linkedResourceShape, findTask(call, list, id).task?.linkedResources ?? [], call),
  "POST todo/lists/*/tasks/*/linkedResources": (call, list, id) => addLink(call, list, id),
  "GET todo/lists/*/tasks/*/linkedResources/*": (call, list, id, link) =>
    answerEntity(linkedResourceShape, partOf(findTask(call, list, id).task?.linkedResources, link), call),
  "PATCH todo/lists/*/tasks/*/linkedResources/*": (call, list, id, link) => changeLink(call, list, id, link),
  "DELETE todo/lists/*/tasks/*/linkedResources/*": (call, list, id, link) =>
    changeTask(call, list, id, (task) => {
      partOf(task.linkedResources, link);
      task.linkedResources = task.linkedResources.filter((one) => one.id !== link);
    }),
});

function isTask(item: Item): boolean {
  return item.kind === "task";
}

function findList(call: GraphCall, id: string): Folder {
  if (id.toLowerCase() === "tasks") return mailboxOf(call).folders.requireWellKnown("tasks");
  const folder = folderNamed(call, id);
  if (folder.folderClass?.startsWith("IPF.Task") !== true || isInBin(call, folder)) throw itemNotFound();
  return folder;
}

function createList(call: GraphCall): Promise<GraphResult> {
  const body = checkEntity("todoTaskList", jsonBody(call));
  const mailbox = mailboxOf(call);
  const displayName = requiredName(body, "displayName");
  const parent = mailbox.folders.requireWellKnown("tasks").id;
  return answerEntity(taskListShape, mailbox.createFolder(parent, { displayName, folderClass: "IPF.Task" }), call, 201);
}

function updateList(call: GraphCall, id: string): Promise<GraphResult> {
  const body = checkEntity("todoTaskList", jsonBody(call));
  const folder = renamable(findList(call, id));
  const changed = mailboxOf(call).folders.change(folder.id, (draft) => {
    if ("displayName" in body) draft.displayName = requiredName(body, "displayName");
  });
  return answerEntity(taskListShape, changed, call);
}

function deleteList(call: GraphCall, id: string): GraphResult {
  mailboxOf(call).deleteFolder(renamable(findList(call, id)).id, "moveToDeletedItems");
  return noContent;
}

function renamable(folder: Folder): Folder {
  if (folder.wellKnown === undefined) return folder;
  throw new GraphError(400, "invalidRequest", "Invalid request: built-in lists cannot be renamed or deleted.");
}

function tasksIn(call: GraphCall, list: string): Item[] {
  return mailboxOf(call).items(findList(call, list).id).filter(isTask);
}

function findTask(call: GraphCall, list: string, id: string): Item {
  const item = findItem(mailboxOf(call), id);
  if (!isTask(item) || item.folderId !== findList(call, list).id) throw itemNotFound();
  return item;
}

function createTask(call: GraphCall, list: string): Promise<GraphResult> {
  const body = checkEntity("todoTask", jsonBody(call));
  const folder = findList(call, list);
  const draft: ItemFields = emptyFields("task");
  applyTask(draft, body, call);
  if (draft.task) {
    draft.task.checklist = ((body["checklistItems"] ?? []) as JsonObject[]).map((one) => newStep(one, call));
    draft.task.linkedResources = ((body["linkedResources"] ?? []) as JsonObject[]).map(newLink);
  }
  return answerEntity(taskShape, mailboxOf(call).createItem("task", folder.id, draft), call, 201);
}

function updateTask(call: GraphCall, list: string, id: string): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const item = findTask(call, list, id);
  const body = checkEntity("todoTask", jsonBody(call));
  checkIfMatch(call, etagOf(mailbox, item));
  applyTask({ ...item }, body, call);
  return answerEntity(
    taskShape,
    mailbox.changeItem(item.id, (draft) => applyTask(draft, body, call)),
    call,
  );
}

function deleteTask(call: GraphCall, list: string, id: string): GraphResult {
  const item = findTask(call, list, id);
  checkIfMatch(call, etagOf(mailboxOf(call), item));
  mailboxOf(call).deleteItem(item.id, "moveToDeletedItems");
  return noContent;
}

function changeTask(call: GraphCall, list: string, id: string, change: (task: TaskDetails) => void): GraphResult {
  const item = findTask(call, list, id);
  mailboxOf(call).changeItem(item.id, (draft) => {
    if (!draft.task) return;
    draft.task = { ...draft.task };
    change(draft.task);
  });
  return noContent;
}

function partOf<T extends { id: string }>(list: readonly T[] | undefined, id: string): T {
  const found = list?.find((one) => one.id === id);
  if (found === undefined) throw itemNotFound();
  return found;
}

function addStep(call: GraphCall, list: string, id: string): Promise<GraphResult> {
  const step = newStep(checkEntity("checklistItem", jsonBody(call)), call);
  changeTask(call, list, id, (task) => {
    task.checklist = [...task.checklist, step];
  });
  return answerEntity(checklistShape, step, call, 201);
}

function changeStep(call: GraphCall, list: string, id: string, stepId: string): Promise<GraphResult> {
  const body = checkEntity("checklistItem", jsonBody(call));
  const step = { ...partOf(findTask(call, list, id).task?.checklist, stepId) };
  if ("displayName" in body) step.displayName = requiredName(body, "displayName");
  if ("isChecked" in body) step.isChecked = body["isChecked"] === true;
  if (!step.isChecked) delete step.checkedAt;
  else step.checkedAt ??= call.now;
  changeTask(call, list, id, (task) => {
    task.checklist = task.checklist.map((one) => (one.id === stepId ? step : one));
  });
  return answerEntity(checklistShape, step, call);
}

function newStep(body: JsonObject, call: GraphCall): TaskDetails["checklist"][number] {
  const isChecked = body["isChecked"] === true;
  return {
    id: randomUUID(),
    displayName: requiredName(body, "displayName"),
    isChecked,
    createdAt: call.now,
    ...(isChecked ? { checkedAt: call.now } : {}),
  };
}

function addLink(call: GraphCall, list: string, id: string): Promise<GraphResult> {
  const link = newLink(checkEntity("linkedResource", jsonBody(call)));
  changeTask(call, list, id, (task) => {
    task.linkedResources = [...task.linkedResources, link];
  });
  return answerEntity(linkedResourceShape, link, call, 201);
}

function changeLink(call: GraphCall, list: string, id: string, linkId: string): Promise<GraphResult> {
  const body = checkEntity("linkedResource", jsonBody(call));
  const link = { ...partOf(findTask(call, list, id).task?.linkedResources, linkId), ...linkTexts(body) };
  changeTask(call, list, id, (task) => {
    task.linkedResources = task.linkedResources.map((one) => (one.id === linkId ? link : one));
  });
  return answerEntity(linkedResourceShape, link, call);
}

function newLink(body: JsonObject): TaskDetails["linkedResources"][number] {
  return { id: randomUUID(), ...linkTexts(body) };
}

function linkTexts(body: JsonObject): Record<string, string> {
  const names = ["applicationName", "displayName", "externalId", "webUrl"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textOf(body, name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function listDelta(call: GraphCall): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const changes = mailbox.folderChanges(mailbox.folders.requireWellKnown("msgfolderroot").id, deltaStart(call));
  const entries = changes.flatMap(({ id, number, folder }): DeltaEntry<Folder>[] => {
    if (folder === undefined) return [{ number, goneId: graphId(id) }];
    return folder.folderClass?.startsWith("IPF.Task") === true ? [{ number, shown: [folder] }] : [];
  });
  return answerDelta(
    taskListShape,
    call,
    entries.sort((one, other) => one.number - other.number),
  );
}
