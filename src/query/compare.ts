import type { Column, ColumnType, Row, Value } from "#spi";
import { fold } from "./fold.ts";
import { parseInstant } from "./instant.ts";
import { jsonText } from "./json-text.ts";

/** What a value is compared and sorted by; undefined for NULL and for what cannot be read as the type. */
export type ComparisonKey = string | number | undefined;

const textOf = (value: Value): string => (typeof value === "string" ? value : jsonText(value));

function numberKey(value: Value): ComparisonKey {
  const number = typeof value === "number" ? value : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function booleanKey(value: Value): ComparisonKey {
  return typeof value === "boolean" ? Number(value) : undefined;
}

function datetimeKey(value: Value): ComparisonKey {
  if (typeof value !== "string") return undefined;
  if (!value.endsWith("Z")) return parseInstant(value);
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}

/** One definition for filters and sorts: text folded, ids and binary exact, times as instants, JSON by its text. */
const keyOfType: Readonly<Record<ColumnType, (value: Value) => ComparisonKey>> = {
  string: (value) => fold(textOf(value)),
  id: textOf,
  integer: numberKey,
  double: numberKey,
  boolean: booleanKey,
  datetime: datetimeKey,
  date: textOf,
  binary: textOf,
  json: (value) => fold(jsonText(value)),
};

/** Reads the comparison key of a column from a row. */
export function keyReader(column: Column): (row: Row) => ComparisonKey {
  const { name } = column;
  const keyOf = keyOfType[column.type];
  return (row) => {
    const value = row[name];
    return value === null || value === undefined ? undefined : keyOf(value);
  };
}

/** The comparison key of a bound value; bound values always have one. */
export function keyOfBound(column: Column, value: Value): string | number {
  const key = value === null ? undefined : keyOfType[column.type](value);
  if (key === undefined) throw new TypeError(`A bound value of ${column.name} is not of type ${column.type}.`);
  return key;
}
