import {
  type Activity,
  type BoundQuery,
  type Column,
  type Comparison,
  type Condition,
  type Mistake,
  mistaken,
  nearestHint,
  type PseudoColumn,
  type SortKey,
  type TableDefinition,
  type Value,
} from "#spi";
import { bindComparison } from "./bind-comparison.ts";
import { findTable } from "./names.ts";
import {
  conjunctsOf,
  isNamedComparison,
  mistakeAt,
  type NameAt,
  type NamedComparison,
  type NamedCondition,
  type Query,
} from "./query.ts";
import { indexOf } from "./table-index.ts";
import { typedValue } from "./typed-value.ts";

/** The table of a request, checked to allow the activity. Throws UNKNOWN_TABLE, READ_ONLY or UNSUPPORTED. */
export function bindTable(
  tables: readonly TableDefinition[],
  name: NameAt,
  schema: string,
  activity: Exclude<Activity, "execute">,
): TableDefinition {
  const lookup = findTable(tables, name, schema);
  if ("mistake" in lookup) throw mistaken([lookup.mistake]);
  const table = lookup.found;
  if (table.activities.includes(activity)) return table;
  const offered = table.activities.join(", ") || "no activity";
  const isReadOnly = activity !== "query" && !table.activities.some((offer) => offer !== "query");
  const detail = isReadOnly
    ? `${table.name} can only be read.`
    : `${table.name} does not offer ${activity}; it offers ${offered}.`;
  throw mistaken([mistakeAt(name.at, isReadOnly ? "READ_ONLY" : "UNSUPPORTED", detail)]);
}

/** Resolves names to columns and values to their types. Throws every mistake at once. */
export function bindQuery(query: Query, tables: readonly TableDefinition[], schema: string): BoundQuery {
  const table = bindTable(tables, query.table, schema, "query");
  const mistakes: Mistake[] = [];
  const columns = bindColumns(table, query.columns, mistakes);
  const { where, pseudo } = bindWhere(table, query.where, mistakes);
  const orderBy = bindOrder(table, query, mistakes);
  checkRequired(table, query, pseudo, mistakes);
  if (mistakes.length > 0) throw mistaken(mistakes);
  return {
    table,
    columns: columns ?? table.columns,
    columnsNamed: columns !== undefined,
    ...(where === undefined ? {} : { where }),
    orderBy,
    pseudo,
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(query.offset === undefined ? {} : { offset: query.offset }),
  };
}

/** Finds a column; reports UNKNOWN_COLUMN with the nearest name, or that a pseudo-column cannot stand here. */
export function bindColumn(table: TableDefinition, name: NameAt, mistakes: Mistake[]): Column | undefined {
  const { columns, pseudoColumns } = indexOf(table);
  const column = columns.find(name.name);
  if (column !== undefined) return column;
  const pseudo = pseudoColumns.find(name.name);
  mistakes.push(
    pseudo === undefined
      ? unknownColumn(table, name)
      : mistakeAt(name.at, "INVALID_QUERY", `${pseudo.name} is a pseudo-column: it cannot be read or sorted by.`),
  );
  return undefined;
}

export function unknownColumn(table: TableDefinition, name: NameAt): Mistake {
  const { columns, pseudoColumns } = indexOf(table);
  const why = table.absent?.(name.name);
  const hint = why !== undefined ? ` ${why}` : nearestHint(name.name, [...columns.names(), ...pseudoColumns.names()]);
  return mistakeAt(name.at, "UNKNOWN_COLUMN", `${table.name} has no column "${name.name}".${hint}`);
}

function bindColumns(
  table: TableDefinition,
  names: readonly NameAt[] | undefined,
  mistakes: Mistake[],
): readonly Column[] | undefined {
  if (names === undefined) return undefined;
  const columns = new Set<Column>();
  for (const name of names) {
    const column = bindColumn(table, name, mistakes);
    if (column === undefined) continue;
    if (columns.has(column)) mistakes.push(mistakeAt(name.at, "INVALID_QUERY", `${column.name} is asked for twice.`));
    columns.add(column);
  }
  return [...columns];
}

function bindOrder(table: TableDefinition, query: Query, mistakes: Mistake[]): readonly SortKey[] {
  const keys: SortKey[] = [];
  for (const { column: name, direction } of query.orderBy) {
    const column = bindColumn(table, name, mistakes);
    if (column === undefined) continue;
    if (column.type === "binary") {
      mistakes.push(mistakeAt(name.at, "INVALID_QUERY", `${column.name} is binary: it has no order.`));
    }
    // A column named again further on cannot change the order any more.
    if (!keys.some((key) => key.column === column)) keys.push({ column, direction });
  }
  return keys;
}

