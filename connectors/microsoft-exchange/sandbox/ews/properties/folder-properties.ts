import {
  type ExtendedKey,
  type ExtendedValue,
  extendedKeyText,
  type Folder,
  type Mailbox,
} from "../../mailboxes/index.ts";
import { schemaViolation } from "../ews-error.ts";
import { extendedElement } from "../extended-element.ts";
import type { Shape } from "../shape.ts";
import { t, textOf, type XmlElement } from "../xml.ts";
import { effectiveRights } from "./item-properties.ts";
import type { Comparable } from "./property.ts";

interface FolderProperty {
  readonly uri: string;
  readonly element: string;
  /** Element names of the folder kinds that have it; absent: all. */
  readonly kinds?: readonly string[];
  readonly read: (folder: Folder, mailbox: Mailbox) => XmlElement | undefined;
  readonly write?: (folder: Folder, element: XmlElement) => void;
  readonly value?: (folder: Folder, mailbox: Mailbox) => Comparable | undefined;
  /** Only when asked for by name. */
  readonly onlyByName?: boolean;
}

/** Distinguished names the schema has no value for. */
const unnamed = new Set(["calendarlogging"]);

/** The element a folder is shown as. */
export function folderElementName(folder: Folder): string {
  if (folder.isSearchFolder) return "SearchFolder";
  const name = folder.folderClass ?? "";
  if (/^IPF\.Appointment(\.|$)/i.test(name)) return "CalendarFolder";
  if (/^IPF\.Contact(\.|$)/i.test(name)) return "ContactsFolder";
  return /^IPF\.Task(\.|$)/i.test(name) ? "TasksFolder" : "Folder";
}

/** The class a folder of that element gets. */
export function folderClassOf(element: string): string {
  const classes: Record<string, string> = {
    Folder: "IPF.Note",
    SearchFolder: "IPF.Note",
    CalendarFolder: "IPF.Appointment",
    ContactsFolder: "IPF.Contact",
    TasksFolder: "IPF.Task",
  };
  const folderClass = classes[element];
  if (!folderClass) throw schemaViolation(`The element 'Folders' has invalid child element '${element}'.`);
  return folderClass;
}

function text(
  uri: string,
  element: string,
  get: (folder: Folder, mailbox: Mailbox) => string | undefined,
): FolderProperty {
  return {
    uri,
    element,
    read: (folder, mailbox) => {
      const value = get(folder, mailbox);
      return value === undefined ? undefined : t(element, value);
    },
    value: get,
  };
}

function count(
  uri: string,
  element: string,
  get: (folder: Folder, mailbox: Mailbox) => number,
  kinds?: readonly string[],
): FolderProperty {
  return {
    uri,
    element,
    read: (folder, mailbox) => t(element, String(get(folder, mailbox))),
    value: get,
    ...(kinds ? { kinds } : {}),
  };
}

const extendedPlace: FolderProperty = { uri: "", element: "ExtendedProperty", read: () => undefined };

/** Folder properties in schema order. */
const properties: readonly FolderProperty[] = [
  {
    uri: "folder:FolderId",
    element: "FolderId",
    read: (folder, mailbox) => t("FolderId", { Id: folder.id, ChangeKey: mailbox.changeKeyOf(folder) }),
  },
  {
    uri: "folder:ParentFolderId",
    element: "ParentFolderId",
    read: (folder, mailbox) => {
      const parent = folder.parentId === undefined ? folder : mailbox.folders.get(folder.parentId);
      return parent && t("ParentFolderId", { Id: parent.id, ChangeKey: mailbox.changeKeyOf(parent) });
    },
  },
  {
    ...text("folder:FolderClass", "FolderClass", (folder) => folder.folderClass),
    write: (folder, element) => {
      folder.folderClass = textOf(element);
    },
  },
  {
    ...text("folder:DisplayName", "DisplayName", (folder) => folder.displayName),
    write: (folder, element) => {
      folder.displayName = textOf(element);
    },
  },
  count("folder:TotalCount", "TotalCount", (folder, mailbox) => mailbox.totals(folder.id).total),
  count("folder:ChildFolderCount", "ChildFolderCount", (folder, mailbox) => mailbox.totals(folder.id).children),
  extendedPlace,
  {
    uri: "folder:ManagedFolderInformation",
    element: "ManagedFolderInformation",
    read: ({ managed }) =>
      managed &&
      t(
        "ManagedFolderInformation",
        t("CanDelete", String(managed.canDelete)),
        t("CanRenameOrMove", String(managed.canRenameOrMove)),
        t("MustDisplayComment", String(managed.mustDisplayComment)),
        t("HasQuota", "true"),
        t("IsManagedFoldersRoot", String(managed.isRoot)),
        t("ManagedFolderId", managed.id),
        t("Comment", managed.comment),
        t("StorageQuota", String(managed.storageQuotaKb)),
        t("FolderSize", String(managed.sizeKb)),
        t("HomePage", managed.homePage),
      ),
  },
  { uri: "folder:EffectiveRights", element: "EffectiveRights", read: () => effectiveRights("EffectiveRights", true) },
  {
    ...text("folder:DistinguishedFolderId", "DistinguishedFolderId", (folder) =>
      folder.wellKnown && !unnamed.has(folder.wellKnown) ? folder.wellKnown : undefined,
    ),
    onlyByName: true,
  },
  {
    uri: "folder:PermissionSet",
    element: "PermissionSet",
    read: (folder) => (folderElementName(folder) === "CalendarFolder" ? calendarPermissions() : permissions()),
    onlyByName: true,
  },
  count("folder:UnreadCount", "UnreadCount", (folder, mailbox) => mailbox.totals(folder.id).unread, [
    "Folder",
    "TasksFolder",
    "SearchFolder",
  ]),
];

