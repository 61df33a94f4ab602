import {
  type Column,
  type ConnectorDefinition,
  ConnectorError,
  invalidRequest,
  nearestHint,
  operators,
  type Parameter,
  type Procedure,
  type TableDefinition,
} from "#spi";
import { findProcedure, findTable } from "../query/names.ts";
import type { ResolveConnection } from "./resolved-connection.ts";
import type { CatalogCases, ColumnView, ParameterView, ProcedureView, TableView } from "./use-cases.ts";

export interface CatalogParts {
  /** An installed connector. Errors: NOT_FOUND. */
  connector(name: string): ConnectorDefinition;
  readonly resolve: ResolveConnection;
}

export function createCatalog({ connector, resolve }: CatalogParts): CatalogCases {
  return {
    tables: (name, schema) =>
      schemasOf(connector(name), schema).flatMap((known) =>
        connector(name)
          .tablesOf(known)
          .map((table) => tableSummary(table, known)),
      ),
    table: (name, table, schema) => {
      const definition = connector(name);
      return tableNamed(schemasOf(definition, schema), (known) => definition.tablesOf(known), table);
    },
    procedures: (name, schema) =>
      schemasOf(connector(name), schema).flatMap((known) =>
        connector(name)
          .proceduresOf(known)
          .map((procedure) => procedureSummary(procedure, known)),
      ),
    procedure: (name, procedure, schema) => {
      const definition = connector(name);
      return procedureNamed(schemasOf(definition, schema), (known) => definition.proceduresOf(known), procedure);
    },
    async connectionTables(call, connection) {
      const { definition, config, schema } = await resolve(call, connection);
      return definition.tables(config).map((table) => tableSummary(table, schema));
    },
    async connectionTable(call, connection, name) {
      const { definition, config, schema } = await resolve(call, connection);
      return tableNamed([schema], () => definition.tables(config), name);
    },
    async connectionProcedures(call, connection) {
      const { definition, config, schema } = await resolve(call, connection);
      return definition.procedures(config).map((procedure) => procedureSummary(procedure, schema));
    },
    async connectionProcedure(call, connection, name) {
      const { definition, config, schema } = await resolve(call, connection);
      return procedureNamed([schema], () => definition.procedures(config), name);
    },
  };
}

/** The schema asked for, or all of the connector. Errors: INVALID_REQUEST naming the nearest. */
function schemasOf(definition: ConnectorDefinition, schema: string | undefined): readonly string[] {
  const names = definition.schemas.map(({ name }) => name);
  if (schema === undefined) return names;
  const found = names.find((name) => name.toLowerCase() === schema.toLowerCase());
  if (found !== undefined) return [found];
  throw invalidRequest(`${definition.displayName} has no schema "${schema}".${nearestHint(schema, names)}`);
}

const inPath = (name: string) => ({ name, at: { pointer: "" } });

/** Looks in each schema; the nearest name of an unknown one is sought in all of them. */
function inSchemas<V>(
  code: "UNKNOWN_TABLE" | "UNKNOWN_PROCEDURE",
  schemas: readonly string[],
  name: string,
  namesIn: (schema: string) => readonly { readonly name: string }[],
  find: (schema: string) => V | undefined,
): V {
  for (const schema of schemas) {
    const found = find(schema);
    if (found !== undefined) return found;
  }
  const known = schemas.flatMap((schema) => namesIn(schema).map((item) => item.name));
  const noun = code === "UNKNOWN_TABLE" ? "table or view" : "procedure";
  throw new ConnectorError(code, `There is no ${noun} "${name}" in ${schemas.join(", ")}.${nearestHint(name, known)}`);
}

function tableNamed(
  schemas: readonly string[],
  tablesOf: (schema: string) => readonly TableDefinition[],
  name: string,
): TableView {
  return inSchemas("UNKNOWN_TABLE", schemas, name, tablesOf, (schema) => {
    const lookup = findTable(tablesOf(schema), inPath(name), schema);
    return "found" in lookup ? tableView(lookup.found, schema) : undefined;
  });
}

function procedureNamed(
  schemas: readonly string[],
  proceduresOf: (schema: string) => readonly Procedure[],
  name: string,
): ProcedureView {
  return inSchemas("UNKNOWN_PROCEDURE", schemas, name, proceduresOf, (schema) => {
    const lookup = findProcedure(proceduresOf(schema), inPath(name), schema);
    return "found" in lookup ? procedureView(lookup.found, schema) : undefined;
  });
}

function tableSummary(table: TableDefinition, schema: string): TableView {
  const { name, kind, description, activities } = table;
  return { name, kind, schema, description, activities };
}

function tableView(table: TableDefinition, schema: string): TableView {
  return {
    ...tableSummary(table, schema),
    columns: table.columns.map(columnView),
    pseudoColumns: table.pseudoColumns.map(({ name, type, use, allowed, description }) => ({
      name,
      type,
      use,
      ...(allowed === undefined ? {} : { allowed }),
      description,
    })),
    requiredOnCreate: table.requiredOnCreate,
  };
}

function columnView(column: Column): ColumnView {
  const { name, type, nullable, key, mutability, sortable, read, description, allowed } = column;
  return {
    name,
    type,
    nullable,
    key,
    readOnly: mutability === "read-only",
    operators: operators.filter((operator) => column.operators[operator] !== undefined),
    sortable,
    readCost: read,
    description,
    ...(allowed === undefined ? {} : { allowed }),
  };
}

function procedureSummary({ name, description, writes }: Procedure, schema: string): ProcedureView {
  return { name, schema, description, writes };
}

function procedureView(procedure: Procedure, schema: string): ProcedureView {
  return {
    ...procedureSummary(procedure, schema),
    inputs: procedure.inputs.map(parameterView),
    outputs: procedure.outputs.map(parameterView),
  };
}

function parameterView(parameter: Parameter): ParameterView {
  const { name, type, required, description, allowed } = parameter;
  return {
    name,
    type,
    required,
    description,
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
    ...(allowed === undefined ? {} : { allowed }),
  };
}
