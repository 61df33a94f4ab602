import type { Column, Mistake, Row, TableDefinition, Value } from "#spi";
import { keyColumns } from "#spi";
import { unknownColumn } from "./bind.ts";
import { clockTime } from "./instant.ts";
import { mistakeAt, type Place, pointerMember } from "./query.ts";
import { indexOf } from "./table-index.ts";
import { typedValue } from "./typed-value.ts";

export type WriteKind = "create" | "update" | "delete";

/** Where the value of a column stood in the request. */
export type PlaceOfCell = (name: string) => Place;

/** Places of the cells of row `index` of a JSON body. */
export const bodyPlaces =
  (index: number): PlaceOfCell =>
  (name) => ({ pointer: `/rows/${index}${pointerMember(name)}` });

/** A reader of rows for one table and activity: checks names, types and keys once planned, row by row. */
export type RowBinder = (row: Row, placeOf: PlaceOfCell, mistakes: Mistake[]) => Row;

/**
 * Makes the reader of the rows of one write. It answers the row with the names and types of the table, and reports
 * UNKNOWN_COLUMN, READ_ONLY and INVALID_QUERY.
 */
export function rowBinder(table: TableDefinition, kind: WriteKind): RowBinder {
  const required = requiredColumns(table, kind);
  return (row, placeOf, mistakes) => {
    const bound: Row = {};
    const before = mistakes.length;
    const refused = new Set<string>();
    let changes = 0;
    for (const given of Object.keys(row)) {
      const cell = bindCell(table, kind, given, row[given] ?? null, placeOf(given));
      if ("mistake" in cell) {
        mistakes.push(cell.mistake);
        refused.add(given.toLowerCase());
        continue;
      }
      if (Object.hasOwn(bound, cell.name)) mistakes.push(twice(cell.name, placeOf(given)));
      bound[cell.name] = cell.value;
      if (cell.isChange) changes++;
    }
    for (const name of required) {
      const isEmpty = !Object.hasOwn(bound, name) || bound[name] === null || bound[name] === "";
      if (isEmpty && !refused.has(name.toLowerCase())) mistakes.push(missing(table, kind, name, placeOf(name)));
    }
    if (kind === "update" && changes === 0 && mistakes.length === before) mistakes.push(nothingToChange(placeOf));
    return bound;
  };
}

type BoundCell =
  | { readonly name: string; readonly value: Value; readonly isChange: boolean }
  | { readonly mistake: Mistake };

function bindCell(table: TableDefinition, kind: WriteKind, given: string, value: Value, at: Place): BoundCell {
  const { columns, pseudoColumns } = indexOf(table);
  const column = columns.find(given);
  const pseudo = column === undefined ? pseudoColumns.find(given) : undefined;
  const definition = column ?? pseudo;
  if (definition === undefined) return { mistake: unknownColumn(table, { name: given, at }) };
  const { name } = definition;
  if (pseudo !== undefined && !pseudo.use.includes(kind)) {
    return { mistake: mistakeAt(at, "INVALID_QUERY", `${name} cannot be used in ${kind}.`) };
  }
  const refusal = column === undefined ? undefined : refusalOf(column, kind);
  if (refusal !== undefined) return { mistake: mistakeAt(at, "READ_ONLY", refusal) };
  const isChange = column !== undefined && !column.key;
  if (value === null) {
    // Pseudo-columns and keys are looked at by the required check; NULL in a column clears it.
    if (column === undefined || column.nullable || column.key) return { name, value, isChange };
    return { mistake: mistakeAt(at, "INVALID_QUERY", `${name} cannot be NULL.`) };
  }
  const typed = typedValue(definition.type, value, definition.allowed);
  return "mistake" in typed
    ? { mistake: mistakeAt(at, "INVALID_QUERY", `${name}: ${typed.mistake}`) }
    : { name, value: column?.clock === true ? clockTime(value, String(typed.value)) : typed.value, isChange };
}

/** Why a column cannot be given, or undefined. Keys tell which row in update and delete. */
function refusalOf(column: Column, kind: WriteKind): string | undefined {
  const { name, mutability } = column;
  if (kind !== "create" && column.key) return undefined;
  if (mutability === "read-only") return `${name} can only be read.`;
  if (kind === "create" && mutability === "update-only") return `${name} can only be given in update.`;
  if (kind === "update" && mutability === "create-only") return `${name} can only be given in create.`;
  // Columns that exist for update alone accompany a write (a change key), so they may stand in delete too.
  if (kind === "delete" && mutability !== "update-only") return `${name} is no key of the row to delete: leave it out.`;
  return undefined;
}

/** Key columns that must be given; nullable ones (a change key) need not, unless all are. */
export function requiredKeys(table: TableDefinition): readonly string[] {
  const keys = keyColumns(table);
  const strict = keys.filter(({ nullable }) => !nullable);
  return (strict.length > 0 ? strict : keys).map(({ name }) => name);
}

const requiredColumns = (table: TableDefinition, kind: WriteKind): readonly string[] =>
  kind === "create" ? table.requiredOnCreate : requiredKeys(table);

function missing(table: TableDefinition, kind: WriteKind, name: string, at: Place): Mistake {
  const why = kind === "create" ? `${table.name} cannot be created without it` : "it tells which row is meant";
  return mistakeAt(at, "INVALID_QUERY", `${name} is missing: ${why}.`);
}

const twice = (name: string, at: Place): Mistake => mistakeAt(at, "INVALID_QUERY", `${name} is given twice.`);

function nothingToChange(placeOf: PlaceOfCell): Mistake {
  const { pointer, ...place } = placeOf("");
  const at = { ...place, pointer: pointer.endsWith("/") ? pointer.slice(0, -1) : pointer };
  return mistakeAt(at, "INVALID_QUERY", "The row names no column to change.");
}
