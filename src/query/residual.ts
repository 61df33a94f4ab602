import type { Batch, Column, Row } from "#spi";
import { compileCondition, type RowTest } from "./compile-condition.ts";
import type { Residual } from "./split.ts";

/** The filter of a residual: rows in, rows out; the same array when nothing is dropped. */
export function compileFilter(residual: Residual): (rows: readonly Row[]) => readonly Row[] {
  if (residual.where === undefined) return (rows) => rows;
  const test = compileCondition(residual.where);
  return (rows) => filterRows(rows, test);
}

function filterRows(rows: readonly Row[], test: RowTest): readonly Row[] {
  let at = 0;
  while (at < rows.length && test(rows[at]!)) at++;
  if (at === rows.length) return rows;
  const kept = rows.slice(0, at);
  for (at++; at < rows.length; at++) if (test(rows[at]!)) kept.push(rows[at]!);
  return kept;
}

/** The projection of a residual: drops columns read only for local work; the same array when there are none. */
export function compileProjection(columns: readonly Column[] | undefined): (rows: readonly Row[]) => readonly Row[] {
  if (columns === undefined) return (rows) => rows;
  const names = columns.map(({ name }) => name);
  // Clones of one shape: filled name by name, an object of more than a few members becomes a hash table.
  const empty: Row = Object.fromEntries(names.map((name) => [name, null]));
  return (rows) => rows.map((row) => pick(row, names, empty));
}

function pick(row: Row, names: readonly string[], empty: Row): Row {
  const picked = { ...empty };
  for (const name of names) picked[name] = row[name] ?? null;
  return picked;
}

/** How much of an answer is still to skip and to hand out. */
export interface Window {
  offsetLeft: number;
  limitLeft: number;
}

/** Takes what the window leaves of the rows, counting it down; the same array when it takes all. */
export function takeWindow(rows: readonly Row[], window: Window): readonly Row[] {
  if (window.offsetLeft === 0 && rows.length <= window.limitLeft) {
    window.limitLeft -= rows.length;
    return rows;
  }
  const start = Math.min(window.offsetLeft, rows.length);
  const end = Math.min(rows.length, start + window.limitLeft);
  window.offsetLeft -= start;
  window.limitLeft -= end - start;
  return rows.slice(start, end);
}

/** The batch with other rows; the very same batch when the rows are its own. */
export function withRows(batch: Batch, rows: readonly Row[]): Batch {
  return rows === batch.rows ? batch : { ...batch, rows };
}
