import type { Folder, Mailbox } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findFolder, targetFolder } from "../targets.ts";
import { childOf, m } from "../xml.ts";
import { folderIdOf } from "./create-folder.ts";

/** MoveFolder. */
export const moveFolder: Operation = (call) =>
  transfer(call, "MoveFolder", (mailbox, id, parentId) => mailbox.folders.move(id, parentId));

/** CopyFolder. */
export const copyFolder: Operation = (call) =>
  transfer(call, "CopyFolder", (mailbox, id, parentId) => mailbox.copyFolder(id, parentId));

async function transfer(
  call: EwsCall,
  operation: string,
  work: (mailbox: Mailbox, id: string, parentId: string) => Folder,
) {
  const target = targetFolder(call, childOf(call.request, "ToFolderId"));
  if (!target) throw schemaViolation("The element 'ToFolderId' has incomplete content.");
  const name = `${operation}ResponseMessage`;
  const messages = await each(
    name,
    entriesOf(call.request, "FolderIds"),
    (id) => {
      const { mailbox, folder } = findFolder(call, id);
      if (mailbox !== target.mailbox)
        throw new EwsError("ErrorCrossMailboxMoveCopy", "A folder cannot go to another mailbox.");
      return success(name, m("Folders", folderIdOf(mailbox, work(mailbox, folder.id, target.folder.id))));
    },
    m("Folders"),
  );
  return responses(operation, messages);
}
