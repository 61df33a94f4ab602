import { unsupported } from "#spi";
import { knows } from "./config.ts";
import { element, leaf, type Xml } from "./write-xml.ts";

/** DistinguishedFolderIdNameType (types.xsd) as far as folders of items go. */
const distinguishedFolders = [
  "calendar",
  "contacts",
  "deleteditems",
  "drafts",
  "inbox",
  "journal",
  "notes",
  "outbox",
  "sentitems",
  "tasks",
  "msgfolderroot",
  "publicfoldersroot",
  "root",
  "junkemail",
  "searchfolders",
  "voicemail",
  "recoverableitemsroot",
  "recoverableitemsdeletions",
  "recoverableitemsversions",
  "recoverableitemspurges",
  "archiveroot",
  "archivemsgfolderroot",
  "archivedeleteditems",
  "archiveinbox",
  "archiverecoverableitemsroot",
  "archiverecoverableitemsdeletions",
  "archiverecoverableitemsversions",
  "archiverecoverableitemspurges",
  "syncissues",
  "conflicts",
  "localfailures",
  "serverfailures",
  "recipientcache",
  "quickcontacts",
  "conversationhistory",
  "todosearch",
] as const;
export type DistinguishedFolder = (typeof distinguishedFolders)[number];

/** A folder by well-known name, perhaps of another mailbox, or by id. */
export type FolderReference =
  | { readonly name: DistinguishedFolder; readonly mailbox?: string }
  | { readonly id: string; readonly changeKey?: string };

/** The well-known folder a name means: letters only, case-blind, so `Sent Items` is sentitems. */
export function distinguishedFolder(name: string): DistinguishedFolder | undefined {
  const plain = name.toLowerCase().replace(/[\s_-]/g, "");
  return distinguishedFolders.find((known) => known === plain);
}

/** The platform a well-known folder came with, for those that are younger than the first. */
const since = (name: DistinguishedFolder): string | undefined => {
  if (name.startsWith("archive") || name.startsWith("recoverableitems")) return "Exchange2010_SP1";
  return [
    "syncissues",
    "conflicts",
    "localfailures",
    "serverfailures",
    "recipientcache",
    "quickcontacts",
    "conversationhistory",
    "todosearch",
  ].includes(name)
    ? "Exchange2013"
    : undefined;
};

/** The folder, when this platform has it. Errors: UNSUPPORTED. */
export function folderOfPlatform(folder: FolderReference, platform: string, about: string): FolderReference {
  if ("id" in folder) return folder;
  const first = since(folder.name);
  if (knows(platform, first)) return folder;
  throw unsupported(
    `${about}: the folder ${folder.name} came with ${first}, and the connection's Platform is ${platform}.`,
    { target: about },
  );
}

/** A folder as procedures and rows give it: an id, or a well-known name. Ids are far longer than any such name. */
export function folderGiven(value: string, mailbox?: string): FolderReference {
  const name = distinguishedFolder(value);
  if (name === undefined) return { id: value };
  return mailbox === undefined ? { name } : { name, mailbox };
}

export function folderId(folder: FolderReference): Xml {
  if ("id" in folder) return element("t:FolderId", { Id: folder.id, ChangeKey: folder.changeKey });
  const mailbox = folder.mailbox;
  return element(
    "t:DistinguishedFolderId",
    { Id: folder.name },
    mailbox === undefined
      ? undefined
      : element("t:Mailbox", undefined, leaf("t:EmailAddress", mailbox, { about: "SharedMailboxEmail" })),
  );
}
