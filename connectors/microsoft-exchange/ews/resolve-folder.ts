import { invalidQuery, notFound } from "#spi";
import type { EwsCaller } from "./call.ts";
import type { CallIdentity } from "./envelope.ts";
import { distinguishedFolder, type FolderReference, folderOfPlatform } from "./folders.ts";
import { findFolder } from "./operations/find-folder.ts";
import { folderShape, propertyPath } from "./properties.ts";
import { RowReader } from "./row-reader.ts";
import { element } from "./write-xml.ts";

const displayName = propertyPath({ uri: "folder:DisplayName" });

/** The folder a ParentFolderName means: a well-known name, else the one folder of the mailbox with that display name. */
export async function resolveFolder(
  caller: EwsCaller,
  name: string,
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<FolderReference> {
  const { mailbox } = identity;
  const at = mailbox === undefined ? {} : { mailbox };
  const known = distinguishedFolder(name);
  if (known !== undefined) return folderOfPlatform({ name: known, ...at }, caller.config.platform, "ParentFolderName");
  const operation = findFolder({
    parent: { name: "msgfolderroot", ...at },
    traversal: "Deep",
    shape: folderShape([]),
    rows: new RowReader([], { idElement: "FolderId" }),
    offset: 0,
    count: 2,
    restriction: element(
      "m:Restriction",
      undefined,
      element(
        "t:IsEqualTo",
        undefined,
        displayName,
        element("t:FieldURIOrConstant", undefined, element("t:Constant", { Value: name })),
      ),
    ),
  });
  const { keys } = await caller.call(operation, identity, signal);
  const [found, another] = keys;
  if (found === undefined) {
    throw notFound(
      `No folder is called "${name}": ParentFolderName takes a well-known name such as inbox, or a folder's display name.`,
      {
        target: "ParentFolderName",
        remote: { service: "EWS", operation: "FindFolder", code: "ErrorFolderNotFound" },
      },
    );
  }
  if (another !== undefined) {
    throw invalidQuery(`Several folders are called "${name}": give ParentFolderId instead.`, {
      target: "ParentFolderName",
    });
  }
  return { id: found.id };
}
