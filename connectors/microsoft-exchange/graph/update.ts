import { ConnectorError, type Row, type RowOutcome, type Value } from "#spi";
import { type Remainder, sendRemainders, splitBody } from "./apart.ts";
import { type Part, type PartResult, runParts } from "./batch.ts";
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
  const { ready, missing } = await completeRows(calls, table, prepared, signal);
  const operation = `PATCH ${table.resource.collection}`;
  // The same change twice is the same; under a condition the second one would fail on the first one's doing.
  const repeatable = ready.every(({ part }) => part.headers?.["If-Match"] === undefined);
  const sent = await sendRows(calls, ready, operation, repeatable, signal);
  const written = sent.filter(({ result }) => result.error === undefined);
  const remainders = written.flatMap(({ index, row, owner, apart = [] }): Remainder[] =>
    apart.length === 0
      ? []
      : [{ index, key: keyOf(table, row), path: itemPath(table, owner, row), mailbox: owner.mailbox, apart }],
  );
  const incomplete = await sendRemainders(calls, remainders, operation, signal);
  const outcomes = sent.map(
    ({ index, row, result }) =>
      incomplete.get(index) ??
      (result.error === undefined
        ? succeeded(index, changedKey(table, row, idOf(result.answer.body)))
        : unsuccessful(index, result.error, keyOf(table, row))),
  );
  return inOrder([...failed, ...missing, ...outcomes]);
}

function prepare(calls: GraphCalls, table: GraphTable, row: Row, index: number): PreparedRow {
  const { definition, resource } = table;
  const owner = ownerOfRow(calls, table, row);
  const path = itemPath(table, owner, row);
  const { first, apart } = splitBody(resource.writes?.apart, bodyOf(definition, row));
  // A row may consist of nothing but what goes apart.
  const [alone, ...rest] = Object.keys(first).length === 0 ? apart : [{ below: "", body: first }, ...apart];
  const { below, body } = alone ?? { below: "", body: first };
  return {
    index,
    row,
    owner,
    part: { method: "PATCH", path: `${path}${below}`, body, headers: { ...resource.headers, ...ifMatch(row) } },
    ...(rest.length === 0 ? {} : { apart: rest }),
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

/** Reads first what a change must repeat or know of the item as it stands; rows whose item cannot be read fail. */
async function completeRows(
  calls: GraphCalls,
  table: GraphTable,
  rows: readonly PreparedRow[],
  signal: AbortSignal,
): Promise<Kept> {
  const lacking = rows.flatMap((row) => {
    const needed = neededOf(table, row);
    return needed.length === 0 ? [] : [{ row, needed }];
  });
  const results = await readItems(calls, table, lacking, signal);
  const missing: RowOutcome[] = [];
  const ready: PreparedRow[] = [];
  for (const row of rows) {
    const position = lacking.findIndex((each) => each.row === row);
    const result = results[position];
    try {
      if (result?.error !== undefined) throw result.error.with({ effect: "none" });
      ready.push(completed(table, row, result?.answer.body));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      missing.push(unsuccessful(row.index, error, keyOf(table, row.row)));
    }
  }
  return { ready, missing };
}

function neededOf({ resource }: GraphTable, { part, row }: PreparedRow): readonly string[] {
  const { keeps = [], change } = resource.writes ?? {};
  const kept = keeps.some((name) => part.body?.[name] === undefined) ? keeps : [];
  return [...new Set([...kept, ...(change?.needs(part.body ?? {}, row) ?? [])])];
}

async function readItems(
  calls: GraphCalls,
  { resource }: GraphTable,
  lacking: readonly { readonly row: PreparedRow; readonly needed: readonly string[] }[],
  signal: AbortSignal,
): Promise<readonly PartResult[]> {
  const [first] = lacking;
  if (first === undefined) return [];
  const headers = resource.headers === undefined ? {} : { headers: resource.headers };
  const parts = lacking.map(({ row, needed }): Part => {
    const tail = queryString({ $select: ["id", ...needed].join(",") });
    return { method: "GET", path: `${row.part.path}${tail}`, ...headers };
  });
  const options = { operation: `GET ${resource.collection}`, mailbox: first.row.owner.mailbox, repeatable: true };
  return runParts(calls, parts, options, signal);
}

function completed({ resource }: GraphTable, row: PreparedRow, item: Value | undefined): PreparedRow {
  const { keeps = [], change } = resource.writes ?? {};
  const kept = keeps
    .map((name) => [name, member(item, name) ?? null] as const)
    .filter(([name, value]) => value !== null && row.part.body?.[name] === undefined);
  const body = { ...row.part.body, ...Object.fromEntries(kept) };
  return { ...row, part: { ...row.part, body: change?.complete(body, row.row, item) ?? body } };
}
