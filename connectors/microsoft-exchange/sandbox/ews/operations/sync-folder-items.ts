import type { ItemChange } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { readInteger } from "../dates.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { printRow, readShape, type Shape } from "../shape.ts";
import { failure, responses, success } from "../soap.ts";
import { readWatermark, watermark } from "../subscriptions.ts";
import { type FolderTarget, targetFolder } from "../targets.ts";
import { childOf, childrenOf, childText, m, t, type XmlElement } from "../xml.ts";

const changesLimit = 512;

/** SyncFolderItems: what changed in a folder since a state. */
export const syncFolderItems: Operation = (call) => {
  const name = "SyncFolderItemsResponseMessage";
  try {
    return responses("SyncFolderItems", [success(name, ...changes(call))]);
  } catch (error) {
    return responses("SyncFolderItems", [failure(name, entryError(error))]);
  }
};

function changes(call: EwsCall): XmlElement[] {
  const shape = readShape(childOf(call.request, "ItemShape"));
  const target = targetFolder(call, childOf(call.request, "SyncFolderId"));
  const max = readInteger(childText(call.request, "MaxChangesReturned") ?? "0");
  if (!target) throw schemaViolation("The element 'SyncFolderId' has incomplete content.");
  if (max < 1 || max > changesLimit)
    throw schemaViolation("The 'MaxChangesReturned' element is invalid: it must be from 1 to 512.");
  const ignored = new Set(childrenOf(childOf(call.request, "Ignore")).map((id) => id.attributes["Id"]));
  const since = readState(childText(call.request, "SyncState"));
  const all = target.mailbox.itemChanges(target.folder.id, since);
  const some = all.slice(0, max);
  const isLast = some.length === all.length;
  const state = isLast ? target.mailbox.log.number : (some.at(-1)?.number ?? since);
  const shown = some.filter((change) => !ignored.has(change.id));
  return [
    m("SyncState", watermark(state)),
    m("IncludesLastItemInRange", String(isLast)),
    m(
      "Changes",
      shown.map((change) => changeElement(call, target, change, shape)),
    ),
  ];
}

/** The change number of a SyncState; a first synchronisation has none. */
export function readState(text: string | undefined): number {
  if (!text) return 0;
  const number = readWatermark(text);
  if (number === undefined)
    throw new EwsError("ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid.");
  return number;
}

function changeElement(
  call: EwsCall,
  { mailbox }: FolderTarget,
  { change, id, item }: ItemChange,
  shape: Shape,
): XmlElement {
  if (change === "delete" || !item) return t("Delete", t("ItemId", { Id: id }));
  if (change === "readFlag") {
    return t(
      "ReadFlagChange",
      t("ItemId", { Id: id, ChangeKey: mailbox.changeKeyOf(item) }),
      t("IsRead", String(item.isRead)),
    );
  }
  return t(change === "create" ? "Create" : "Update", printRow(item, shape, mailbox, call.organisation));
}