const defaults = new Set(["FolderId", "DisplayName", "TotalCount", "ChildFolderCount", "UnreadCount"]);

/** Prints a folder as the shape wants it. */
export function printFolder(folder: Folder, shape: Shape, mailbox: Mailbox): XmlElement {
  const name = folderElementName(folder);
  const children = properties.flatMap((property) => {
    if (property.kinds && !property.kinds.includes(name)) return [];
    if (property.element === "ExtendedProperty") return extendedElements(folder, shape, mailbox);
    const value = wants(property, shape) ? property.read(folder, mailbox) : undefined;
    return value ? [value] : [];
  });
  return t(name, children);
}

export function folderProperty(uri: string): FolderProperty | undefined {
  return properties.find((one) => one.uri === uri);
}

/** A property of a new folder by its element. */
export function folderPropertyOfElement(element: string): FolderProperty | undefined {
  return properties.find((one) => one.element === element);
}

function wants(property: FolderProperty, shape: Shape): boolean {
  if (property.element === "FolderId") return true;
  if (shape.uris.has(property.uri)) return true;
  if (property.onlyByName) return false;
  return shape.base === "AllProperties" || (shape.base === "Default" && defaults.has(property.element));
}

function extendedElements(folder: Folder, shape: Shape, mailbox: Mailbox): XmlElement[] {
  return shape.paths.flatMap((path) => {
    if (path.by !== "extended") return [];
    const value = readFolderExtended(folder, path.key, mailbox);
    return value ? [extendedElement(path.element, value, false)] : [];
  });
}

type Reader = (folder: Folder, mailbox: Mailbox) => string | undefined;

const stamp = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;

/** MAPI properties that show what the model knows of a folder. */
const mapi: Record<string, { type: string; read: Reader }> = {
  "tag:e08": { type: "Integer", read: (f, m) => String(m.totals(f.id).total * 4096) },
  "tag:3001": { type: "String", read: (f) => f.displayName },
  "tag:3007": { type: "SystemTime", read: (f) => stamp(f.createdAt) },
  "tag:3008": { type: "SystemTime", read: (f) => stamp(f.modifiedAt) },
  "tag:3601": { type: "Integer", read: (f) => (f.isSearchFolder ? "2" : f.parentId === undefined ? "0" : "1") },
  "tag:3602": { type: "Integer", read: (f, m) => String(m.totals(f.id).total) },
  "tag:3603": { type: "Integer", read: (f, m) => String(m.totals(f.id).unread) },
  "tag:360a": { type: "Boolean", read: (f, m) => String(m.totals(f.id).children > 0) },
  "tag:3613": { type: "String", read: (f) => f.folderClass },
  "tag:10f4": { type: "Boolean", read: (f) => String(f.isHidden) },
  // the store's own marks of change, which clients use to see whether to read a folder again
  "tag:6709": { type: "SystemTime", read: (f) => stamp(f.modifiedAt) },
  "tag:670a": { type: "SystemTime", read: (f, m) => stamp(lastChange(f, m)) },
  "tag:6751": { type: "Integer", read: (f, m) => String(highestArticle(f, m) + 1) },
  "tag:6752": { type: "Long", read: (f, m) => String(highestArticle(f, m)) },
};

/** An extended property of a folder. */
export function readFolderExtended(folder: Folder, key: ExtendedKey, mailbox: Mailbox): ExtendedValue | undefined {
  const text = extendedKeyText(key);
  const known = mapi[text];
  const value = known?.read(folder, mailbox);
  if (known) return value === undefined ? undefined : { key, type: known.type, value };
  return folder.extended.get(text);
}

function lastChange(folder: Folder, mailbox: Mailbox): Date {
  const times = mailbox.items(folder.id).map((item) => item.modifiedAt.getTime());
  const events = mailbox.log.events.filter(
    (event) => event.parentFolderId === folder.id || event.oldParentFolderId === folder.id,
  );
  return new Date(Math.max(folder.modifiedAt.getTime(), events.at(-1)?.at.getTime() ?? 0, ...times));
}

function highestArticle(folder: Folder, mailbox: Mailbox): number {
  return mailbox.items(folder.id).reduce((highest, item) => Math.max(highest, item.articleNumber), 0);
}

/** The permissions every folder starts with: none for anybody but the owner. */
function permissions(): XmlElement {
  return t(
    "PermissionSet",
    t(
      "Permissions",
      permission("Permission", "Default", t("ReadItems", "None"), t("PermissionLevel", "None")),
      permission("Permission", "Anonymous", t("ReadItems", "None"), t("PermissionLevel", "None")),
    ),
  );
}

function calendarPermissions(): XmlElement {
  return t(
    "PermissionSet",
    t(
      "CalendarPermissions",
      permission(
        "CalendarPermission",
        "Default",
        t("ReadItems", "TimeOnly"),
        t("CalendarPermissionLevel", "FreeBusyTimeOnly"),
      ),
      permission("CalendarPermission", "Anonymous", t("ReadItems", "None"), t("CalendarPermissionLevel", "None")),
    ),
  );
}

function permission(name: string, user: string, ...rest: XmlElement[]): XmlElement {
  return t(
    name,
    t("UserId", t("DistinguishedUser", user)),
    t("CanCreateItems", "false"),
    t("CanCreateSubFolders", "false"),
    t("IsFolderOwner", "false"),
    t("IsFolderVisible", "false"),
    t("IsFolderContact", "false"),
    t("EditItems", "None"),
    t("DeleteItems", "None"),
    rest,
  );
}
