import type { Operation } from "../call.ts";
import { readBoolean } from "../dates.ts";
import { each } from "../each.ts";
import { EwsError } from "../ews-error.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findFolder } from "../targets.ts";
import { readDisposal } from "./delete-item.ts";

/** DeleteFolder. */
export const deleteFolder: Operation = async (call) => {
  const disposal = readDisposal(call.request);
  const name = "DeleteFolderResponseMessage";
  const messages = await each(name, entriesOf(call.request, "FolderIds"), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    mailbox.deleteFolder(folder.id, disposal);
    return success(name);
  });
  return responses("DeleteFolder", messages);
};

/** EmptyFolder: everything in a folder goes, the folder stays. */
export const emptyFolder: Operation = async (call) => {
  const disposal = readDisposal(call.request);
  const withSubfolders = readBoolean(call.request.attributes["DeleteSubFolders"] ?? "false");
  const name = "EmptyFolderResponseMessage";
  const messages = await each(name, entriesOf(call.request, "FolderIds"), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    if (/^IPF\.(Appointment|Contact|Task)/i.test(folder.folderClass ?? "")) {
      throw new EwsError("ErrorCannotEmptyFolder", "The folder cannot be emptied.");
    }
    mailbox.emptyFolder(folder.id, disposal, withSubfolders);
    return success(name);
  });
  return responses("EmptyFolder", messages);
};
