import { ChangeLog, type MailboxEvent } from "./change-log.ts";
import { type FolderChange, folderChanges, type ItemChange, itemChanges } from "./changes-since.ts";
import { MailboxError } from "./errors.ts";
import { type FolderFields, FolderTree, type StoreKind } from "./folder-tree.ts";
import { attachmentId, changeKey, itemId, ownerOfId, readId } from "./ids.ts";
import { cloneFields } from "./item-copy.ts";
import { emptyFields } from "./item-defaults.ts";
import { isReadFlagOnly, mimeFields } from "./item-differences.ts";
import type {
  Attachment,
  EmailAddress,
  Folder,
  Item,
  ItemFields,
  ItemKind,
  OofSettings,
  WorkingHours,
} from "./model.ts";
import { eventsWithin, occurrenceChange, occurrenceItem, originalStarts } from "./occurrences.ts";

/** How far an item is put away when it is deleted. */
export type Disposal = "hard" | "soft" | "moveToDeletedItems";

/** What an attachment is made from; id and time are given by the mailbox. */
export type AttachmentFields = Partial<Omit<Attachment, "id" | "modifiedAt">> & { name: string };

/** One user's mailbox: folders, items, their changes, and the user's settings. All calls are synchronous. */
export class Mailbox {
  readonly guid: string;
  readonly owner: EmailAddress & { name: string; address: string };
  readonly log: ChangeLog;
  readonly folders: FolderTree;
  readonly clock: () => Date;
  /** Addresses that may open the whole mailbox (shared mailbox, full access). */
  readonly delegates = new Set<string>();
  /** User configuration objects by "folder id/name". */
  readonly configurations = new Map<string, { dictionary: Map<string, string>; xml?: string; binary?: Buffer }>();
  oof: OofSettings = { state: "disabled", externalAudience: "none", internalReply: "", externalReply: "" };
  workingHours: WorkingHours = {
    timeZone: "UTC",
    days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
    startMinutes: 8 * 60,
    endMinutes: 17 * 60,
  };
  readonly #items = new Map<string, Item>();
  readonly #byFolder = new Map<string, Map<string, Item>>();
  #lastEntry = 1000;
  #lastAttachment = 0;

  constructor(guid: string, owner: { name: string; address: string }, clock: () => Date, store: StoreKind = "mailbox") {
    this.guid = guid;
    this.owner = { ...owner, routingType: "SMTP" };
    this.clock = clock;
    this.log = new ChangeLog(clock);
    this.folders = new FolderTree(guid, this.log, clock, store);
  }

  // ---- folders

  /** Numbers of items, unread items and child folders directly in a folder. */
  totals(folderId: string): { total: number; unread: number; children: number } {
    const items = this.items(folderId);
    const unread = items.filter((item) => !item.isRead).length;
    return { total: items.length, unread, children: this.folders.children(folderId).length };
  }

  createFolder(parentId: string, fields: FolderFields): Folder {
    return this.folders.create(parentId, fields);
  }

  /** Copies a folder with everything below it. */
  copyFolder(id: string, parentId: string): Folder {
    const source = this.folders.require(id);
    const below = this.folders.children(id);
    const { displayName, folderClass, isHidden } = source;
    const copy = this.folders.create(parentId, { displayName, isHidden, ...(folderClass ? { folderClass } : {}) });
    copy.extended = new Map(source.extended);
    for (const item of this.items(id)) this.copyItem(item.id, copy.id);
    for (const folder of below) if (folder.id !== copy.id) this.copyFolder(folder.id, copy.id);
    return copy;
  }

  deleteFolder(id: string, disposal: Disposal): void {
    const folder = this.folders.require(id);
    if (folder.wellKnown) {
      throw new MailboxError("ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.");
    }
    const bin = this.folders.requireWellKnown("deleteditems");
    const isInBin = this.folders.descendants(bin.id).some((f) => f.id === id);
    if (disposal === "moveToDeletedItems" && !isInBin) {
      this.#moveToBin(folder, bin.id);
      return;
    }
    this.emptyFolder(id, disposal === "moveToDeletedItems" ? "soft" : disposal, true);
    this.folders.remove(id);
  }

