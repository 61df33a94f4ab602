import type { Folder, Mailbox } from "../../mailboxes/index.ts";
import { setExtended } from "../../mailboxes/index.ts";
import type { Operation } from "../call.ts";
import { each } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { readExtendedProperty } from "../extended-element.ts";
import { folderClassOf, folderPropertyOfElement, printFolder } from "../properties/folder-properties.ts";
import { idOnly } from "../shape.ts";
import { entriesOf, responses, success } from "../soap.ts";
import { targetFolder } from "../targets.ts";
import { childOf, childrenOf, childText, m, type XmlElement } from "../xml.ts";

/** CreateFolder. */
export const createFolder: Operation = async (call) => {
  const parent = targetFolder(call, childOf(call.request, "ParentFolderId"));
  if (!parent) throw schemaViolation("The element 'ParentFolderId' has incomplete content.");
  const name = "CreateFolderResponseMessage";
  const messages = await each(
    name,
    entriesOf(call.request, "Folders"),
    (element) => {
      const displayName = childText(element, "DisplayName");
      if (displayName === undefined)
        throw new EwsError("ErrorFolderSavePropertyError", "A folder needs a display name.");
      const folderClass = childText(element, "FolderClass") ?? folderClassOf(element.name);
      if (/\\/.test(displayName))
        throw new EwsError("ErrorFolderSavePropertyError", "The display name must not hold a backslash.");
      const folder = parent.mailbox.createFolder(parent.folder.id, { displayName, folderClass });
      fill(folder, element);
      return success(name, m("Folders", printFolder(folder, idOnly, parent.mailbox)));
    },
    m("Folders"),
  );
  return responses("CreateFolder", messages);
};

function fill(folder: Folder, element: XmlElement): void {
  folder.isSearchFolder = element.name === "SearchFolder";
  for (const child of childrenOf(element)) setFolderField(folder, child);
}

/** Sets one property of a folder by its element. */
export function setFolderField(folder: Folder, element: XmlElement): void {
  if (element.name === "ExtendedProperty") {
    setExtended(folder.extended, readExtendedProperty(element));
    return;
  }
  const property = folderPropertyOfElement(element.name);
  if (!property?.write) {
    throw new EwsError("ErrorInvalidPropertySet", "Set action is invalid for property.", {
      values: { FieldURI: property?.uri ?? `folder:${element.name}` },
    });
  }
  property.write(folder, element);
}

/** A folder printed by its id alone. */
export function folderIdOf(mailbox: Mailbox, folder: Folder): XmlElement {
  return printFolder(folder, idOnly, mailbox);
}
