import { type Comparison, type Condition, isComparison, type SortKey, type Value } from "#spi";
import { type FilterKind, type GraphBinding, propertyOf } from "./binding.ts";

type Where = Condition<GraphBinding>;

/** `IN` lists longer than this are filtered here: Graph limits the nodes of a filter (15 on directory objects). */
const MAX_LIST = 15;

/** A text literal: quotes doubled, nothing else is special inside. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Prints a condition as `$filter`. The filter selects at least the rows asked for, never fewer: what cannot be said is
 * left out, which is why every column of the Graph tables declares its operators "superset".
 */
export function printFilter(where: Where | undefined): string | undefined {
  if (where === undefined) return undefined;
  if (isComparison(where)) return printComparison(where);
  if ("and" in where) return printAll(where.and);
  if ("or" in where) return printAny(where.or);
  // The complement of "at least these rows" would be "at most those": a negation is left to the service.
  return undefined;
}

function printAll(parts: readonly Where[]): string | undefined {
  const printed = parts.map(printFilter).filter((part) => part !== undefined);
  return printed.length === 0 ? undefined : printed.join(" and ");
}

function printAny(parts: readonly Where[]): string | undefined {
  const printed = parts.map(printFilter);
  if (printed.length === 0 || printed.some((part) => part === undefined)) return undefined;
  return printed.length === 1 ? printed[0] : `(${printed.join(" or ")})`;
}

function printComparison(comparison: Comparison<GraphBinding>): string | undefined {
  const { path, filter } = propertyOf(comparison.column);
  if (filter === undefined || path.length === 0) return undefined;
  const member = path.join("/");
  const { operator, value } = comparison;
  if (operator === "IN") return printList(comparison, Array.isArray(value) ? value : []);
  if (operator === "BETWEEN") return printRange(comparison, Array.isArray(value) ? value : []);
  if (value === undefined || value === null) return undefined;
  return printSimple(filter, member, operator, value);
}

function printList(comparison: Comparison<GraphBinding>, values: readonly Value[]): string | undefined {
  const parts = values.filter((value) => value !== null);
  if (parts.length === 0 || parts.length > MAX_LIST) return undefined;
  return printAny(parts.map((value) => ({ column: comparison.column, operator: "=", value })));
}

function printRange({ column }: Comparison<GraphBinding>, [low, high]: readonly Value[]): string | undefined {
  if (low === undefined || high === undefined) return undefined;
  return printAll([
    { column, operator: ">=", value: low },
    { column, operator: "<=", value: high },
  ]);
}

type Simple = (member: string, operator: string, value: Value) => string | undefined;

const printers: { readonly [K in FilterKind["kind"]]: (filter: Extract<FilterKind, { kind: K }>) => Simple } = {
  text: (filter) => (member, operator, value) => {
    if (typeof value !== "string" || !isPlain(value)) return undefined;
    if (operator === "=") return value === "" ? undefined : `${member} eq ${quoted(value)}`;
    return operator === "LIKE" ? printPattern(filter, member, value) : undefined;
  },
  choice: (filter) => (member, operator, value) => {
    const known = filter.values.find((word) => word.toLowerCase() === String(value).toLowerCase());
    if (known === undefined) return undefined;
    if (operator === "=") return `${member} eq ${quoted(known)}`;
    return operator === "<>" ? `${member} ne ${quoted(known)}` : undefined;
  },
  boolean: () => (member, operator, value) => {
    if (typeof value !== "boolean") return undefined;
    if (operator === "=") return `${member} eq ${value}`;
    return operator === "<>" ? `${member} eq ${!value}` : undefined;
  },
  number: () => (member, operator, value) => {
    const name = numberOperators[operator];
    return typeof value === "number" && Number.isFinite(value) && name !== undefined
      ? `${member} ${name} ${value}`
      : undefined;
  },
  instant: () => (member, operator, value) => printTime(member, operator, value, (time) => `${iso(time)}Z`),
  zoned: () => (member, operator, value) => printTime(member, operator, value, (time) => quoted(iso(time))),
};

const numberOperators: Readonly<Record<string, string>> = {
  "=": "eq",
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
};

function printSimple(filter: FilterKind, member: string, operator: string, value: Value): string | undefined {
  const print = printers[filter.kind] as (filter: FilterKind) => Simple;
  return print(filter)(member, operator, value);
}

/**
 * Times are stored finer than the seconds Graph answers with, so a bound is widened to the second that holds it: a
 * message stored at 10:00:00.7 reads as 10:00:00 and must be found by `<= 10:00:00`.
 */
function printTime(
  member: string,
  operator: string,
  value: Value,
  literal: (timeMs: number) => string,
): string | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (!isWritableTime(time)) return undefined;
  const floor = Math.floor(time / 1000) * 1000;
  const next = floor + 1000;
  switch (operator) {
    case "=":
      return `${member} ge ${literal(floor)} and ${member} lt ${literal(next)}`;
    case ">":
    case ">=":
      return `${member} ge ${literal(floor)}`;
    case "<=":
      return `${member} lt ${literal(next)}`;
    case "<":
      return `${member} lt ${literal(time === floor ? floor : next)}`;
    default:
      return undefined;
  }
}

const isWritableTime = (time: number): boolean => time >= -62_135_596_800_000 && time < 253_402_300_799_000;
const iso = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 19);

/** Control characters and lone surrogates cannot be told from their replacement on the way: filtered here. */
const isPlain = (text: string): boolean => !/\p{Cc}/u.test(text) && text.isWellFormed();

/** The widest thing Graph can say about a LIKE pattern: its fixed beginning, or a fixed part within. */
function printPattern(
  filter: Extract<FilterKind, { kind: "text" }>,
  member: string,
  pattern: string,
): string | undefined {
  const parts = fixedParts(pattern);
  const [first = ""] = parts;
  if (filter.startsWith && first !== "") return `startswith(${member},${quoted(first)})`;
  const longest = parts.reduce((best, part) => (part.length > best.length ? part : best), "");
  return filter.contains && longest !== "" ? `contains(${member},${quoted(longest)})` : undefined;
}

/** The texts between the wildcards of a LIKE pattern, `\` being its escape. */
export function fixedParts(pattern: string): readonly string[] {
  const parts: string[] = [""];
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    if (letter === "%" || letter === "_") parts.push("");
    else if (letter === "\\" && at + 1 < pattern.length) parts[parts.length - 1] += pattern.charAt(++at);
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** `$orderby` of sort keys. */
export const printOrder = (orderBy: readonly SortKey<GraphBinding>[]): string | undefined =>
  orderBy.length === 0
    ? undefined
    : orderBy.map(({ column, direction }) => `${propertyOf(column).path.join("/")} ${direction}`).join(",");

/** Earlier than any item: a condition that holds for all of them. */
const EVER = "1900-01-01T00:00:00Z";

/**
 * Exchange answers InefficientFilter unless every sorted property also stands in the filter, first and in the same
 * order (Graph v1.0, "Using filter and orderby in the same query"). A bound that always holds satisfies it.
 */
export function leadBySort(filter: string | undefined, orderBy: readonly SortKey<GraphBinding>[]): string | undefined {
  if (filter === undefined || orderBy.length === 0) return filter;
  const leading = orderBy.map(({ column }) => `${propertyOf(column).path.join("/")} ge ${EVER}`);
  return [...leading, filter].join(" and ");
}

/** A query string of OData options, each value percent-encoded. */
export function queryString(options: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
