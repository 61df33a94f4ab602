import { invalidQuery, type Row, type RowOutcome, unsupported } from "#spi";
import { folderColumns } from "../../tables/columns/ews-folder.ts";
import type { EwsCaller, Operation } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { saysNoSuchId } from "../errors.ts";
import { type FolderReference, folderGiven } from "../folders.ts";
import { identityOf } from "../identity.ts";
import { createFolder } from "../operations/create-folder.ts";
import { deleteFolder } from "../operations/delete-folder.ts";
import { findFolder } from "../operations/find-folder.ts";
import { getFolder } from "../operations/get-folder.ts";
import { moveFolder } from "../operations/move-folder.ts";
import { updateFolder } from "../operations/update-folder.ts";
import { folderShape, propertyPath } from "../properties.ts";
import { recognitionProperty, recognitionRestriction } from "../recognition.ts";
import { type CallState, throwIfError } from "../response-messages.ts";
import { type RowKey, RowReader, type RowState } from "../row-reader.ts";
import { element, leaf, type Xml } from "../write-xml.ts";
import { Chunk } from "./chunk.ts";
import { failed, indeterminate, isUnknown, lostRow, messageOutcome, succeeded } from "./outcomes.ts";
import { requiredText, textOf } from "./row-values.ts";

/** Folder elements by the class they hold; any other class is a plain folder of that class. */
const elements: readonly (readonly [RegExp, string])[] = [
  [/^IPF\.Appointment\b/i, "CalendarFolder"],
  [/^IPF\.Contact\b/i, "ContactsFolder"],
  [/^IPF\.Task\b/i, "TasksFolder"],
];

const folderKey = ({ id, changeKey }: { readonly id: string; readonly changeKey: string | undefined }): Row => ({
  FolderId: id,
  ...(changeKey === undefined ? {} : { FolderChangeKey: changeKey }),
});

const ids = () => new RowReader([], { idElement: "FolderId" });

function newFolder(row: Row, rowId: string): Xml {
  const folderClass = textOf(row["FolderClass"]);
  const name = requiredText(row, "DisplayName");
  const kind = elements.find(([pattern]) => pattern.test(folderClass ?? ""))?.[1] ?? "Folder";
  return element(
    `t:${kind}`,
    undefined,
    folderClass === undefined ? undefined : leaf("t:FolderClass", folderClass),
    leaf("t:DisplayName", name),
    recognitionProperty(rowId),
  );
}

/** Creates folders one by one: Exchange answers them singly, and a name taken must not hide the others. */
export async function createFolders(
  caller: EwsCaller,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const batchId = caller.context.random.uuid();
  const prepared = chunk.prepare((row, index) => ({
    identity: identityOf(caller.config, row),
    parent: folderGiven(textOf(row["ParentFolderId"]) ?? "msgfolderroot"),
    markup: newFolder(row, `${batchId}/${index}/`),
    rowId: `${batchId}/${index}/`,
  }));
  for (const { index, row, made } of prepared) {
    let seen: RowState | undefined;
    const operation = createFolder(made.parent, [made.markup], (state) => {
      seen = state;
    });
    try {
      await caller.call(operation, made.identity, signal);
      const message = seen?.messages[0];
      const key = seen?.keys[0];
      if (message === undefined) throw lostRow("CreateFolder");
      chunk.settle(messageOutcome("CreateFolder", index, message, row, [], key && folderKey(key)));
    } catch (error) {
      if (!isUnknown(error)) chunk.refuse([{ index }], error);
      else {
        const found = await findCreated(caller, made, signal);
        chunk.settle(found === undefined ? indeterminate(index, error) : succeeded(index, folderKey(found)));
      }
    }
  }
  return chunk.outcomes;
}

interface Created {
  readonly identity: CallIdentity;
  readonly parent: FolderReference;
  readonly rowId: string;
}

async function findCreated(
  caller: EwsCaller,
  { identity, parent, rowId }: Created,
  signal: AbortSignal,
): Promise<RowKey | undefined> {
  const operation = findFolder({
    parent,
    traversal: "Shallow",
    shape: folderShape([]),
    rows: ids(),
    offset: 0,
    count: 1,
    restriction: recognitionRestriction(rowId),
  });
  try {
    return (await caller.call(operation, identity, signal)).keys[0];
  } catch (error) {
    caller.context.log.warn(
      { operation: "FindFolder", err: error },
      "could not look up a folder whose answer was lost",
    );
    return undefined;
  }
}

