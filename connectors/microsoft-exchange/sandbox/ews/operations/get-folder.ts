import type { Operation } from "../call.ts";
import { each } from "../each.ts";
import { printFolder } from "../properties/folder-properties.ts";
import { readShape } from "../shape.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findFolder } from "../targets.ts";
import { childOf, m } from "../xml.ts";

/** GetFolder: folders by id or distinguished name. */
export const getFolder: Operation = async (call) => {
  const shape = readShape(childOf(call.request, "FolderShape"));
  const name = "GetFolderResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "FolderIds"),
    (id) => {
      const { mailbox, folder } = findFolder(call, id);
      return success(name, m("Folders", printFolder(folder, shape, mailbox)));
    },
    m("Folders"),
  );
  return responses("GetFolder", messages);
};
