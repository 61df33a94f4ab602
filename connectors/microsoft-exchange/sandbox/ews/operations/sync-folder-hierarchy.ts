import type { EwsCall, Operation } from "../call.ts";
import { entryError } from "../each.ts";
import { printFolder } from "../properties/folder-properties.ts";
import { readShape } from "../shape.ts";
import { failure, responses, success } from "../soap.ts";
import { watermark } from "../subscriptions.ts";
import { targetFolder } from "../targets.ts";
import { childOf, childText, m, t, type XmlElement } from "../xml.ts";
import { readState } from "./sync-folder-items.ts";

/** SyncFolderHierarchy: which folders came, changed or went since a state. */
export const syncFolderHierarchy: Operation = (call) => {
  const name = "SyncFolderHierarchyResponseMessage";
  try {
    return responses("SyncFolderHierarchy", [success(name, ...changes(call))]);
  } catch (error) {
    return responses("SyncFolderHierarchy", [failure(name, entryError(error))]);
  }
};

function changes(call: EwsCall): XmlElement[] {
  const shape = readShape(childOf(call.request, "FolderShape"));
  const root = { mailbox: call.mailbox, folder: call.mailbox.folders.requireWellKnown("msgfolderroot") };
  const { mailbox, folder } = targetFolder(call, childOf(call.request, "SyncFolderId")) ?? root;
  const since = readState(childText(call.request, "SyncState"));
  const elements = mailbox.folderChanges(folder.id, since).map(({ change, id, folder: changed }) => {
    if (change === "delete" || !changed) return t("Delete", t("FolderId", { Id: id }));
    return t(change === "create" ? "Create" : "Update", printFolder(changed, shape, mailbox));
  });
  return [
    m("SyncState", watermark(mailbox.log.number)),
    m("IncludesLastFolderInRange", "true"),
    m("Changes", elements),
  ];
}
