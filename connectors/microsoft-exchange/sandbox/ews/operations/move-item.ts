import { type Item, loadMessage, type Mailbox, writeMime } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { readBoolean } from "../dates.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { type FolderTarget, findItem, targetFolder } from "../targets.ts";
import { childOf, childText, m } from "../xml.ts";
import { itemIdElement } from "./create-item.ts";

/** MoveItem. */
export const moveItem: Operation = (call) =>
  transfer(call, "MoveItem", (mailbox, item, target) => mailbox.moveItem(item.id, target.folder.id));

/** CopyItem. */
export const copyItem: Operation = (call) =>
  transfer(call, "CopyItem", (mailbox, item, target) => mailbox.copyItem(item.id, target.folder.id));

async function transfer(
  call: EwsCall,
  operation: string,
  within: (mailbox: Mailbox, item: Item, target: FolderTarget) => Item,
) {
  const target = targetFolder(call, childOf(call.request, "ToFolderId"));
  if (!target) throw schemaViolation("The element 'ToFolderId' has incomplete content.");
  const returnsIds = readBoolean(childText(call.request, "ReturnNewItemIds") ?? "true");
  const name = `${operation}ResponseMessage`;
  const messages = await each(
    name,
    entriesOf(call.request, "ItemIds"),
    async (id) => {
      const { mailbox, item } = findItem(call, id);
      if (mailbox !== target.mailbox) {
        await intoOtherMailbox(mailbox, item, target, operation === "MoveItem");
        // no id comes back when the item went to another mailbox
        return success(name, m("Items"));
      }
      const result = within(mailbox, item, target);
      return success(name, m("Items", returnsIds ? itemIdElement(call, result) : undefined));
    },
    m("Items"),
  );
  return responses(operation, messages);
}

async function intoOtherMailbox(mailbox: Mailbox, item: Item, target: FolderTarget, isMove: boolean): Promise<void> {
  if (item.kind !== "message") {
    throw new EwsError(
      "ErrorMoveCopyFailed",
      "Only messages can be moved or copied to another mailbox in the sandbox.",
    );
  }
  await loadMessage(target.mailbox, target.folder.id, await writeMime(item));
  if (isMove) mailbox.deleteItem(item.id, "hard");
}
