import type { BoundQuery, Column, Comparison, TableDefinition, Value } from "#spi";

/** What to read of a table. */
export interface Reading {
  readonly columns: readonly string[];
  /** Comparisons that all must hold: the column, an operator of the table, a value. */
  readonly where?: readonly (readonly [column: string, operator: Comparison["operator"], value: Value])[];
  readonly pseudo?: Readonly<Record<string, Value>>;
  readonly limit?: number;
  readonly batchSize?: number;
}

/** A table of a list by its name. */
export function tableNamed<B>(tables: readonly TableDefinition<B>[], name: string): TableDefinition<B> {
  const table = tables.find((each) => each.name === name);
  if (table === undefined) throw new TypeError(`there is no table ${name}`);
  return table;
}

function columnNamed<B>(table: TableDefinition<B>, name: string): Column<B> {
  const column = table.columns.find((each) => each.name === name);
  if (column === undefined) throw new TypeError(`table ${table.name} has no column ${name}`);
  return column;
}

/** The query a session takes. */
export function boundQuery<B>(table: TableDefinition<B>, reading: Reading): BoundQuery<B> {
  const { where = [], pseudo = {}, limit, batchSize } = reading;
  const known = reading.columns.filter((name) => table.columns.some((column) => column.name === name));
  const parts = where.map(([name, operator, value]) => ({ column: columnNamed(table, name), operator, value }));
  return {
    table,
    columns: known.map((name) => columnNamed(table, name)),
    ...(parts.length === 0 ? {} : { where: parts.length === 1 ? (parts[0] as Comparison<B>) : { and: parts } }),
    orderBy: [],
    pseudo,
    ...(limit === undefined ? {} : { limit }),
    ...(batchSize === undefined ? {} : { batchSize }),
    columnsNamed: true,
  };
}
