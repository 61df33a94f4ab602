import type { Tombstone } from "./change-log.ts";
import type { Folder, Item } from "./model.ts";

/** One change of an item in a folder since a given change number. */
export interface ItemChange {
  change: "create" | "update" | "readFlag" | "delete";
  id: string;
  number: number;
  item?: Item;
}

/** One change in the folder tree since a given change number. */
export interface FolderChange {
  change: "create" | "update" | "delete";
  id: string;
  number: number;
  folder?: Folder;
}

/** What happened to the items of a folder after a change number, oldest first. */
export function itemChanges(
  items: readonly Item[],
  tombstones: readonly Tombstone[],
  folderId: string,
  since: number,
): ItemChange[] {
  const present = items.filter((item) => item.changeNumber > since);
  const changes: ItemChange[] = present.map((item) => ({
    change: item.addedNumber > since ? "create" : item.contentNumber > since ? "update" : "readFlag",
    id: item.id,
    number: item.changeNumber,
    item,
  }));
  const gone = tombstones.filter(
    (stone) => stone.object === "item" && stone.parentFolderId === folderId && stone.number > since,
  );
  for (const { id, number, addedNumber } of gone)
    if (addedNumber <= since) changes.push({ change: "delete", id, number });
  return changes.sort((a, b) => a.number - b.number);
}

/** What happened to folders after a change number, parents first, deletions last. */
export function folderChanges(
  folders: readonly Folder[],
  tombstones: readonly Tombstone[],
  since: number,
): FolderChange[] {
  const changes: FolderChange[] = folders
    .filter((folder) => folder.changeNumber > since)
    .map((folder) => ({
      change: folder.addedNumber > since ? "create" : "update",
      id: folder.id,
      number: folder.changeNumber,
      folder,
    }));
  for (const { object, id, number, addedNumber } of tombstones)
    if (object === "folder" && number > since && addedNumber <= since) changes.push({ change: "delete", id, number });
  return changes;
}
