import type { Operation } from "../call.ts";
import { readBoolean } from "../dates.ts";
import { each } from "../each.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findFolder } from "../targets.ts";
import { childText } from "../xml.ts";

/** MarkAllItemsAsRead: the read flag of everything in folders. */
export const markAllItemsAsRead: Operation = async (call) => {
  const isRead = readBoolean(childText(call.request, "ReadFlag") ?? "");
  const name = "MarkAllItemsAsReadResponseMessage";
  const messages = await each(name, entriesOf(call.request, "FolderIds"), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    for (const item of mailbox.items(folder.id).filter((one) => one.isRead !== isRead)) {
      mailbox.changeItem(item.id, (draft) => {
        draft.isRead = isRead;
      });
    }
    return success(name);
  });
  return responses("MarkAllItemsAsRead", messages);
};
