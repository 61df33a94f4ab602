import { ConnectorError } from "#spi";
import type { EwsColumn } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import type { FolderReference } from "../folders.ts";
import { findItem } from "../operations/find-item.ts";
import { itemShape } from "../properties.ts";
import { recognitionPath, recognitionRestriction } from "../recognition.ts";
import { RowReader } from "../row-reader.ts";
import type { RowKey } from "../row-state.ts";

/** The id a row was created with, read back. */
const rowIdColumn: EwsColumn = {
  name: "RowId",
  type: "id",
  nullable: true,
  key: false,
  mutability: "read-only",
  operators: {},
  sortable: false,
  sortsExactly: false,
  read: "list",
  description: "Id of the row the item was created from.",
  binding: {
    kind: "field",
    read: { from: "text", at: ["ExtendedProperty", "Value"], as: "text" },
    filter: { by: "none" },
  },
};

export interface LookUp {
  readonly batchId: string;
  readonly identity: CallIdentity;
  readonly folder: FolderReference;
  readonly rowIds: readonly string[];
}

// A create whose answer was lost may still be running: one more look after this wait.
const secondLookAfterMs = 5000;

/** One look for the items created from rows of a batch, by row id. */
export async function findCreated(
  caller: EwsCaller,
  { batchId, identity, folder }: Omit<LookUp, "rowIds">,
  signal: AbortSignal,
): Promise<Map<string, RowKey>> {
  const operation = findItem({
    folder,
    view: { offset: 0, count: 1000 },
    shape: itemShape([], { more: [recognitionPath()] }),
    rows: new RowReader([rowIdColumn]),
    restriction: recognitionRestriction(batchId),
  });
  const { rows, keys } = await caller.call(operation, identity, signal);
  return new Map(rows.map((row, at) => [String(row["RowId"]), keys[at] as RowKey]));
}

/** Finds the items created from these rows, as far as the server can be asked now. */
export async function lookUpCreated(
  caller: EwsCaller,
  wanted: LookUp,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, RowKey>> {
  let found = new Map<string, RowKey>();
  try {
    found = await findCreated(caller, wanted, signal);
    if (wanted.rowIds.every((rowId) => found.has(rowId))) return found;
    await caller.context.clock.sleep(secondLookAfterMs, signal);
    return await findCreated(caller, wanted, signal);
  } catch (error) {
    if (!(error instanceof ConnectorError) && !signal.aborted) throw error;
    const code = error instanceof ConnectorError ? error.code : "ABORTED";
    caller.context.log.warn({ operation: "FindItem", code }, "could not look up rows whose answer was lost");
    return found;
  }
}