  emptyFolder(id: string, disposal: Disposal, withSubfolders: boolean): void {
    for (const item of this.items(id)) this.deleteItem(item.id, disposal);
    if (!withSubfolders) return;
    for (const child of this.folders.children(id)) this.deleteFolder(child.id, disposal);
  }

  // ---- items

  /** An item by id; the id of an occurrence gives the occurrence as an item of its own. */
  item(id: string): Item | undefined {
    const plain = this.#items.get(id);
    if (plain) return plain;
    const parts = readId(id);
    if (parts?.type !== "occurrence" || parts.occurrenceMs === undefined) return undefined;
    const series = this.#items.get(ownerOfId(id));
    const start = new Date(parts.occurrenceMs);
    if (!series?.event?.recurrence) return undefined;
    const exists = originalStarts(series.event, new Date(start.getTime() + 1)).some(
      (s) => s.getTime() === start.getTime(),
    );
    return exists ? occurrenceItem({ ...series, event: series.event }, start) : undefined;
  }

  requireItem(id: string): Item {
    const item = this.item(id);
    if (!item) throw new MailboxError("ErrorItemNotFound", "The specified object was not found in the store.");
    return item;
  }

  /** Items directly in a folder in order of arrival, without folder-associated ones. */
  items(folderId: string): Item[] {
    return [...(this.#byFolder.get(folderId)?.values() ?? [])].filter((item) => !item.isAssociated);
  }

  associatedItems(folderId: string): Item[] {
    return [...(this.#byFolder.get(folderId)?.values() ?? [])].filter((item) => item.isAssociated);
  }

  /** Every item of the mailbox, wherever it lies. */
  allItems(): Item[] {
    return [...this.#items.values()];
  }

  /** Events and occurrences of a calendar folder that touch the time, by start. */
  calendarView(folderId: string, from: Date, to: Date): Item[] {
    return this.items(folderId)
      .flatMap((item) => eventsWithin(item, from, to))
      .sort((a, b) => (a.event?.start.getTime() ?? 0) - (b.event?.start.getTime() ?? 0));
  }

  createItem(kind: ItemKind, folderId: string, fields: Partial<ItemFields>, isNewMail = false): Item {
    const folder = this.folders.require(folderId);
    this.#lastEntry += 1;
    const now = this.clock();
    const number = this.log.next();
    const item: Item = {
      ...emptyFields(kind),
      ...fields,
      kind,
      id: itemId(this.guid, folder.folderNumber, this.#lastEntry),
      folderId,
      changeNumber: number,
      addedNumber: number,
      contentNumber: number,
      articleNumber: this.#lastEntry,
      entryNumber: this.#lastEntry,
      createdAt: now,
      modifiedAt: now,
      modifiedBy: this.owner.name,
    };
    item.attachments = item.attachments.map((one) => this.#attachment(item.id, one));
    this.#put(item);
    this.log.record({ type: isNewMail ? "newMail" : "created", object: "item", id: item.id, parentFolderId: folderId });
    return item;
  }

  /** Applies a change to an item (or to one occurrence of a series) and gives it a new change number. */
  changeItem(id: string, change: (item: Item) => void): Item {
    const stored = this.#items.get(id);
    if (!stored) return this.#changeOccurrence(id, change);
    const before = { ...stored };
    const content = mimeFields(stored);
    change(stored);
    const number = this.log.next();
    stored.changeNumber = number;
    stored.modifiedAt = this.clock();
    if (!isReadFlagOnly(before, stored)) stored.contentNumber = number;
    if (before.mime === stored.mime && content !== mimeFields(stored)) delete stored.mime;
    stored.attachments = stored.attachments.map((one) => (one.id === "" ? this.#attachment(id, one) : one));
    this.log.record({ type: "modified", object: "item", id, parentFolderId: stored.folderId });
    return stored;
  }

  /** Moves an item; it is the same item under a new id. */
  moveItem(id: string, folderId: string): Item {
    const item = this.#stored(id);
    const target = this.folders.require(folderId);
    if (item.folderId === folderId) return item;
    const old = { id: item.id, folderId: item.folderId };
    this.#take(item);
    this.#lastEntry += 1;
    item.id = itemId(this.guid, target.folderNumber, this.#lastEntry);
    item.folderId = folderId;
    item.articleNumber = this.#lastEntry;
    item.attachments = item.attachments.map((one) => this.#attachment(item.id, one));
    item.addedNumber = this.log.next();
    item.changeNumber = item.addedNumber;
    item.contentNumber = item.addedNumber;
    item.modifiedAt = this.clock();
    this.#put(item);
    this.log.record({
      type: "moved",
      object: "item",
      id: item.id,
      parentFolderId: folderId,
      oldId: old.id,
      oldParentFolderId: old.folderId,
    });
    return item;
  }

  copyItem(id: string, folderId: string): Item {
    const source = this.#stored(id);
    const copy = this.createItem(source.kind, folderId, cloneFields(source));
    const event = this.log.events.at(-1);
    if (event) Object.assign(event, { type: "copied", oldId: id, oldParentFolderId: source.folderId });
    return copy;
  }

  /** Deletes an item; answers where it went, when it went somewhere. */
  deleteItem(id: string, disposal: Disposal): Item | undefined {
    if (!this.#items.has(id)) {
      this.#deleteOccurrence(id);
      return undefined;
    }
    const item = this.#stored(id);
    const bin = this.folders.requireWellKnown("deleteditems");
    const dumpster = this.folders.requireWellKnown("recoverableitemsdeletions");
    if (disposal === "moveToDeletedItems" && item.folderId !== bin.id) return this.moveItem(id, bin.id);
    if (disposal !== "hard" && item.folderId !== dumpster.id) return this.moveItem(id, dumpster.id);
    this.#take(item);
    this.log.record({ type: "deleted", object: "item", id, parentFolderId: item.folderId });
    return undefined;
  }

  // ---- attachments

  /** An attachment by id with the item it belongs to; attachments within attached items too. */
  attachment(id: string): { attachment: Attachment; owner: Item } | undefined {
    if (readId(id)?.type !== "attachment") return undefined;
    const owner = this.item(ownerOfId(id));
    const attachment = owner && findAttachment(owner.attachments, id);
    return owner && attachment ? { attachment, owner } : undefined;
  }

  addAttachment(ownerId: string, fields: AttachmentFields): Attachment {
    const item = this.requireItem(ownerId);
    const attachment = this.#attachment(item.id, fields);
    this.changeItem(item.id, (draft) => {
      draft.attachments = [...draft.attachments, attachment];
    });
    return attachment;
  }

  removeAttachment(id: string): Item {
    const found = this.attachment(id);
    if (!found) throw new MailboxError("ErrorInvalidAttachmentId", "The attachment could not be found.");
    return this.changeItem(found.owner.id, (draft) => {
      draft.attachments = draft.attachments.filter((one) => one.id !== id);
    });
  }

  // ---- changes

  changeKeyOf(object: Item | Folder): string {
    if ("kind" in object) return changeKey(this.guid, object.kind, object.changeNumber);
    return changeKey(this.guid, folderKind(object), object.changeNumber);
  }

  /** What happened to the items of a folder after a change number, oldest first. */
  itemChanges(folderId: string, since: number): ItemChange[] {
    return itemChanges(this.items(folderId), this.log.tombstones, folderId, since);
  }

  /** What happened to the folders below a folder after a change number, parents first, deletions last. */
  folderChanges(rootId: string, since: number): FolderChange[] {
    return folderChanges(this.folders.descendants(rootId), this.log.tombstones, since);
  }

  /** Events after a change number, oldest first. */
  eventsSince(number: number): MailboxEvent[] {
    return this.log.events.filter((event) => event.number > number);
  }

  // ---- inner workings

  #stored(id: string): Item {
    const item = this.#items.get(id);
    if (item) return item;
    const isOccurrence = this.item(id) !== undefined;
    if (isOccurrence) {
      throw new MailboxError("ErrorCalendarCannotMoveOrCopyOccurrence", "An occurrence cannot be moved or copied.");
    }
    throw new MailboxError("ErrorItemNotFound", "The specified object was not found in the store.");
  }

  #put(item: Item): void {
    this.#items.set(item.id, item);
    const folder = this.#byFolder.get(item.folderId) ?? new Map<string, Item>();
    folder.set(item.id, item);
    this.#byFolder.set(item.folderId, folder);
  }

  #take(item: Item): void {
    this.#items.delete(item.id);
    this.#byFolder.get(item.folderId)?.delete(item.id);
    this.log.bury("item", item.id, item.folderId, item.addedNumber);
  }

  #attachment(ownerId: string, fields: AttachmentFields): Attachment {
    this.#lastAttachment += 1;
    const id = attachmentId(ownerId, this.#lastAttachment);
    const attachment = { kind: "file" as const, isInline: false, modifiedAt: this.clock(), ...fields, id };
    if (attachment.item) {
      const { item } = attachment;
      attachment.item = { ...item, id, attachments: item.attachments.map((one) => this.#attachment(id, one)) };
    }
    return attachment;
  }

  #changeOccurrence(id: string, change: (item: Item) => void): Item {
    const before = this.requireItem(id);
    const original = before.event?.originalStart;
    const series = this.#items.get(before.event?.seriesMasterId ?? "");
    if (!before.event || !original || !series?.event) {
      throw new MailboxError("ErrorItemNotFound", "The specified object was not found in the store.");
    }
    const after = { ...before, event: { ...before.event }, extended: new Map(before.extended) };
    change(after);
    const key = original.toISOString();
    const exceptions = new Map(series.event.exceptions);
    const number = this.log.number + 1;
    exceptions.set(key, occurrenceChange(before, after, number, exceptions.get(key)));
    this.changeItem(series.id, (item) => {
      if (item.event) item.event = { ...item.event, exceptions };
    });
    return this.requireItem(id);
  }

  #deleteOccurrence(id: string): void {
    const { event } = this.requireItem(id);
    const original = event?.originalStart?.toISOString();
    if (!event?.seriesMasterId || !original) return;
    this.changeItem(event.seriesMasterId, (item) => {
      if (!item.event) return;
      const exceptions = new Map(item.event.exceptions);
      exceptions.delete(original);
      item.event = {
        ...item.event,
        exceptions,
        deletedOccurrences: [...(item.event.deletedOccurrences ?? []), original],
      };
    });
  }

  #moveToBin(folder: Folder, binId: string): void {
    const taken = new Set(this.folders.children(binId).map((f) => f.displayName.toLowerCase()));
    let name = folder.displayName;
    for (let n = 1; taken.has(name.toLowerCase()); n++) name = `${folder.displayName}${n}`;
    if (name !== folder.displayName) {
      this.folders.change(folder.id, (draft) => {
        draft.displayName = name;
      });
    }
    this.folders.move(folder.id, binId);
  }
}

function folderKind(folder: Folder): string {
  const kinds: [string, string][] = [
    ["IPF.Appointment", "calendarFolder"],
    ["IPF.Contact", "contactsFolder"],
    ["IPF.Task", "tasksFolder"],
  ];
  return kinds.find(([prefix]) => folder.folderClass?.startsWith(prefix))?.[1] ?? "folder";
}

function findAttachment(attachments: readonly Attachment[], id: string): Attachment | undefined {
  for (const attachment of attachments) {
    if (attachment.id === id) return attachment;
    const inner = attachment.item && findAttachment(attachment.item.attachments, id);
    if (inner) return inner;
  }
  return undefined;
}
