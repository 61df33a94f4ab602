import { ewsId, type Folder, readId } from "../mailboxes/index.ts";
import { type GraphCall, mailboxOf } from "./call.ts";
import { itemNotFound } from "./errors.ts";
import { malformedId } from "./item-ids.ts";

/** Names Graph has for folders; those of EWS are the same but for the three below. */
const names: ReadonlySet<string> = new Set([
  "archive",
  "clutter",
  "conflicts",
  "conversationhistory",
  "deleteditems",
  "drafts",
  "inbox",
  "junkemail",
  "localfailures",
  "msgfolderroot",
  "outbox",
  "recoverableitemsdeletions",
  "scheduled",
  "searchfolders",
  "sentitems",
  "serverfailures",
  "syncissues",
]);

/** The folder a well-known name or an id stands for. */
export function folderNamed(call: GraphCall, text: string): Folder {
  const { folders } = mailboxOf(call);
  const name = text.toLowerCase();
  if (names.has(name)) {
    const known = folders.wellKnown(name);
    if (known === undefined) throw itemNotFound();
    return known;
  }
  const id = ewsId(text);
  if (readId(id)?.type !== "folder") throw malformedId();
  const folder = folders.get(id);
  if (folder === undefined) throw itemNotFound();
  return folder;
}
