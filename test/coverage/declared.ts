import type { Column, ConnectorDefinition, Procedure, TableDefinition } from "#spi";
import { type Deed, procedureName, tableName } from "./evidence.ts";

/** Everything a connector declares, as deeds that tests must have done with it. */
export interface Declared {
  readonly schema: string;
  readonly tables: readonly TableDefinition[];
  readonly procedures: readonly Procedure[];
}

/** What each schema of the connector declares. */
export const declaredBy = (definition: ConnectorDefinition): readonly Declared[] =>
  definition.schemas.map(({ name }) => ({
    schema: name,
    tables: definition.tablesOf(name),
    procedures: definition.proceduresOf(name),
  }));

/** Whether a value can be given to the column by an activity of its table. */
export function isWrittenBy(table: TableDefinition, column: Column, activity: "create" | "update"): boolean {
  if (!table.activities.includes(activity)) return false;
  // The key says which row is changed.
  if (activity === "update" && column.key) return true;
  return column.mutability === "writable" || column.mutability === `${activity}-only`;
}

/** What tests must have done with a table. */
export function deedsOfTable(table: TableDefinition): readonly Deed[] {
  const writes = (["create", "update"] as const).flatMap((activity) =>
    table.columns.filter((column) => isWrittenBy(table, column, activity)).map(({ name }) => `${activity}:${name}`),
  );
  return [...table.activities, ...table.columns.map(({ name }) => `query:${name}`), ...writes];
}

/** What tests must have done with a procedure. */
export const deedsOfProcedure = ({ inputs, outputs }: Procedure): readonly Deed[] => [
  "execute",
  ...inputs.map(({ name }) => `input:${name}`),
  ...outputs.map(({ name }) => `output:${name}`),
];

/** Every deed that is asked for, by thing. */
export function demanded(definition: ConnectorDefinition): ReadonlyMap<string, readonly Deed[]> {
  return new Map(
    declaredBy(definition).flatMap(({ schema, tables, procedures }) => [
      ...tables.map((table) => [tableName(schema, table.name), deedsOfTable(table)] as const),
      ...procedures.map((each) => [procedureName(schema, each.name), deedsOfProcedure(each)] as const),
    ]),
  );
}
