import { invalidQuery, type Row, type RowOutcome, unsupported } from "#spi";
import type { EwsCaller, Operation } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { folderGiven, folderOfPlatform } from "../folders.ts";
import { identityOf } from "../identity.ts";
import { getFolder } from "../operations/get-folder.ts";
import { moveFolder } from "../operations/move-folder.ts";
import { updateFolder } from "../operations/update-folder.ts";
import { folderShape, propertyPath } from "../properties.ts";
import { throwIfError } from "../response-messages.ts";
import type { RowKey, RowState } from "../row-state.ts";
import { element, leaf } from "../write-xml.ts";
import { Chunk } from "./chunk.ts";
import { folderElement, folderKey, ids } from "./folder-parts.ts";
import { failed, indeterminate, isUnknown, lostRow, succeeded } from "./outcomes.ts";
import { requiredText, textOf } from "./row-values.ts";

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
  const given = textOf(row["ParentFolderId"]);
  const parent =
    given === undefined ? undefined : folderOfPlatform(folderGiven(given), caller.config.platform, "ParentFolderId");
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
  if (parent !== undefined) key = (await keyOf(caller, moveFolder(id, parent), identity, signal)) ?? key;
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
