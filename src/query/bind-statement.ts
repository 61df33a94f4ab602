import { type Mistake, mistaken, type Row, type TableDefinition, type Value } from "#spi";
import { unknownColumn } from "./bind.ts";
import { type PlaceOfCell, requiredKeys, rowBinder } from "./bind-rows.ts";
import {
  conjunctsOf,
  isNamedComparison,
  mistakeAt,
  type NamedComparison,
  type NamedCondition,
  type Place,
} from "./query.ts";
import type { Cell, StatementOf } from "./sql-statement.ts";
import { indexOf } from "./table-index.ts";

/** The rows of an INSERT, UPDATE or DELETE statement, bound. Throws every mistake at once. */
export function bindStatementRows(
  table: TableDefinition,
  statement: StatementOf<"create"> | StatementOf<"update"> | StatementOf<"delete">,
): readonly Row[] {
  const mistakes: Mistake[] = [];
  const bind = rowBinder(table, statement.kind);
  const rows = cellsOf(table, statement, mistakes).map((cells) => bindCells(cells, statement.table.at, bind, mistakes));
  if (mistakes.length > 0) throw mistaken(mistakes);
  return rows;
}

function bindCells(cells: readonly Cell[], at: Place, bind: ReturnType<typeof rowBinder>, mistakes: Mistake[]): Row {
  // Without a prototype, so that a column called __proto__ is unknown like any other.
  const row: Row = Object.create(null);
  const places = new Map<string, Place>();
  for (const { name, value } of cells) {
    if (Object.hasOwn(row, name.name))
      mistakes.push(mistakeAt(name.at, "INVALID_QUERY", `${name.name} is given twice.`));
    row[name.name] = value.value;
    places.set(name.name, value.at);
  }
  const placeOf: PlaceOfCell = (name) => places.get(name) ?? at;
  return bind(row, placeOf, mistakes);
}

function cellsOf(
  table: TableDefinition,
  statement: StatementOf<"create"> | StatementOf<"update"> | StatementOf<"delete">,
  mistakes: Mistake[],
): readonly (readonly Cell[])[] {
  if (statement.kind === "create") return statement.rows;
  const assigned = statement.kind === "update" ? statement.assignments : [];
  return pinnedRows(table, statement.where, statement.table.at, statement.kind, mistakes).map((key) => [
    ...key,
    ...assigned,
  ]);
}

/**
 * The rows that a WHERE names by their keys: equalities joined by AND, of which one may be an IN.
 * Anything else would have to look for the rows first, which is a query's work.
 */
function pinnedRows(
  table: TableDefinition,
  where: NamedCondition | undefined,
  at: Place,
  kind: "update" | "delete",
  mistakes: Mistake[],
): readonly (readonly Cell[])[] {
  const keys = requiredKeys(table);
  const advice = `The WHERE of ${kind} names the rows by ${keys.join(" and ")} with = or IN, joined by AND; query first to find the keys.`;
  const fixed: Cell[] = [];
  let list: NamedComparison | undefined;
  const pinned = new Set<string>();
  for (const conjunct of conjunctsOf(where)) {
    const name = isNamedComparison(conjunct) ? nameOf(table, conjunct) : undefined;
    if (!isNamedComparison(conjunct) || (conjunct.operator !== "=" && conjunct.operator !== "IN")) {
      mistakes.push(mistakeAt(placeOfCondition(conjunct) ?? at, "INVALID_QUERY", advice));
    } else if (name === undefined) {
      mistakes.push(unknownColumn(table, conjunct.column));
    } else if (conjunct.operator === "=" || conjunct.values.length === 1) {
      pinned.add(name);
      fixed.push({ name: conjunct.column, value: conjunct.values[0]! });
    } else if (list === undefined) {
      pinned.add(name);
      list = conjunct;
    } else mistakes.push(mistakeAt(conjunct.at, "INVALID_QUERY", `Only one column can be given by IN in ${kind}.`));
  }
  if (mistakes.length === 0 && !keys.every((key) => pinned.has(key))) {
    mistakes.push(mistakeAt(at, "INVALID_QUERY", advice));
  }
  if (mistakes.length > 0) return [];
  if (list === undefined) return [fixed];
  const { column, values } = list;
  return distinct(values).map((value): Cell[] => [{ name: column, value }, ...fixed]);
}

/** The same key twice in an IN means one row. */
function distinct<T extends { readonly value: Value }>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [value.value, value])).values()];
}

function nameOf(table: TableDefinition, comparison: NamedComparison): string | undefined {
  const { columns, pseudoColumns } = indexOf(table);
  const found = columns.find(comparison.column.name) ?? pseudoColumns.find(comparison.column.name);
  return found?.name;
}

function placeOfCondition(condition: NamedCondition): Place | undefined {
  if (isNamedComparison(condition)) return condition.at;
  if ("not" in condition) return placeOfCondition(condition.not);
  const first = ("and" in condition ? condition.and : condition.or)[0];
  return first && placeOfCondition(first);
}