/** The folder's key as it stands. Errors: NOT_FOUND and others, by response code. */
async function currentFolder(
  caller: EwsCaller,
  id: string,
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<RowKey> {
  const state = await caller.call(
    getFolder({ folders: [{ id }], shape: folderShape([]), rows: ids() }),
    identity,
    signal,
  );
  throwIfError("GetFolder", state);
  const key = state.keys[0];
  if (key === undefined) throw lostRow("GetFolder").with({ effect: "none" });
  return key;
}

const folderElement = (folderClass: string | undefined): string =>
  elements.find(([pattern]) => pattern.test(folderClass ?? ""))?.[1] ?? "Folder";

/** Renames folders, and moves them when ParentFolderId is given. */
export async function updateFolders(
  caller: EwsCaller,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare((row) => {
    if (row["DisplayName"] === undefined && row["ParentFolderId"] === undefined) {
      throw invalidQuery("The row changes nothing: give DisplayName or ParentFolderId beside the key.");
    }
    if (row["DisplayName"] === null)
      throw invalidQuery("A folder cannot be without DisplayName.", { target: "DisplayName" });
    if (row["SharingEffectiveRights"] !== undefined && row["SharingEffectiveRights"] !== null) {
      throw unsupported(
        "SharingEffectiveRights cannot be written: Exchange computes it from the folder's permissions.",
        {
          target: "SharingEffectiveRights",
        },
      );
    }
    return { id: requiredText(row, "FolderId"), identity: identityOf(caller.config, row) };
  });
  for (const { index, row, made } of prepared) {
    try {
      chunk.settle(succeeded(index, folderKey(await changeFolder(caller, row, made.id, made.identity, signal))));
    } catch (error) {
      if (isUnknown(error)) chunk.settle(indeterminate(index, error));
      else chunk.settle(failed(index, error));
    }
  }
  return chunk.outcomes;
}

async function changeFolder(
  caller: EwsCaller,
  row: Row,
  id: string,
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<RowKey> {
  let key: RowKey = { id, changeKey: textOf(row["FolderChangeKey"]), incomplete: false, start: undefined };
  if (key.changeKey === undefined) key = await currentFolder(caller, id, identity, signal);
  const name = textOf(row["DisplayName"]);
  if (name !== undefined) {
    const update = element(
      "t:Updates",
      undefined,
      element(
        "t:SetFolderField",
        undefined,
        propertyPath({ uri: "folder:DisplayName" }),
        element(`t:${folderElement(textOf(row["FolderClass"]))}`, undefined, leaf("t:DisplayName", name)),
      ),
    );
    key = (await keyOf(caller, updateFolder(key, update), identity, signal)) ?? key;
  }
  const parent = textOf(row["ParentFolderId"]);
  if (parent !== undefined) key = (await keyOf(caller, moveFolder(id, folderGiven(parent)), identity, signal)) ?? key;
  return key;
}

async function keyOf(
  caller: EwsCaller,
  operation: Operation<RowState>,
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<RowKey | undefined> {
  const state = await caller.call(operation, identity, signal);
  throwIfError(operation.name, state);
  return state.keys[0];
}

/** Moves folders to Deleted Items. */
export async function deleteFolders(
  caller: EwsCaller,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare((row) => ({
    id: requiredText(row, "FolderId"),
    identity: identityOf(caller.config, row),
  }));
  for (const { index, row, made } of prepared) {
    let seen: CallState | undefined;
    const operation = deleteFolder([made.id], (state) => {
      seen = state;
    });
    try {
      await caller.call(operation, made.identity, signal);
      const message = seen?.messages[0];
      if (message === undefined) throw lostRow("DeleteFolder");
      chunk.settle(messageOutcome("DeleteFolder", index, message, row, [], { FolderId: made.id }));
    } catch (error) {
      if (!isUnknown(error)) chunk.refuse([{ index }], error);
      else
        chunk.settle(
          (await isGone(caller, made.id, made.identity, signal))
            ? succeeded(index, { FolderId: made.id })
            : indeterminate(index, error),
        );
    }
  }
  return chunk.outcomes;
}

/** A deleted folder keeps its id and lies in Deleted Items, or is not there at all. */
async function isGone(caller: EwsCaller, id: string, identity: CallIdentity, signal: AbortSignal): Promise<boolean> {
  const parent = folderColumns.filter(({ name }) => name === "ParentFolderId");
  const operation = getFolder({
    folders: [{ id }, { name: "deleteditems" }],
    shape: folderShape(parent),
    rows: new RowReader(parent, { idElement: "FolderId" }),
  });
  try {
    const state = await caller.call(operation, identity, signal);
    if (saysNoSuchId(state.messages[0]?.responseCode ?? "")) return true;
    const deletedItems = state.keys[state.messageOf.indexOf(1)]?.id;
    return deletedItems !== undefined && state.rows[state.messageOf.indexOf(0)]?.["ParentFolderId"] === deletedItems;
  } catch (error) {
    caller.context.log.warn(
      { operation: "GetFolder", err: error },
      "could not look for a folder whose deletion went unanswered",
    );
    return false;
  }
}
