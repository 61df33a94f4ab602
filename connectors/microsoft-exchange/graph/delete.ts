import type { Row, RowOutcome } from "#spi";
import type { GraphCalls } from "./call.ts";
import { succeeded, unsuccessful } from "./outcomes.ts";
import type { GraphTable } from "./resource.ts";
import {
  ifMatch,
  inOrder,
  itemPath,
  keyOf,
  ownerOfRow,
  type PreparedRow,
  prepareRows,
  sendRows,
  type WrittenRow,
} from "./write-rows.ts";

/** Deletes rows by id, a batch for all; messages, events and contacts go to Deleted Items. */
export async function deleteRows(
  calls: GraphCalls,
  table: GraphTable,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const { prepared, failed } = prepareRows(rows, (row, index) => prepare(calls, table, row, index));
  const operation = `DELETE ${table.resource.collection}`;
  const first = await sendRows(calls, prepared, operation, false, signal);
  const lost = first.filter(({ result }) => result.error?.effect === "unknown");
  // Asked again: a second delete does no harm, and "gone" then tells that the first one worked.
  const second = await sendRows(calls, lost, operation, true, signal);
  const settled = first.filter((row) => !lost.includes(row));
  const outcomes = [
    ...settled.map((row) => outcomeOf(table, row, false)),
    ...second.map((row) => outcomeOf(table, row, true)),
  ];
  return inOrder([...failed, ...outcomes]);
}

function prepare(calls: GraphCalls, table: GraphTable, row: Row, index: number): PreparedRow {
  const owner = ownerOfRow(calls, table, row);
  const path = itemPath(table, owner, row);
  const headers = ifMatch(row);
  const condition = Object.keys(headers).length === 0 ? {} : { headers };
  return { index, row, owner, part: { method: "DELETE", path, ...condition } };
}

function outcomeOf(table: GraphTable, { index, row, result }: WrittenRow, isSecond: boolean): RowOutcome {
  const key = keyOf(table, row);
  if (result.error === undefined || (isSecond && result.error.code === "NOT_FOUND")) return succeeded(index, key);
  return unsuccessful(index, result.error, key);
}
