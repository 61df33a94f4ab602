import { emptyFields, type Folder, type Item, type ItemFields, readMime, writeMime } from "../../mailboxes/index.ts";
import {
  base64Body,
  checkIfMatch,
  contentTypeOf,
  etagOf,
  type GraphCall,
  type GraphResult,
  jsonBody,
  mailboxOf,
  noContent,
} from "../call.ts";
import { answerCollection, answerCount, answerEntity, answerPage } from "../collection.ts";
import { itemDelta } from "../delta.ts";
import { isMailFolder } from "../entities/folder.ts";
import { applyMessage, messageShape } from "../entities/message.ts";
import { readAttachment } from "../entities/read-attachment.ts";
import { badRequest, GraphError, itemNotFound } from "../errors.ts";
import { findItem } from "../item-ids.ts";
import { ranged } from "../ranged.ts";
import { checkEntity, checkParameters, type JsonObject } from "../schema/validate-body.ts";
import { searchMessages } from "../search.ts";
import { folderNamed } from "../well-known-folders.ts";
import { routes } from "./route.ts";

/** Kinds of items that mail collections show. */
const mailKinds: readonly Item["kind"][] = [
  "message",
  "post",
  "meetingRequest",
  "meetingResponse",
  "meetingCancellation",
  "item",
];

/** Requests for messages, in all folders or one. */
export const messageRoutes = routes("mail.read", "mail.write", {
  "GET messages": (call) => listMessages(call),
  "GET messages/$count": (call) => answerCount(messageShape, messagesIn(call), call),
  "GET messages/delta": (call) => messageDelta(call),
  "POST messages": (call) => createMessage(call),
  "GET messages/*": (call, id) => answerEntity(messageShape, findMessage(call, id), call),
  "PATCH messages/*": (call, id) => updateMessage(call, id),
  "DELETE messages/*": (call, id) => deleteMessage(call, id),
  "GET messages/*/$value": (call, id) => messageBytes(call, id),
  "POST messages/*/move": (call, id) => moveMessage(call, id, "move"),
  "POST messages/*/copy": (call, id) => moveMessage(call, id, "copy"),
  "POST messages/*/permanentDelete": (call, id) => permanentDelete(call, id),
});

/** A message by id; in the folder the path names, when it names one. */
export function findMessage(call: GraphCall, id: string): Item {
  const item = findItem(mailboxOf(call), id);
  const { folder } = call.scope;
  if (!mailKinds.includes(item.kind)) throw itemNotFound();
  if (folder !== undefined && item.folderId !== folderNamed(call, folder).id) throw itemNotFound();
  return item;
}

/** Makes the item of a new draft from a body. */
export async function newDraft(call: GraphCall, body: JsonObject): Promise<ItemFields> {
  const draft: ItemFields = { ...emptyFields("message"), isDraft: true, isRead: true };
  applyMessage(draft, body, call, true);
  const attachments = Array.isArray(body["attachments"]) ? (body["attachments"] as JsonObject[]) : [];
  draft.attachments = attachments.map((one) => ({
    isInline: false,
    kind: "file",
    ...readAttachment(one, call),
    id: "",
    modifiedAt: call.now,
  }));
  return draft;
}

function messagesIn(call: GraphCall): Item[] {
  const mailbox = mailboxOf(call);
  const { folder } = call.scope;
  const items =
    folder === undefined
      ? mailFolders(call).flatMap((one) => mailbox.items(one.id))
      : mailbox.items(folderNamed(call, folder).id);
  return items.filter((item) => mailKinds.includes(item.kind)).sort(newestFirst);
}

/** All mail folders, deleted items too: `/messages` shows those as well. */
function mailFolders(call: GraphCall): Folder[] {
  const { folders } = mailboxOf(call);
  return folders.descendants(folders.requireWellKnown("msgfolderroot").id).filter(isMailFolder);
}

/** Without `$orderby` the service gives the newest first. */
function newestFirst(one: Item, other: Item): number {
  const time = (item: Item) => (item.receivedAt ?? item.createdAt).getTime();
  return time(other) - time(one) || other.entryNumber - one.entryNumber;
}

function listMessages(call: GraphCall): Promise<GraphResult> {
  const { search } = call.query;
  if (search === undefined) return answerCollection(messageShape, messagesIn(call), call);
  return answerPage(messageShape, searchMessages(messagesIn(call), call, search), call);
}

function messageDelta(call: GraphCall): Promise<GraphResult> {
  const { folder } = call.scope;
  if (folder === undefined) throw badRequest("Change tracking is not supported against 'microsoft.graph.message'.");
  return itemDelta(messageShape, call, folderNamed(call, folder).id, (item) => mailKinds.includes(item.kind));
}

async function createMessage(call: GraphCall): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const folder =
    call.scope.folder === undefined ? mailbox.folders.requireWellKnown("drafts") : folderNamed(call, call.scope.folder);
  const fields =
    contentTypeOf(call) === "text/plain"
      ? await draftOfMime(call)
      : await newDraft(call, checkEntity("message", jsonBody(call)));
  const item = mailbox.createItem("message", folder.id, fields);
  const result = await answerEntity(messageShape, item, call, 201);
  return { ...result, headers: { ...result.headers, location: `${call.base}/${call.contextPath}('${item.id}')` } };
}

async function draftOfMime(call: GraphCall): Promise<ItemFields> {
  return { ...(await readMimeBody(call)), isDraft: true, isRead: true };
}

/** A MIME message in base64 as the body of a request. */
export async function readMimeBody(call: GraphCall): Promise<ItemFields> {
  const mime = base64Body(call);
  try {
    return await readMime(mime, call.now);
  } catch {
    throw new GraphError(400, "ErrorMimeContentInvalid", "The MIME content is not valid.");
  }
}

async function updateMessage(call: GraphCall, id: string): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const item = findMessage(call, id);
  const body = checkEntity("message", jsonBody(call));
  checkIfMatch(call, etagOf(mailbox, item));
  const trial = { ...item };
  applyMessage(trial, body, call, false);
  const changed = mailbox.changeItem(item.id, (draft) => applyMessage(draft, body, call, false));
  return answerEntity(messageShape, changed, call);
}

function deleteMessage(call: GraphCall, id: string): GraphResult {
  const mailbox = mailboxOf(call);
  const item = findMessage(call, id);
  checkIfMatch(call, etagOf(mailbox, item));
  mailbox.deleteItem(item.id, "moveToDeletedItems");
  return noContent;
}

function permanentDelete(call: GraphCall, id: string): GraphResult {
  mailboxOf(call).deleteItem(findMessage(call, id).id, "hard");
  return noContent;
}

async function messageBytes(call: GraphCall, id: string): Promise<GraphResult> {
  const item = findMessage(call, id);
  return ranged(call, { status: 200, body: await writeMime(item), contentType: "text/plain" });
}

function moveMessage(call: GraphCall, id: string, how: "move" | "copy"): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const item = findMessage(call, id);
  const target = folderNamed(call, destinationOf(call)).id;
  const moved = how === "move" ? mailbox.moveItem(item.id, target) : mailbox.copyItem(item.id, target);
  return answerEntity(messageShape, moved, call, 201);
}

/** The `destinationId` of a move or copy. */
export function destinationOf(call: GraphCall): string {
  const given = checkParameters({ DestinationId: "string" }, jsonBody(call))["DestinationId"];
  if (typeof given !== "string") {
    throw new GraphError(400, "ErrorInvalidRequest", "The destinationId parameter is required.");
  }
  return given;
}
