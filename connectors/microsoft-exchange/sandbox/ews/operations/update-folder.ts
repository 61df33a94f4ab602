import { extendedKeyText, type Folder } from "../../mailboxes/index.ts";
import type { Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { readPath } from "../paths.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { findFolder } from "../targets.ts";
import { childOf, childrenOf, m, type XmlElement } from "../xml.ts";
import { folderIdOf, setFolderField } from "./create-folder.ts";

/** UpdateFolder. */
export const updateFolder: Operation = async (call) => {
  const name = "UpdateFolderResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "FolderChanges"),
    (change) => {
      const [id] = childrenOf(change);
      const updates = childrenOf(childOf(change, "Updates"));
      if (!id || updates.length === 0) throw schemaViolation("The element 'FolderChange' has incomplete content.");
      const { mailbox, folder } = findFolder(call, id);
      const changed = mailbox.folders.change(folder.id, (draft) => {
        for (const update of updates) applyUpdate(draft, update);
      });
      return success(name, m("Folders", folderIdOf(mailbox, changed)));
    },
    m("Folders"),
  );
  return responses("UpdateFolder", messages);
};

function applyUpdate(folder: Folder, update: XmlElement): void {
  const [pathElement, value] = childrenOf(update);
  if (!pathElement) throw schemaViolation(`The element '${update.name}' has incomplete content.`);
  const path = readPath(pathElement);
  if (update.name === "DeleteFolderField") {
    if (path.by !== "extended")
      throw new EwsError("ErrorInvalidPropertyDelete", "Delete action is not supported for this property.");
    folder.extended.delete(extendedKeyText(path.key));
    return;
  }
  if (update.name === "AppendToFolderField")
    throw new EwsError("ErrorInvalidPropertyAppend", "Append action is invalid for property.");
  const [field] = childrenOf(value);
  if (!field) throw schemaViolation(`The element '${update.name}' has incomplete content.`);
  if (folder.wellKnown && field.name === "DisplayName") {
    throw new EwsError("ErrorFolderSave", "The display name of a distinguished folder cannot be changed.");
  }
  setFolderField(folder, field);
}
