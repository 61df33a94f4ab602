import type { Comparison, Value } from "#spi";
import { parseList } from "../mime/list-values.ts";
import { type EwsBinding, type FilterSpec, fieldOf, type PropertyPath } from "./binding.ts";
import { literalPieces, matchesLike } from "./like.ts";
import { isPlainComparison, type Plain } from "./normal-form.ts";
import { combine, compare, contains, exists, not } from "./restriction-elements.ts";
import { formatDateTime, largestInt, timeOf, wireText } from "./values.ts";
import { element, type Xml } from "./write-xml.ts";

/*
 * Every restriction selects at least the rows asked for, never fewer, and the service filters again: Exchange compares
 * text its own way, keeps times finer than it shows them, and shows defaults for properties an item does not have. So a
 * refused restriction can always be left out. `undefined` = nothing can be sent without losing rows.
 */

type Comparing = Comparison<EwsBinding>;

const longest = (pieces: readonly string[]): string =>
  pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), "");

/** Sigma has two small letters, of which servers take one at most for the capital's: text with it is compared here. */
const isSearchable = (text: string): boolean => text !== "" && !/[σςΣ]/u.test(text);

function like(path: PropertyPath, pattern: Value | undefined): Xml | undefined {
  if (typeof pattern !== "string") return undefined;
  const pieces = literalPieces(pattern);
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return isSearchable(first) ? contains("FullString", path, first) : undefined;
  if (isSearchable(first)) return contains("Prefixed", path, first);
  const inner = longest(pieces.filter(isSearchable));
  return inner === "" ? undefined : contains("Substring", path, inner);
}

function text(path: PropertyPath, { operator, value }: Comparing, presence: boolean): Xml | undefined {
  if (operator === "=")
    return typeof value === "string" && isSearchable(value) ? contains("FullString", path, value) : undefined;
  if (operator === "LIKE") return like(path, value);
  if (operator === "IS NOT NULL") return presence ? exists(path) : undefined;
  if (operator === "IS NULL") return presence ? not(exists(path)) : undefined;
  return undefined;
}

function chosen({ operator, value }: Comparing, values: readonly string[]): readonly string[] | undefined {
  if (typeof value !== "string") return undefined;
  const folded = value.toLowerCase();
  const matches = (test: (candidate: string) => boolean) => values.filter(test);
  switch (operator) {
    case "=":
      return matches((candidate) => candidate.toLowerCase() === folded);
    case "<>":
      return matches((candidate) => candidate.toLowerCase() !== folded);
    case "LIKE":
      return matches((candidate) => matchesLike(candidate, value));
    default:
      return undefined;
  }
}

/** Enumerations are numbers at the server: only equality with a known value. An item without the property shows a default. */
function choice(path: PropertyPath, comparison: Comparing, spec: FilterSpec & { by: "choice" }): Xml | undefined {
  const wanted = chosen(comparison, spec.values);
  if (wanted === undefined || wanted.length === 0) return undefined;
  const equal = (value: string) => compare("IsEqualTo", path, value);
  if (!wanted.some((value) => spec.unset.includes(value))) return combine("t:Or", wanted.map(equal));
  const others = combine("t:Or", spec.values.filter((value) => !wanted.includes(value)).map(equal));
  return others === undefined ? undefined : not(others);
}

/** An item without the property shows `false`. */
function boolean(path: PropertyPath, { operator, value }: Comparing): Xml | undefined {
  if (typeof value !== "boolean" || (operator !== "=" && operator !== "<>")) return undefined;
  const isTrue = compare("IsEqualTo", path, "true");
  return value === (operator === "=") ? isTrue : not(isTrue);
}

const comparisonNames: Readonly<Partial<Record<string, string>>> = {
  "=": "IsEqualTo",
  "<>": "IsNotEqualTo",
  "<": "IsLessThan",
  "<=": "IsLessThanOrEqualTo",
  ">": "IsGreaterThan",
  ">=": "IsGreaterThanOrEqualTo",
};

function holdsForZero(operator: string, value: number): boolean {
  switch (operator) {
    case "=":
      return value === 0;
    case "<>":
      return value !== 0;
    case "<":
      return 0 < value;
    case "<=":
      return 0 <= value;
    case ">":
      return 0 > value;
    default:
      return 0 >= value;
  }
}

/** An item without the property may show 0. */
function integer(path: PropertyPath, { operator, value }: Comparing, about: string): Xml | undefined {
  const name = comparisonNames[operator];
  if (name === undefined || typeof value !== "number" || !Number.isSafeInteger(value)) return undefined;
  if (Math.abs(value) > largestInt) return undefined;
  const compared = compare(name, path, wireText("integer", value, about));
  return holdsForZero(operator, value) ? combine("t:Or", [compared, not(exists(path))]) : compared;
}

