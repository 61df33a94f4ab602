import type { ChangeLog } from "./change-log.ts";
import { MailboxError } from "./errors.ts";
import { startFolders } from "./folder-table.ts";
import { folderId } from "./ids.ts";
import type { Folder } from "./model.ts";

/** What a new folder may be given. */
export interface FolderFields {
  displayName: string;
  folderClass?: string;
  isHidden?: boolean;
}

/** A person's mailbox, what they put away in their archive, or what all share. */
export type StoreKind = "mailbox" | "archive" | "public";

/** The folders of one mailbox. */
export class FolderTree {
  readonly #folders = new Map<string, Folder>();
  readonly #guid: string;
  readonly #log: ChangeLog;
  readonly #clock: () => Date;
  #lastNumber = 260;

  constructor(guid: string, log: ChangeLog, clock: () => Date, store: StoreKind) {
    this.#guid = guid;
    this.#log = log;
    this.#clock = clock;
    this.#seed(store);
  }

  get(id: string): Folder | undefined {
    return this.#folders.get(id);
  }

  require(id: string): Folder {
    const folder = this.#folders.get(id);
    if (!folder) throw new MailboxError("ErrorFolderNotFound", "The specified folder could not be found in the store.");
    return folder;
  }

  wellKnown(name: string): Folder | undefined {
    const wanted = name.toLowerCase();
    return this.all().find((folder) => folder.wellKnown === wanted);
  }

  requireWellKnown(name: string): Folder {
    const folder = this.wellKnown(name);
    if (!folder) throw new MailboxError("ErrorFolderNotFound", `The folder ${name} does not exist in this mailbox.`);
    return folder;
  }

  all(): Folder[] {
    return [...this.#folders.values()];
  }

  children(parentId: string): Folder[] {
    return this.all().filter((folder) => folder.parentId === parentId);
  }

  /** Children, their children and so on, parents first. */
  descendants(parentId: string): Folder[] {
    return this.children(parentId).flatMap((folder) => [folder, ...this.descendants(folder.id)]);
  }

  create(parentId: string, fields: FolderFields): Folder {
    this.require(parentId);
    this.#refuseTaken(parentId, fields.displayName);
    const folder = this.#add({ ...fields, parentId });
    this.#log.record({ type: "created", object: "folder", id: folder.id, parentFolderId: parentId });
    return folder;
  }

  change(id: string, change: (folder: Folder) => void): Folder {
    const folder = this.require(id);
    const draft = { ...folder, extended: new Map(folder.extended) };
    change(draft);
    if (draft.displayName !== folder.displayName && folder.parentId) {
      this.#refuseTaken(folder.parentId, draft.displayName, id);
    }
    Object.assign(folder, draft, { changeNumber: this.#log.next(), modifiedAt: this.#clock() });
    this.#log.record({ type: "modified", object: "folder", id, parentFolderId: folder.parentId ?? id });
    return folder;
  }

  move(id: string, parentId: string): Folder {
    const folder = this.require(id);
    this.require(parentId);
    if (folder.wellKnown) {
      throw new MailboxError("ErrorMoveDistinguishedFolder", "Distinguished folders cannot be moved.");
    }
    if (id === parentId || this.descendants(id).some((below) => below.id === parentId)) {
      throw new MailboxError("ErrorMoveCopyFailed", "A folder cannot be moved into itself or one of its subfolders.");
    }
    this.#refuseTaken(parentId, folder.displayName, id);
    const oldParentFolderId = folder.parentId ?? id;
    folder.parentId = parentId;
    folder.changeNumber = this.#log.next();
    folder.modifiedAt = this.#clock();
    this.#log.record({ type: "moved", object: "folder", id, oldId: id, parentFolderId: parentId, oldParentFolderId });
    return folder;
  }

  /** Takes this one folder out; the caller has dealt with what is in it. */
  remove(id: string): void {
    const folder = this.require(id);
    this.#folders.delete(id);
    const parentFolderId = folder.parentId ?? id;
    this.#log.bury("folder", id, parentFolderId, folder.addedNumber);
    this.#log.record({ type: "deleted", object: "folder", id, parentFolderId });
  }

  /** Exchange compares folder names without case. */
  #refuseTaken(parentId: string, displayName: string, exceptId?: string): void {
    if (displayName === "") throw new MailboxError("ErrorFolderSavePropertyError", "A folder needs a display name.");
    const wanted = displayName.toLowerCase();
    const taken = this.children(parentId).some((f) => f.id !== exceptId && f.displayName.toLowerCase() === wanted);
    if (taken) throw new MailboxError("ErrorFolderExists", "A folder with the specified name already exists.");
  }

  #add(fields: FolderFields & Partial<Folder>): Folder {
    this.#lastNumber += 1;
    const number = this.#log.next();
    const now = this.#clock();
    const folder: Folder = {
      id: folderId(this.#guid, this.#lastNumber),
      isHidden: false,
      isSearchFolder: false,
      extended: new Map(),
      changeNumber: number,
      addedNumber: number,
      folderNumber: this.#lastNumber,
      createdAt: now,
      modifiedAt: now,
      ...fields,
    };
    this.#folders.set(folder.id, folder);
    return folder;
  }

  #seed(store: StoreKind): void {
    const root = this.#add({ displayName: "", wellKnown: "root" });
    if (store === "public") {
      this.#add({ displayName: "IPM_SUBTREE", wellKnown: "publicfoldersroot", parentId: root.id });
    }
    this.#add({ displayName: "Top of Information Store", wellKnown: "msgfolderroot", parentId: root.id });
    for (const { parent, ...row } of startFolders) {
      this.#add({ ...row, parentId: this.requireWellKnown(parent).id });
    }
  }
}
