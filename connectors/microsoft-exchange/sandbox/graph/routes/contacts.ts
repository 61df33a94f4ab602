import { emptyFields, type Folder, graphId, type Item, type ItemFields } from "../../mailboxes/index.ts";
import { checkIfMatch, etagOf, type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerCollection, answerCount, answerEntity } from "../collection.ts";
import { answerDelta, type DeltaEntry, deltaStart, itemDelta } from "../delta.ts";
import { applyContact, contactShape } from "../entities/contact.ts";
import { contactFolderShape } from "../entities/folder.ts";
import { GraphError, itemNotFound } from "../errors.ts";
import { findItem } from "../item-ids.ts";
import { checkEntity } from "../schema/validate-body.ts";
import { folderNamed } from "../well-known-folders.ts";
import { requiredName } from "./mail-folders.ts";
import { routes } from "./route.ts";

/** Requests for contacts and contact folders. */
export const contactRoutes = routes("contacts.read", "contacts.write", {
  "GET contacts": (call) => answerCollection(contactShape, contactsIn(call), call),
  "GET contacts/$count": (call) => answerCount(contactShape, contactsIn(call), call),
  "GET contacts/delta": (call) => itemDelta(contactShape, call, contactFolder(call).id, isContact),
  "POST contacts": (call) => createContact(call),
  "GET contacts/*": (call, id) => answerEntity(contactShape, findContact(call, id), call),
  "PATCH contacts/*": (call, id) => updateContact(call, id),
  "DELETE contacts/*": (call, id) => deleteContact(call, id, "moveToDeletedItems"),
  "POST contacts/*/permanentDelete": (call, id) => deleteContact(call, id, "hard"),
  "GET contactFolders": (call) => answerCollection(contactFolderShape, foldersBelow(call, contactFolder(call)), call),
  "GET contactFolders/delta": (call) => contactFolderDelta(call),
  "POST contactFolders": (call) => createFolder(call, contactFolder(call)),
  "GET contactFolders/*": (call, id) => answerEntity(contactFolderShape, findFolder(call, id), call),
  "PATCH contactFolders/*": (call, id) => updateFolder(call, id),
  "DELETE contactFolders/*": (call, id) => {
    mailboxOf(call).deleteFolder(findFolder(call, id).id, "moveToDeletedItems");
    return noContent;
  },
  "POST contactFolders/*/permanentDelete": (call, id) => {
    mailboxOf(call).deleteFolder(findFolder(call, id).id, "hard");
    return noContent;
  },
  "GET contactFolders/*/childFolders": (call, id) =>
    answerCollection(contactFolderShape, foldersBelow(call, findFolder(call, id)), call),
  "POST contactFolders/*/childFolders": (call, id) => createFolder(call, findFolder(call, id)),
});

function isContact(item: Item): boolean {
  return item.kind === "contact";
}

/** The folder the path names: the default contacts folder when it names none; "contacts" names that one too. */
function contactFolder(call: GraphCall): Folder {
  const { contactFolder: id } = call.scope;
  return id === undefined ? mailboxOf(call).folders.requireWellKnown("contacts") : findFolder(call, id);
}

function findFolder(call: GraphCall, id: string): Folder {
  if (id.toLowerCase() === "contacts") return mailboxOf(call).folders.requireWellKnown("contacts");
  const folder = folderNamed(call, id);
  if (folder.folderClass?.startsWith("IPF.Contact") !== true) throw itemNotFound();
  return folder;
}

function foldersBelow(call: GraphCall, parent: Folder): Folder[] {
  const { folders } = mailboxOf(call);
  return folders
    .children(parent.id)
    .filter((one) => one.folderClass?.startsWith("IPF.Contact") === true && !one.isHidden);
}

function contactsIn(call: GraphCall): Item[] {
  return mailboxOf(call).items(contactFolder(call).id).filter(isContact);
}

function findContact(call: GraphCall, id: string): Item {
  const item = findItem(mailboxOf(call), id);
  if (!isContact(item)) throw itemNotFound();
  if (call.scope.contactFolder !== undefined && item.folderId !== contactFolder(call).id) throw itemNotFound();
  return item;
}

function createContact(call: GraphCall): Promise<GraphResult> {
  const body = checkEntity("contact", jsonBody(call));
  const draft: ItemFields = emptyFields("contact");
  applyContact(draft, body, true);
  const given = body["parentFolderId"];
  const folder = typeof given === "string" ? findFolder(call, given) : contactFolder(call);
  return answerEntity(contactShape, mailboxOf(call).createItem("contact", folder.id, draft), call, 201);
}

function updateContact(call: GraphCall, id: string): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const item = findContact(call, id);
  const body = checkEntity("contact", jsonBody(call));
  checkIfMatch(call, etagOf(mailbox, item));
  applyContact({ ...item }, body, false);
  const changed = mailbox.changeItem(item.id, (draft) => applyContact(draft, body, false));
  const target = body["parentFolderId"];
  const isMove = typeof target === "string" && findFolder(call, target).id !== changed.folderId;
  const placed = isMove ? mailbox.moveItem(changed.id, findFolder(call, target).id) : changed;
  return answerEntity(contactShape, placed, call);
}

function deleteContact(call: GraphCall, id: string, disposal: "moveToDeletedItems" | "hard"): GraphResult {
  const mailbox = mailboxOf(call);
  const item = findContact(call, id);
  checkIfMatch(call, etagOf(mailbox, item));
  mailbox.deleteItem(item.id, disposal);
  return noContent;
}

function createFolder(call: GraphCall, parent: Folder): Promise<GraphResult> {
  const body = checkEntity("contactFolder", jsonBody(call));
  const displayName = requiredName(body, "displayName");
  const made = mailboxOf(call).createFolder(parent.id, { displayName, folderClass: "IPF.Contact" });
  return answerEntity(contactFolderShape, made, call, 201);
}

function updateFolder(call: GraphCall, id: string): Promise<GraphResult> {
  const body = checkEntity("contactFolder", jsonBody(call));
  const folder = findFolder(call, id);
  if (folder.wellKnown !== undefined) {
    throw new GraphError(400, "ErrorInvalidRequest", "The default contacts folder cannot be renamed.");
  }
  const changed = mailboxOf(call).folders.change(folder.id, (draft) => {
    if ("displayName" in body) draft.displayName = requiredName(body, "displayName");
  });
  return answerEntity(contactFolderShape, changed, call);
}

function contactFolderDelta(call: GraphCall): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const changes = mailbox.folderChanges(contactFolder(call).id, deltaStart(call));
  const entries = changes.flatMap(({ id, number, folder }): DeltaEntry<Folder>[] => {
    if (folder === undefined) return [{ number, goneId: graphId(id) }];
    return folder.folderClass?.startsWith("IPF.Contact") === true ? [{ number, shown: [folder] }] : [];
  });
  return answerDelta(
    contactFolderShape,
    call,
    entries.sort((one, other) => one.number - other.number),
  );
}
