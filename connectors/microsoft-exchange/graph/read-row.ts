import type { Column, Row, Value } from "#spi";
import { type GraphBinding, propertyOf } from "./binding.ts";
import { type JsonObject, member } from "./errors.ts";

/** Turns a resource into a row; made once for a query. */
export type RowReader = (item: Value) => Row;

/** Values of columns that stand in the address of a page instead of in its items, by column name. */
export type AddressValues = Readonly<Record<string, Value>>;

type Read = (item: Value) => Value;

/** A reader for the columns asked for; what an item does not tell is taken from the address, else NULL. */
export function rowReader(columns: readonly Column<GraphBinding>[], address: AddressValues): RowReader {
  const readers = columns.map((column): readonly [string, Read] => {
    const fixed = Object.hasOwn(address, column.name) ? (address[column.name] ?? null) : null;
    const read = reader(column);
    return [column.name, fixed === null ? read : (item) => read(item) ?? fixed];
  });
  // Cloning one shape and filling it is a third cheaper than adding members one by one.
  const empty: Row = Object.fromEntries(columns.map(({ name }) => [name, null]));
  return (item) => {
    const row: Row = { ...empty };
    for (const [name, read] of readers) row[name] = read(item);
    return row;
  };
}

function reader(column: Column<GraphBinding>): Read {
  const { path, zoned } = propertyOf(column);
  const convert = converters[column.type];
  // Not in the resource: put there when an item was read apart, else told by the address of its page.
  if (path.length === 0) return (item) => own(item, column.name) ?? null;
  if (zoned) return (item) => zonedTime(descend(item, path.slice(0, -1)));
  const get = getter(path);
  return convert === undefined ? (item) => get(item) ?? null : (item) => convert(get(item) ?? null);
}

/**
 * Members are read plainly: the names are those of the tables, none of which Object.prototype has (a test holds that),
 * and an own check costs half of the reading of a page.
 */
const own = (item: Value | undefined, name: string): Value | undefined =>
  typeof item === "object" && item !== null ? (item as JsonObject)[name] : undefined;

function getter(path: readonly string[]): (item: Value) => Value | undefined {
  const [first = "", second = "", third = ""] = path;
  if (path.length === 1) return (item) => own(item, first);
  if (path.length === 2) return (item) => own(own(item, first), second);
  if (path.length === 3) return (item) => own(own(own(item, first), second), third);
  return (item) => descend(item, path);
}

function descend(item: Value | undefined, path: readonly string[]): Value | undefined {
  let value = item;
  for (const name of path) value = own(value, name);
  return value;
}

const converters: Partial<Record<Column["type"], (value: Value) => Value>> = {
  datetime: (value) => (typeof value === "string" ? utcTime(value) : null),
  // Graph answers dates of unset fields as "0001-01-01".
  date: (value) => (typeof value === "string" && !value.startsWith("0001-01-01") ? value.slice(0, 10) : null),
  string: (value) => (value === null || typeof value === "string" ? value : JSON.stringify(value)),
  id: (value) => (typeof value === "string" ? value : null),
};

/** `2026-03-01T10:00:00.0000000Z` and offsets as `2026-03-01T10:00:00Z`; a fraction that says something stays. */
export function utcTime(text: string): string | null {
  // Nearly all are whole seconds in UTC already.
  if (text.length === 20 && text.endsWith("Z") && !text.startsWith("0001")) return text;
  if (text.startsWith("0001-01-01")) return null;
  if (/Z$/.test(text)) return text.replace(/(\.\d*?)0+Z$/, "$1Z").replace(".Z", "Z");
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString().replace(".000Z", "Z");
}

/** A dateTimeTimeZone as UTC, where its zone is UTC (all calls ask for that) or one JavaScript knows. */
export function zonedTime(value: Value | undefined): Value {
  const dateTime = member(value, "dateTime");
  if (typeof dateTime !== "string" || dateTime === "") return null;
  const zone = member(value, "timeZone");
  const wall = dateTime.replace(/Z$/, "");
  if (dateTime.endsWith("Z") || zone === "UTC" || zone === "Etc/GMT" || zone === "" || zone === null)
    return utcTime(`${wall}Z`);
  return typeof zone === "string" ? (inZone(wall, zone) ?? dateTime) : utcTime(`${wall}Z`);
}

/** The instant of a wall-clock time in an IANA zone; nothing when the zone is not known here. */
function inZone(wall: string, zone: string): string | undefined {
  const asUtc = Date.parse(`${wall.slice(0, 23)}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const offset = offsetMs(asUtc, zone);
  if (offset === undefined) return undefined;
  // Asked twice: the offset at the first guess may be that of the other side of a clock change.
  const second = offsetMs(asUtc - offset, zone) ?? offset;
  return new Date(asUtc - second).toISOString().replace(".000Z", "Z");
}

function offsetMs(timeMs: number, zone: string): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    }).formatToParts(timeMs);
    const get = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
    const wall = Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"), get("second"));
    return wall - Math.floor(timeMs / 1000) * 1000;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Top-level members Graph must be asked for to fill the columns. */
export function selectOf(columns: readonly Column<GraphBinding>[]): readonly string[] {
  const names = columns.map((column) => propertyOf(column).path[0]).filter((name) => name !== undefined);
  return [...new Set(names)];
}