const secondMs = 1000;
// What four-digit years can say.
const earliestMs = Date.UTC(1000, 0, 1);
const latestMs = Date.UTC(9999, 11, 31);

/** Exchange compares with fractions of a second it does not show: bounds are widened to whole seconds. */
function datetime(path: PropertyPath, { operator, value }: Comparing, about: string): Xml | undefined {
  if (value === undefined || value === null) return undefined;
  const time = timeOf(value, about);
  if (time < earliestMs || time > latestMs) return undefined;
  const floor = Math.floor(time / secondMs) * secondMs;
  const ceiling = Math.ceil(time / secondMs) * secondMs;
  const from = (name: string, at: number) => compare(name, path, formatDateTime(at));
  switch (operator) {
    case "=":
      return combine("t:And", [from("IsGreaterThanOrEqualTo", floor), from("IsLessThan", floor + secondMs)]);
    case "<":
      return from("IsLessThan", ceiling);
    case "<=":
      return from("IsLessThan", floor + secondMs);
    case ">":
    case ">=":
      return from("IsGreaterThanOrEqualTo", floor);
    default:
      return undefined;
  }
}

/** The column joins all categories of an item; the server looks at each alone. */
function categories(path: PropertyPath, { operator, value }: Comparing): Xml | undefined {
  if (typeof value !== "string") return undefined;
  if (operator === "=") {
    const listed = parseList(value);
    const [only, ...more] = listed ?? [];
    return only === undefined || !isSearchable(only) || more.length > 0 ? undefined : contains("Substring", path, only);
  }
  if (operator !== "LIKE") return undefined;
  const inner = longest(literalPieces(value).filter((piece) => isSearchable(piece) && !/[;,"\s]/.test(piece)));
  return inner === "" ? undefined : contains("Substring", path, inner);
}

function comparisonOf(comparison: Comparing): Xml | undefined {
  const { path, filter } = fieldOf(comparison.column);
  if (path === undefined) return undefined;
  const about = comparison.column.name;
  switch (filter.by) {
    case "text":
      return text(path, comparison, filter.presence);
    case "choice":
      return choice(path, comparison, filter);
    case "boolean":
      return boolean(path, comparison);
    case "integer":
      return integer(path, comparison, about);
    case "datetime":
      return datetime(path, comparison, about);
    case "categories":
      return categories(path, comparison);
    default:
      return undefined;
  }
}

/** What the server could be sent for a comparison; see above. */
export const isSendable = (comparison: Comparing): boolean => comparisonOf(comparison) !== undefined;

/**
 * The part of a condition the server can be asked for, selecting at least its rows: of AND what can be sent, of OR all
 * or nothing. `complete` tells whether nothing was left out.
 */
export function sendable(condition: Plain<EwsBinding>): {
  readonly part?: Plain<EwsBinding>;
  readonly complete: boolean;
} {
  if (isPlainComparison(condition))
    return isSendable(condition) ? { part: condition, complete: true } : { complete: false };
  if ("or" in condition) {
    const parts = condition.or.map(sendable);
    const kept = parts.flatMap(({ part }) => (part === undefined ? [] : [part]));
    if (kept.length < parts.length || kept.length === 0) return { complete: false };
    return {
      part: kept.length === 1 ? (kept[0] as Plain<EwsBinding>) : { or: kept },
      complete: parts.every(({ complete }) => complete),
    };
  }
  const parts = condition.and.map(sendable);
  const kept = parts.flatMap(({ part }) => (part === undefined ? [] : [part]));
  const complete = parts.every((each) => each.complete);
  if (kept.length === 0) return { complete };
  return { part: kept.length === 1 ? (kept[0] as Plain<EwsBinding>) : { and: kept }, complete };
}

function expression(condition: Plain<EwsBinding>): Xml | undefined {
  if (isPlainComparison(condition)) return comparisonOf(condition);
  const parts = ("and" in condition ? condition.and : condition.or).map(expression);
  const kept = parts.filter((part) => part !== undefined);
  if ("or" in condition) return kept.length < parts.length ? undefined : combine("t:Or", kept);
  return combine("t:And", kept);
}

/** `m:Restriction` for a condition, or nothing when all rows must be read. */
export function restriction(condition: Plain<EwsBinding> | undefined): Xml | undefined {
  const inner = condition === undefined ? undefined : expression(condition);
  return inner === undefined ? undefined : element("m:Restriction", undefined, inner);
}
