import {
  type Folder,
  type Item,
  type Mailbox,
  occurrenceItem,
  originalStarts,
  readChangeKey,
  readId,
} from "../mailboxes/index.ts";
import { type EwsCall, mailboxOfId, openMailbox } from "./call.ts";
import { readInteger } from "./dates.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { childOf, childrenOf, childText, type XmlElement } from "./xml.ts";

/** A folder with the mailbox it lies in. */
export interface FolderTarget {
  mailbox: Mailbox;
  folder: Folder;
}

/** An item with the mailbox it lies in and the change number the request knows. */
export interface ItemTarget {
  mailbox: Mailbox;
  item: Item;
  changeNumber?: number;
}

/** Finds the folder a FolderId or DistinguishedFolderId names. */
export function findFolder(call: EwsCall, element: XmlElement): FolderTarget {
  if (element.name === "DistinguishedFolderId") return distinguished(call, element);
  if (element.name !== "FolderId") throw schemaViolation(`The element '${element.name}' is no folder id.`);
  const id = idOf(element);
  const parts = readId(id);
  if (!parts) throw malformed();
  if (parts.type !== "folder") {
    throw new EwsError("ErrorCannotUseItemIdForFolderId", "Item id passed to an operation that expects a folder id.");
  }
  const mailbox = mailboxOfId(call, id);
  const folder = mailbox?.folders.get(id);
  if (!mailbox || !folder) throw folderNotFound();
  return { mailbox, folder };
}

/** The folder a target element (SavedItemFolderId, ToFolderId, ...) holds. */
export function targetFolder(call: EwsCall, target: XmlElement | undefined): FolderTarget | undefined {
  const id = childOf(target);
  return id && findFolder(call, id);
}

/** All folders of a ParentFolderIds or FolderIds element. */
export function findFolders(call: EwsCall, list: XmlElement | undefined): FolderTarget[] {
  return childrenOf(list).map((one) => findFolder(call, one));
}

function distinguished(call: EwsCall, element: XmlElement): FolderTarget {
  const address = childText(childOf(element, "Mailbox"), "EmailAddress");
  const named = address === undefined ? call.mailbox : openMailbox(call, address);
  const { mailbox, name } = storeOf(call, named, element.attributes["Id"] ?? "");
  const folder = mailbox.folders.wellKnown(name);
  if (!folder) throw folderNotFound();
  return { mailbox, folder };
}

/** Names of folders in public folders and in the archive lead to other stores. */
function storeOf(call: EwsCall, mailbox: Mailbox, id: string): { mailbox: Mailbox; name: string } {
  if (id === "publicfoldersroot") return { mailbox: call.organisation.publicFolders, name: id };
  if (id === "archive" || !id.startsWith("archive")) return { mailbox, name: id };
  const archive = call.organisation.archiveOf(mailbox);
  if (!archive) throw new EwsError("ErrorArchiveMailboxNotEnabled", "Archive mailbox is not enabled for this user.");
  return { mailbox: archive, name: id.slice("archive".length) };
}

/** Finds the item an ItemId, OccurrenceItemId or RecurringMasterItemId names. */
export function findItem(call: EwsCall, element: XmlElement): ItemTarget {
  if (element.name === "OccurrenceItemId") return findOccurrence(call, element);
  if (element.name === "RecurringMasterItemId") return findMaster(call, element);
  if (element.name !== "ItemId") throw schemaViolation(`The element '${element.name}' is no item id.`);
  const target = itemOfId(call, idOf(element));
  const changeKey = element.attributes["ChangeKey"];
  if (!changeKey) return target;
  const changeNumber = readChangeKey(changeKey);
  if (changeNumber === undefined) throw new EwsError("ErrorInvalidChangeKey", "The change key is invalid.");
  return { ...target, changeNumber };
}

/** The item of an id as such. */
export function itemOfId(call: EwsCall, id: string): ItemTarget {
  const parts = readId(id);
  if (!parts) throw malformed();
  if (parts.type === "folder") {
    throw new EwsError("ErrorCannotUseFolderIdForItemId", "Folder id passed to an operation that expects an item id.");
  }
  if (parts.type === "conversation") {
    throw new EwsError("ErrorInvalidId", "Conversation id passed to an operation that expects an item id.");
  }
  const mailbox = mailboxOfId(call, id);
  if (parts.type === "attachment") {
    const attached = mailbox?.attachment(id)?.attachment.item;
    if (mailbox && attached) return { mailbox, item: attached };
  }
  const item = mailbox?.item(id);
  if (!mailbox || !item) throw itemNotFound();
  return { mailbox, item };
}

function findOccurrence(call: EwsCall, element: XmlElement): ItemTarget {
  const { mailbox, item } = itemOfId(call, element.attributes["RecurringMasterId"] ?? "");
  const index = readInteger(element.attributes["InstanceIndex"] ?? "0");
  if (!item.event?.recurrence) {
    throw new EwsError("ErrorCalendarCannotUseIdForOccurrenceId", "The id does not belong to a recurring item.");
  }
  const far = new Date(item.event.start.getTime() + 100 * 366 * 86_400_000);
  const all = originalStarts({ ...item.event, deletedOccurrences: [] }, far);
  const start = all[index - 1];
  if (!start)
    throw new EwsError(
      "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
      "Occurrence index is out of recurrence range.",
    );
  if (item.event.deletedOccurrences?.includes(start.toISOString())) {
    throw new EwsError(
      "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
      "Occurrence with this index was previously deleted from the recurrence.",
    );
  }
  return { mailbox, item: occurrenceItem({ ...item, event: item.event }, start) };
}

function findMaster(call: EwsCall, element: XmlElement): ItemTarget {
  const { mailbox, item } = itemOfId(call, element.attributes["OccurrenceId"] ?? "");
  const master = item.event?.seriesMasterId === undefined ? undefined : mailbox.item(item.event.seriesMasterId);
  if (!master) {
    throw new EwsError(
      "ErrorCalendarCannotUseIdForRecurringMasterId",
      "The id does not belong to an occurrence of a recurring item.",
    );
  }
  return { mailbox, item: master };
}

function idOf(element: XmlElement): string {
  const id = element.attributes["Id"];
  if (id === undefined) throw schemaViolation(`The required attribute 'Id' is missing in '${element.name}'.`);
  if (id === "") throw new EwsError("ErrorInvalidIdEmpty", "Id must be non-empty.");
  return id;
}

function malformed(): EwsError {
  return new EwsError("ErrorInvalidIdMalformed", "Id is malformed.");
}

function folderNotFound(): EwsError {
  return new EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.");
}

export function itemNotFound(): EwsError {
  return new EwsError("ErrorItemNotFound", "The specified object was not found in the store.");
}
