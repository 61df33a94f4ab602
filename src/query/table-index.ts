import type { Column, PseudoColumn, TableDefinition } from "#spi";
import { indexByName, type NameIndex } from "./names.ts";

/** The names of one table, looked up often. */
export interface TableIndex {
  readonly columns: NameIndex<Column>;
  readonly pseudoColumns: NameIndex<PseudoColumn>;
}

const indexes = new WeakMap<object, TableIndex>();

/** The index of a table definition, made once. */
export function indexOf(table: TableDefinition): TableIndex {
  const known = indexes.get(table);
  if (known !== undefined) return known;
  const index = { columns: indexByName(table.columns), pseudoColumns: indexByName(table.pseudoColumns) };
  indexes.set(table, index);
  return index;
}
