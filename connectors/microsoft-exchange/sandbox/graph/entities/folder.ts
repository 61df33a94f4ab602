import type { Folder } from "../../mailboxes/index.ts";
import { folderIdOf, type GraphCall, mailboxOf } from "../call.ts";
import { expandExtended } from "../extended-property-ids.ts";
import { SMALL_RULES } from "../odata/filter-rules.ts";
import { project, type Shape } from "../shape.ts";

/** How mail folders are shown. */
export const mailFolderShape: Shape<Folder> = {
  type: "mailFolder",
  rules: SMALL_RULES,
  members: {
    id: (folder) => folderIdOf(folder),
    displayName: (folder) => folder.displayName,
    parentFolderId: (folder) => folderIdOf(folder.parentId ?? folder.id),
    childFolderCount: (folder, call) => childFolders(call, folder, false).length,
    unreadItemCount: (folder, call) => mailboxOf(call).totals(folder.id).unread,
    totalItemCount: (folder, call) => mailboxOf(call).totals(folder.id).total,
    isHidden: (folder) => folder.isHidden,
  },
  expanders: {
    childFolders: (folder, call, { select }) =>
      Promise.all(
        childFolders(call, folder, false).map((child) =>
          project(mailFolderShape, child, call, { expand: [], ...(select === undefined ? {} : { select }) }),
        ),
      ),
    singleValueExtendedProperties: (folder, _call, { filter }) => expandExtended(folder.extended, filter, false),
    multiValueExtendedProperties: (folder, _call, { filter }) => expandExtended(folder.extended, filter, true),
  },
};

/** How contact folders are shown. */
export const contactFolderShape: Shape<Folder> = {
  type: "contactFolder",
  rules: SMALL_RULES,
  members: {
    id: (folder) => folderIdOf(folder),
    parentFolderId: (folder) => folderIdOf(folder.parentId ?? folder.id),
    displayName: (folder) => folder.displayName,
  },
  expanders: {
    singleValueExtendedProperties: (folder, _call, { filter }) => expandExtended(folder.extended, filter, false),
    multiValueExtendedProperties: (folder, _call, { filter }) => expandExtended(folder.extended, filter, true),
  },
};

/** Mail folders directly below a folder; hidden ones only when wanted. */
export function childFolders(call: GraphCall, parent: Folder, withHidden: boolean): Folder[] {
  return mailboxOf(call)
    .folders.children(parent.id)
    .filter((folder) => isMailFolder(folder) && (withHidden || !folder.isHidden));
}

/** Whether a folder holds mail: the class says so, or says nothing. */
export function isMailFolder(folder: Folder): boolean {
  return folder.folderClass === undefined || folder.folderClass.startsWith("IPF.Note");
}
