import type { Row, RowOutcome, TableDefinition } from "#spi";
import type { EwsBinding } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import { saysNoSuchId } from "../errors.ts";
import { identityOf } from "../identity.ts";
import { deleteItem } from "../operations/delete-item.ts";
import type { CallState } from "../response-messages.ts";
import { Chunk, type Prepared } from "./chunk.ts";
import { type CurrentItem, currentItems } from "./current-items.ts";
import { indeterminate, isUnknown, lostRow, messageOutcome, succeeded } from "./outcomes.ts";
import { indexOfRow, type RowItem, withOwnIds } from "./row-items.ts";
import { createModes, modeOf, requiredText, textOf } from "./row-values.ts";

interface DeletedRow extends RowItem {
  readonly cancellations: string;
}

/** Moves items to Deleted Items; what already is there goes to the recoverable items. */
export async function deleteItems(
  caller: EwsCaller,
  table: TableDefinition<EwsBinding>,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare(
    (row): DeletedRow => ({
      identity: identityOf(caller.config, row),
      cancellations: modeOf(row, "SendCancellationsMode", createModes),
      id: requiredText(row, "ItemId"),
      changeKey: textOf(row["ItemChangeKey"]),
      index: indexOfRow(row),
    }),
  );
  const known = await withOwnIds(caller, chunk, prepared, signal);
  const groups = Map.groupBy(known, ({ made }) => JSON.stringify([made.identity, made.cancellations]));
  for (const group of groups.values()) await deleteGroup(caller, table, chunk, group, signal);
  return chunk.outcomes;
}

async function deleteGroup(
  caller: EwsCaller,
  table: TableDefinition<EwsBinding>,
  chunk: Chunk,
  group: readonly Prepared<DeletedRow>[],
  signal: AbortSignal,
): Promise<void> {
  const { identity, cancellations } = (group[0] as Prepared<DeletedRow>).made;
  let seen: CallState | undefined;
  const operation = deleteItem({
    ids: group.map(({ made }) => made),
    how: table.name === "DeletedItems" ? "SoftDelete" : "MoveToDeletedItems",
    cancellations,
    started: (state) => {
      seen = state;
    },
  });
  let broken: unknown;
  try {
    await caller.call(operation, identity, signal);
  } catch (error) {
    if (!isUnknown(error)) return chunk.refuse(group, error);
    broken = error;
  }
  const open: Prepared<DeletedRow>[] = [];
  group.forEach((each, at) => {
    const message = seen?.messages[at];
    if (message === undefined || message.responseCode === "") open.push(each);
    else {
      const key = { ItemId: each.made.id };
      chunk.settle(messageOutcome("DeleteItem", each.index, message, each.row, table.columns, key));
    }
  });
  if (open.length > 0) await settleLost(caller, chunk, open, broken ?? lostRow("DeleteItem"), signal);
}

/** An item that is gone was deleted. */
async function settleLost(
  caller: EwsCaller,
  chunk: Chunk,
  open: readonly Prepared<DeletedRow>[],
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { identity } = (open[0] as Prepared<DeletedRow>).made;
  let current: ReadonlyMap<string, CurrentItem> = new Map();
  try {
    const ids = [...new Set(open.map(({ made }) => made.id))];
    current = await currentItems(caller, identity, ids, [], signal);
  } catch (unread) {
    caller.context.log.warn(
      { operation: "GetItem", err: unread },
      "could not look for items whose deletion went unanswered",
    );
  }
  for (const { index, made } of open) {
    const problem = current.get(made.id)?.problem;
    const gone = problem !== undefined && saysNoSuchId(problem.responseCode);
    chunk.settle(gone ? succeeded(index, { ItemId: made.id }) : indeterminate(index, error));
  }
}
