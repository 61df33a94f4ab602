import type { Row, RowOutcome } from "#spi";
import { folderColumns } from "../../tables/columns/ews-folder.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { saysNoSuchId } from "../errors.ts";
import { identityOf } from "../identity.ts";
import { deleteFolder } from "../operations/delete-folder.ts";
import { getFolder } from "../operations/get-folder.ts";
import { folderShape } from "../properties.ts";
import type { CallState } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { Chunk } from "./chunk.ts";
import { indeterminate, isUnknown, lostRow, messageOutcome, succeeded } from "./outcomes.ts";
import { requiredText } from "./row-values.ts";
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