interface BoundWhere {
  readonly where?: Condition;
  readonly pseudo: Readonly<Record<string, Value>>;
}

/** Takes the pseudo-columns out of the top-level AND and binds the rest. */
function bindWhere(table: TableDefinition, where: NamedCondition | undefined, mistakes: Mistake[]): BoundWhere {
  const pseudo: Record<string, Value> = Object.create(null);
  const conditions: Condition[] = [];
  for (const conjunct of conjunctsOf(where)) {
    const definition = isNamedComparison(conjunct) ? pseudoOf(table, conjunct) : undefined;
    if (definition === undefined) {
      const bound = bindCondition(table, conjunct, mistakes);
      if (bound !== undefined) conditions.push(bound);
    } else bindPseudo(definition, conjunct as NamedComparison, pseudo, mistakes);
  }
  if (conditions.length === 0) return { pseudo };
  return { pseudo, where: conditions.length === 1 ? conditions[0]! : { and: conditions } };
}

function pseudoOf(table: TableDefinition, comparison: NamedComparison): PseudoColumn | undefined {
  const { columns, pseudoColumns } = indexOf(table);
  return columns.find(comparison.column.name) === undefined ? pseudoColumns.find(comparison.column.name) : undefined;
}

function bindPseudo(
  definition: PseudoColumn,
  comparison: NamedComparison,
  pseudo: Record<string, Value>,
  mistakes: Mistake[],
): void {
  const { name } = definition;
  const refuse = (detail: string) => mistakes.push(mistakeAt(comparison.at, "INVALID_QUERY", detail));
  if (!definition.use.includes("query")) return void refuse(`${name} cannot be used in a query.`);
  const given = comparison.operator === "=" ? comparison.values[0] : undefined;
  if (given === undefined) return void refuse(`The pseudo-column ${name} takes only "=".`);
  if (name in pseudo) return void refuse(`${name} is given twice.`);
  const typed =
    given.value === null
      ? { mistake: `${name} cannot be NULL.` }
      : typedValue(definition.type, given.value, definition.allowed);
  if ("mistake" in typed) mistakes.push(mistakeAt(given.at, "INVALID_QUERY", `${name}: ${typed.mistake}`));
  else pseudo[name] = typed.value;
}

function bindCondition(table: TableDefinition, condition: NamedCondition, mistakes: Mistake[]): Condition | undefined {
  if ("not" in condition) {
    const not = bindCondition(table, condition.not, mistakes);
    return not && { not };
  }
  if (isNamedComparison(condition)) return bindLeaf(table, condition, mistakes);
  const parts = "and" in condition ? condition.and : condition.or;
  const bound = parts.map((part) => bindCondition(table, part, mistakes)).filter((part) => part !== undefined);
  return "and" in condition ? { and: bound } : { or: bound };
}

function bindLeaf(table: TableDefinition, comparison: NamedComparison, mistakes: Mistake[]): Comparison | undefined {
  const pseudo = pseudoOf(table, comparison);
  if (pseudo !== undefined) {
    const detail = `The pseudo-column ${pseudo.name} can only be given by "=" joined to the rest by AND.`;
    mistakes.push(mistakeAt(comparison.at, "INVALID_QUERY", detail));
    return undefined;
  }
  const column = bindColumn(table, comparison.column, mistakes);
  return column && bindComparison(column, comparison, mistakes);
}

/** Some tables answer only under a condition: each required name stands in the top-level AND with `=` or `IN`. */
function checkRequired(
  table: TableDefinition,
  query: Query,
  pseudo: Readonly<Record<string, Value>>,
  mistakes: Mistake[],
): void {
  const given = new Set(Object.keys(pseudo));
  for (const conjunct of conjunctsOf(query.where)) {
    if (!isNamedComparison(conjunct) || (conjunct.operator !== "=" && conjunct.operator !== "IN")) continue;
    const column = indexOf(table).columns.find(conjunct.column.name);
    if (column !== undefined) given.add(column.name);
  }
  const missing = (table.requiredInWhere ?? []).filter((name) => !given.has(name));
  if (missing.length === 0) return;
  const detail = `${table.name} needs a condition with = or IN on ${missing.join(" and ")}, joined to the rest by AND.`;
  const pointer = query.table.at.pointer === "/table" ? "/where" : query.table.at.pointer;
  mistakes.push({ pointer, code: "INVALID_QUERY", detail });
}
