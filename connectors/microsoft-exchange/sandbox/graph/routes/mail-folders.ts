import type { Folder } from "../../mailboxes/index.ts";
import { graphId } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerCollection, answerCount, answerEntity } from "../collection.ts";
import { answerDelta, type DeltaEntry, deltaStart } from "../delta.ts";
import { childFolders, isMailFolder, mailFolderShape } from "../entities/folder.ts";
import { GraphError } from "../errors.ts";
import { writeExtended } from "../extended-property-ids.ts";
import { checkEntity, type JsonObject } from "../schema/validate-body.ts";
import { textOf } from "../values.ts";
import { folderNamed } from "../well-known-folders.ts";
import { destinationOf } from "./messages.ts";
import { routes } from "./route.ts";

/** Requests for mail folders. */
export const mailFolderRoutes = routes("mail.read", "mail.write", {
  "GET mailFolders": (call) => answerCollection(mailFolderShape, foldersIn(call), call),
  "GET mailFolders/$count": (call) => answerCount(mailFolderShape, foldersIn(call), call),
  "GET mailFolders/delta": (call) => folderDelta(call),
  "POST mailFolders": (call) => createFolder(call, mailboxOf(call).folders.requireWellKnown("msgfolderroot")),
  "GET mailFolders/*": (call, id) => answerEntity(mailFolderShape, folderNamed(call, id), call),
  "PATCH mailFolders/*": (call, id) => updateFolder(call, id),
  "DELETE mailFolders/*": (call, id) => deleteFolder(call, id),
  "GET mailFolders/*/childFolders": (call, id) => answerCollection(mailFolderShape, foldersIn(call, id), call),
  "POST mailFolders/*/childFolders": (call, id) => createFolder(call, folderNamed(call, id)),
  "POST mailFolders/*/move": (call, id) => moveFolder(call, id, "move"),
  "POST mailFolders/*/copy": (call, id) => moveFolder(call, id, "copy"),
  "POST mailFolders/*/permanentDelete": (call, id) => {
    mailboxOf(call).deleteFolder(folderNamed(call, id).id, "hard");
    return noContent;
  },
});

function foldersIn(call: GraphCall, parent?: string): Folder[] {
  const withHidden = call.query.custom.get("includeHiddenFolders")?.toLowerCase() === "true";
  const root =
    parent === undefined ? mailboxOf(call).folders.requireWellKnown("msgfolderroot") : folderNamed(call, parent);
  return childFolders(call, root, withHidden).sort((one, other) => one.displayName.localeCompare(other.displayName));
}

function createFolder(call: GraphCall, parent: Folder): Promise<GraphResult> {
  const body = checkEntity("mailFolder", jsonBody(call));
  const displayName = requiredName(body, "displayName");
  const isHidden = body["isHidden"] === true;
  const mailbox = mailboxOf(call);
  const made = mailbox.createFolder(parent.id, { displayName, isHidden, folderClass: "IPF.Note" });
  writeExtended(made.extended, body["singleValueExtendedProperties"]);
  return answerEntity(mailFolderShape, made, call, 201);
}

/** A name that must be given and not be empty. */
export function requiredName(body: JsonObject, member: string): string {
  const name = textOf(body, member);
  if (name !== undefined && name.trim() !== "") return name;
  throw new GraphError(400, "ErrorInvalidRequest", `The property '${member}' is required and cannot be empty.`);
}

function updateFolder(call: GraphCall, id: string): Promise<GraphResult> {
  const body = checkEntity("mailFolder", jsonBody(call));
  const folder = folderNamed(call, id);
  const changed = mailboxOf(call).folders.change(folder.id, (draft) => {
    if ("displayName" in body) draft.displayName = requiredName(body, "displayName");
    writeExtended(draft.extended, body["singleValueExtendedProperties"]);
  });
  return answerEntity(mailFolderShape, changed, call);
}

/** Folders go to Deleted Items; from there they go for good. */
function deleteFolder(call: GraphCall, id: string): GraphResult {
  mailboxOf(call).deleteFolder(folderNamed(call, id).id, "moveToDeletedItems");
  return noContent;
}

function moveFolder(call: GraphCall, id: string, how: "move" | "copy"): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const folder = folderNamed(call, id);
  const target = folderNamed(call, destinationOf(call));
  const moved = how === "move" ? mailbox.folders.move(folder.id, target.id) : mailbox.copyFolder(folder.id, target.id);
  return answerEntity(mailFolderShape, moved, call, 201);
}

function folderDelta(call: GraphCall): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const root = mailbox.folders.requireWellKnown("msgfolderroot").id;
  const entries = mailbox
    .folderChanges(root, deltaStart(call))
    .flatMap(({ id, number, folder }): DeltaEntry<Folder>[] => {
      if (folder === undefined) return [{ number, goneId: graphId(id) }];
      return isMailFolder(folder) ? [{ number, shown: [folder] }] : [];
    });
  return answerDelta(
    mailFolderShape,
    call,
    entries.sort((one, other) => one.number - other.number),
  );
}
