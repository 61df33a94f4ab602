import type { Folder, Mailbox } from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { each } from "../each.ts";
import { invalidRequest } from "../ews-error.ts";
import { pageOf, readPage } from "../paging.ts";
import { printFolder } from "../properties/folder-properties.ts";
import { compileRestriction, folderLookup } from "../restriction.ts";
import { readShape } from "../shape.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findFolder } from "../targets.ts";
import { childOf, m, t, type XmlElement } from "../xml.ts";

/** FindFolder: the folders below folders, shallow or deep, filtered and paged. */
export const findFolderOperation: Operation = async (call) => {
  const shape = readShape(childOf(call.request, "FolderShape"));
  const page = readPage(call.request, "Folder");
  const name = "FindFolderResponseMessage";
  const messages = await each(name, entriesOf(call.request, "ParentFolderIds"), (id) => {
    const { mailbox, folder } = findFolder(call, id);
    const found = matching(call, mailbox, below(call, mailbox, folder));
    const { entries, attributes } = pageOf(found, page, 1000);
    return success(
      name,
      m(
        "RootFolder",
        attributes,
        t(
          "Folders",
          entries.map((one) => printFolder(one, shape, mailbox)),
        ),
      ),
    );
  });
  return responses("FindFolder", messages);
};

function below({ request }: EwsCall, mailbox: Mailbox, folder: Folder): Folder[] {
  const traversal = request.attributes["Traversal"];
  if (traversal === "Shallow") return mailbox.folders.children(folder.id);
  if (traversal === "Deep") return mailbox.folders.descendants(folder.id);
  // folders in the dumpster are not kept
  if (traversal === "SoftDeleted") return [];
  throw invalidRequest("The Traversal attribute is missing or invalid.");
}

function matching(call: EwsCall, mailbox: Mailbox, folders: Folder[]): Folder[] {
  const restriction: XmlElement | undefined = childOf(call.request, "Restriction");
  if (!restriction) return folders;
  const fits = compileRestriction(restriction, folderLookup(mailbox), call.timeZone);
  return folders.filter(fits);
}
