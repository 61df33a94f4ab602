/** Folders every user mailbox starts with: distinguished name, parent's, shown name, class. */
export interface FolderRow {
  wellKnown?: string;
  parent: string;
  displayName: string;
  folderClass?: string;
  isHidden?: boolean;
  isSearchFolder?: boolean;
}

const visible: readonly FolderRow[] = [
  { wellKnown: "inbox", parent: "msgfolderroot", displayName: "Inbox", folderClass: "IPF.Note" },
  { wellKnown: "drafts", parent: "msgfolderroot", displayName: "Drafts", folderClass: "IPF.Note" },
  { wellKnown: "sentitems", parent: "msgfolderroot", displayName: "Sent Items", folderClass: "IPF.Note" },
  { wellKnown: "deleteditems", parent: "msgfolderroot", displayName: "Deleted Items", folderClass: "IPF.Note" },
  { wellKnown: "junkemail", parent: "msgfolderroot", displayName: "Junk Email", folderClass: "IPF.Note" },
  { wellKnown: "outbox", parent: "msgfolderroot", displayName: "Outbox", folderClass: "IPF.Note" },
  { wellKnown: "archive", parent: "msgfolderroot", displayName: "Archive", folderClass: "IPF.Note" },
  {
    wellKnown: "conversationhistory",
    parent: "msgfolderroot",
    displayName: "Conversation History",
    folderClass: "IPF.Note",
  },
  { wellKnown: "calendar", parent: "msgfolderroot", displayName: "Calendar", folderClass: "IPF.Appointment" },
  { wellKnown: "contacts", parent: "msgfolderroot", displayName: "Contacts", folderClass: "IPF.Contact" },
  { wellKnown: "tasks", parent: "msgfolderroot", displayName: "Tasks", folderClass: "IPF.Task" },
  { wellKnown: "notes", parent: "msgfolderroot", displayName: "Notes", folderClass: "IPF.StickyNote" },
  { wellKnown: "journal", parent: "msgfolderroot", displayName: "Journal", folderClass: "IPF.Journal" },
  { wellKnown: "syncissues", parent: "msgfolderroot", displayName: "Sync Issues", folderClass: "IPF.Note" },
  { wellKnown: "conflicts", parent: "syncissues", displayName: "Conflicts", folderClass: "IPF.Note" },
  { wellKnown: "localfailures", parent: "syncissues", displayName: "Local Failures", folderClass: "IPF.Note" },
  { wellKnown: "serverfailures", parent: "syncissues", displayName: "Server Failures", folderClass: "IPF.Note" },
];

const behindTheScenes: readonly FolderRow[] = [
  { wellKnown: "searchfolders", parent: "root", displayName: "Finder" },
  { parent: "root", displayName: "Common Views" },
  { parent: "root", displayName: "Deferred Action" },
  { parent: "root", displayName: "Schedule" },
  { parent: "root", displayName: "Shortcuts" },
  { parent: "root", displayName: "Views" },
  { parent: "root", displayName: "Spooler Queue" },
  { parent: "root", displayName: "Freebusy Data" },
  { wellKnown: "recoverableitemsroot", parent: "root", displayName: "Recoverable Items" },
  { wellKnown: "recoverableitemsdeletions", parent: "recoverableitemsroot", displayName: "Deletions" },
  { wellKnown: "recoverableitemspurges", parent: "recoverableitemsroot", displayName: "Purges" },
  { wellKnown: "recoverableitemsversions", parent: "recoverableitemsroot", displayName: "Versions" },
  { wellKnown: "calendarlogging", parent: "recoverableitemsroot", displayName: "Calendar Logging" },
  {
    wellKnown: "quickcontacts",
    parent: "contacts",
    displayName: "Skype for Business Contacts",
    folderClass: "IPF.Contact.MOC.QuickContacts",
    isHidden: true,
  },
  {
    wellKnown: "imcontactlist",
    parent: "contacts",
    displayName: "IM Contact List",
    folderClass: "IPF.Contact.MOC.ImContactList",
    isHidden: true,
  },
  {
    wellKnown: "recipientcache",
    parent: "contacts",
    displayName: "Recipient Cache",
    folderClass: "IPF.Contact.RecipientCache",
    isHidden: true,
  },
];

/** Root and top of information store come first and are made apart. */
export const startFolders: readonly FolderRow[] = [...visible, ...behindTheScenes];
