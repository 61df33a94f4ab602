import { sendItem } from "../../mailboxes/index.ts";
import type { Operation } from "../call.ts";
import { readBoolean } from "../dates.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findItem, targetFolder } from "../targets.ts";
import { childOf } from "../xml.ts";

/** SendItem: sends drafts that lie in the mailbox. */
export const sendItemOperation: Operation = async (call) => {
  const saves = call.request.attributes["SaveItemToFolder"];
  if (saves === undefined) throw schemaViolation("The required attribute 'SaveItemToFolder' is missing.");
  const keepsCopy = readBoolean(saves);
  const target = targetFolder(call, childOf(call.request, "SavedItemFolderId"));
  const name = "SendItemResponseMessage";
  const messages = await each(name, entriesOf(call.request, "ItemIds"), (id) => {
    if (!keepsCopy && target) {
      throw new EwsError(
        "ErrorInvalidSendItemSaveSettings",
        "A folder to save to makes no sense when nothing is saved.",
      );
    }
    const { mailbox, item, changeNumber } = findItem(call, id);
    if (changeNumber === undefined) throw new EwsError("ErrorChangeKeyRequired", "Must specify a change key.");
    if (changeNumber < item.contentNumber) {
      throw new EwsError(
        "ErrorStaleObject",
        "Change key passed in the request does not match the current change key for the item.",
      );
    }
    if (item.kind !== "message")
      throw new EwsError("ErrorInvalidItemForOperationSendItem", "Only messages can be sent.");
    const saveTo = target?.folder.id ?? mailbox.folders.requireWellKnown("sentitems").id;
    sendItem(call.organisation, mailbox, item.id, keepsCopy ? saveTo : undefined);
    return success(name);
  });
  return responses("SendItem", messages);
};
