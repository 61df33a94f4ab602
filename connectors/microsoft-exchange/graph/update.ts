import type { Row, RowOutcome, Value } from "#spi";
import { type Part, runParts } from "./batch.ts";
import type { GraphCalls } from "./call.ts";
import { member } from "./errors.ts";
import { queryString } from "./odata.ts";
import { succeeded, unsuccessful } from "./outcomes.ts";
import type { GraphTable } from "./resource.ts";
import { bodyOf, idOf } from "./write-row.ts";
import {
  ifMatch,
  inOrder,
  itemPath,
  keyOf,
  ownerOfRow,
  type PreparedRow,
  prepareRows,
  sendRows,
} from "./write-rows.ts";

/** Updates rows by id, a batch for all. Columns a row leaves out stay as they are; NULL clears. */
export async function updateRows(
  calls: GraphCalls,
  table: GraphTable,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const { prepared, failed } = prepareRows(rows, (row, index) => prepare(calls, table, row, index));
  const { ready, missing } = await keepMembers(calls, table, prepared, signal);
  const operation = `PATCH ${table.resource.collection}`;
  // The same change twice is the same; under a condition the second one would fail on the first one's doing.
  const repeatable = ready.every(({ part }) => part.headers?.["If-Match"] === undefined);
  const sent = await sendRows(calls, ready, operation, repeatable, signal);
  const outcomes = sent.map(({ index, row, result }) =>
    result.error === undefined
      ? succeeded(index, changedKey(table, row, idOf(result.answer.body)))
      : unsuccessful(index, result.error, keyOf(table, row)),
  );
  return inOrder([...failed, ...missing, ...outcomes]);
}

function prepare(calls: GraphCalls, table: GraphTable, row: Row, index: number): PreparedRow {
  const { definition, resource } = table;
  const owner = ownerOfRow(calls, table, row);
  const body = bodyOf(definition, row);
  const path = itemPath(table, owner, row);
  return {
    index,
    row,
    owner,
    part: { method: "PATCH", path, body, headers: { ...resource.headers, ...ifMatch(row) } },
  };
}

/** Graph tells the id anew, where the answer has one. */
const changedKey = (table: GraphTable, row: Row, id: string | undefined): Row => ({
  ...keyOf(table, row),
  ...(id === undefined || table.resource.single ? {} : { id }),
});

interface Kept {
  readonly ready: readonly PreparedRow[];
  readonly missing: readonly RowOutcome[];
}

/** Repeats in the body what Graph would overwrite otherwise, as it stands in the item now. */
async function keepMembers(
  calls: GraphCalls,
  table: GraphTable,
  rows: readonly PreparedRow[],
  signal: AbortSignal,
): Promise<Kept> {
  const { resource } = table;
  const keeps = resource.writes?.keeps ?? [];
  const lacking = rows.filter(({ part }) => keeps.some((name) => part.body?.[name] === undefined));
  const [first] = lacking;
  if (first === undefined) return { ready: rows, missing: [] };
  const tail = queryString({ $select: ["id", ...keeps].join(",") });
  const parts = lacking.map(({ part }): Part => ({ method: "GET", path: `${part.path}${tail}` }));
  const options = { operation: `GET ${resource.collection}`, mailbox: first.owner.mailbox, repeatable: true };
  const results = await runParts(calls, parts, options, signal);
  const missing: RowOutcome[] = [];
  const ready = rows.filter((row) => !lacking.includes(row));
  for (const [position, row] of lacking.entries()) {
    const result = results[position];
    if (result === undefined) continue;
    if (result.error !== undefined) {
      missing.push(unsuccessful(row.index, result.error.with({ effect: "none" }), keyOf(table, row.row)));
    } else ready.push(withKept(row, keeps, result.answer.body));
  }
  return { ready, missing };
}

function withKept(row: PreparedRow, keeps: readonly string[], item: Value | undefined): PreparedRow {
  const kept = keeps
    .map((name) => [name, member(item, name) ?? null] as const)
    .filter(([name, value]) => value !== null && row.part.body?.[name] === undefined);
  return { ...row, part: { ...row.part, body: { ...row.part.body, ...Object.fromEntries(kept) } } };
}
