import type { EwsColumn } from "../../ews/binding.ts";
import { effectiveRights } from "./ews-item.ts";
import { attribute, idOperators, integer, part, text } from "./ews-makers.ts";

const managed = (name: string, as: "text" | "integer" | "boolean"): EwsColumn =>
  part(name, "folder:ManagedFolderInformation", [name], as, { readOnly: true });

// A walk reads whole levels: nothing but ids is sent as a filter.
const local = { local: true } as const;

export const folderColumns: readonly EwsColumn[] = [
  attribute("FolderId", "folder:FolderId", "Id", {
    key: true,
    readOnly: true,
    operators: idOperators,
    filter: { by: "item-id" },
    describe: "Id of the folder; opaque, case-sensitive.",
  }),
  attribute("FolderChangeKey", "folder:FolderId", "ChangeKey", {
    mutability: "update-only",
    describe: "Version of the folder, for update; looked up when left out.",
  }),
  attribute("ParentFolderId", "folder:ParentFolderId", "Id", {
    write: { to: "folder" },
    operators: idOperators,
    filter: { by: "folder-id" },
    describe:
      "Folder above. A filter on it lists the folders directly below; on create it chooses the place, on update it moves.",
  }),
  attribute("ParentFolderChangeKey", "folder:ParentFolderId", "ChangeKey", { readOnly: true }),
  text("FolderClass", "folder:FolderClass", {
    ...local,
    mutability: "create-only",
    describe: "Kind of folder, such as IPF.Note; chosen on create.",
  }),
  text("DisplayName", "folder:DisplayName", local),
  integer("TotalCount", "folder:TotalCount", { ...local, readOnly: true, describe: "Items in the folder." }),
  integer("ChildFolderCount", "folder:ChildFolderCount", {
    ...local,
    readOnly: true,
    describe: "Folders directly below.",
  }),
  managed("CanDelete", "boolean"),
  managed("CanRenameOrMove", "boolean"),
  managed("MustDisplayComment", "boolean"),
  managed("HasQuota", "boolean"),
  managed("IsManagedFoldersRoot", "boolean"),
  managed("ManagedFolderId", "text"),
  managed("Comment", "text"),
  managed("StorageQuota", "integer"),
  managed("FolderSize", "integer"),
  managed("HomePage", "text"),
  integer("UnreadCount", "folder:UnreadCount", { ...local, readOnly: true, describe: "Unread items in the folder." }),
  ...effectiveRights("folder:EffectiveRights"),
  text("SharingEffectiveRights", "folder:SharingEffectiveRights", {
    plain: true,
    since: "Exchange2007_SP1",
    nowhere: "Exchange computes it from the folder's permissions.",
  }),
];
