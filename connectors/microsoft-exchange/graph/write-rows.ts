import { ConnectorError, keyColumns, type Row, type RowOutcome } from "#spi";
import type { ApartBody } from "./apart.ts";
import { type Part, type PartResult, runParts } from "./batch.ts";
import type { GraphCalls } from "./call.ts";
import { directory, mailboxOwner, type Owner, segment } from "./mailbox.ts";
import { unsuccessful } from "./outcomes.ts";
import type { GraphTable } from "./resource.ts";

/** One row on its way: the request made of it. */
export interface PreparedRow {
  readonly index: number;
  readonly row: Row;
  readonly owner: Owner;
  readonly part: Part;
  /** What is written afterwards, in requests of its own. */
  readonly apart?: readonly ApartBody[];
}

/** What became of a prepared row. */
export type WrittenRow = PreparedRow & { readonly result: PartResult };

/** Whose data a row is written to. Groups' calendars are only read. */
export const ownerOfRow = (calls: GraphCalls, { resource }: GraphTable, row: Row): Owner =>
  resource.owner === "directory" ? directory : mailboxOwner(calls.config, row);

/** Prepares rows one by one; a row that cannot be prepared fails alone. */
export function prepareRows<T extends { readonly index: number }>(
  rows: readonly Row[],
  prepare: (row: Row, index: number) => T,
): { readonly prepared: readonly T[]; readonly failed: readonly RowOutcome[] } {
  const prepared: T[] = [];
  const failed: RowOutcome[] = [];
  for (const [index, row] of rows.entries()) {
    try {
      prepared.push(prepare(row, index));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      failed.push(unsuccessful(index, error));
    }
  }
  return { prepared, failed };
}

/** Sends rows in batches; rows of several mailboxes may share one, its slots are counted under the first. */
export async function sendRows<T extends PreparedRow>(
  calls: GraphCalls,
  rows: readonly T[],
  operation: string,
  repeatable: boolean,
  signal: AbortSignal,
): Promise<readonly (T & { readonly result: PartResult })[]> {
  const [first] = rows;
  if (first === undefined) return [];
  const options = { operation, mailbox: first.owner.mailbox, repeatable };
  const results = await runParts(
    calls,
    rows.map(({ part }) => part),
    options,
    signal,
  );
  return rows.flatMap((row, position) => {
    const result = results[position];
    return result === undefined ? [] : [{ ...row, result }];
  });
}

/** Outcomes in the order of the rows. */
export const inOrder = (outcomes: readonly RowOutcome[]): readonly RowOutcome[] =>
  outcomes.toSorted((a, b) => a.index - b.index);

/** The condition under which a row is written: the change key or ETag it was read with. */
export function ifMatch(row: Row): Readonly<Record<string, string>> {
  const { changeKey } = row;
  if (typeof changeKey !== "string" || changeKey === "") return {};
  return { "If-Match": changeKey.startsWith("W/") || changeKey.startsWith('"') ? changeKey : `W/"${changeKey}"` };
}

/** The address of the item a row is about. */
export function itemPath({ resource }: GraphTable, owner: Owner, row: Row): string {
  const { parent, collection } = resource;
  if (resource.single) return `${owner.path}/${collection}`;
  const id = segment(given(row, "id"));
  if (resource.onlyInParent && parent !== undefined) {
    return `${owner.path}/${parent.path(segment(given(row, parent.column)))}/${id}`;
  }
  return `${owner.path}/${collection}/${id}`;
}

/** The key columns a row was addressed by. */
export function keyOf({ definition }: GraphTable, row: Row): Row {
  const key: Row = {};
  for (const { name } of keyColumns(definition)) if (row[name] !== undefined) key[name] = row[name];
  return key;
}

function given(row: Row, name: string): string {
  const value = row[name];
  if (typeof value === "string" && value !== "") return value;
  throw new ConnectorError("INVALID_QUERY", `The row needs ${name} to tell which item is meant.`, { target: name });
}
