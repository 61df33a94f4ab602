import { invalidQuery, type Value } from "#spi";
import { wireText } from "../values.ts";
import { element, leaf, type Xml } from "../write-xml.ts";
import { checkDays, checkParts } from "./recurrence-limits.ts";

/** Columns that belong to a pattern or range (the reference's about.recurrence), in the schema's order. */
const patternParts: Readonly<Record<string, readonly string[]>> = {
  RelativeYearlyRecurrence: ["DaysOfWeek", "DayOfWeekIndex", "Month"],
  AbsoluteYearlyRecurrence: ["DayOfMonth", "Month"],
  RelativeMonthlyRecurrence: ["Interval", "DaysOfWeek", "DayOfWeekIndex"],
  AbsoluteMonthlyRecurrence: ["Interval", "DayOfMonth"],
  WeeklyRecurrence: ["Interval", "DaysOfWeek", "FirstDayOfWeek"],
  DailyRecurrence: ["Interval"],
  DailyRegeneration: ["Interval"],
  WeeklyRegeneration: ["Interval"],
  MonthlyRegeneration: ["Interval"],
  YearlyRegeneration: ["Interval"],
};
const rangeParts: Readonly<Record<string, readonly string[]>> = {
  NoEndRecurrence: ["StartDate"],
  EndDateRecurrence: ["StartDate", "EndDate"],
  NumberedRecurrence: ["StartDate", "NumberOfOccurrences"],
};
const optionalParts: ReadonlySet<string> = new Set(["FirstDayOfWeek"]);
const dates: ReadonlySet<string> = new Set(["StartDate", "EndDate"]);

/** Values of the Recurrence_ columns by the rest of their names. */
export type RecurrenceValues = ReadonlyMap<string, Value>;

/** Which column holds a part. */
export const recurrenceColumn = (part: string): string => `Recurrence_${part}`;

function choice(kind: string, value: Value | undefined, known: Readonly<Record<string, readonly string[]>>): string {
  const name = Object.keys(known).find((each) => each.toLowerCase() === String(value ?? "").toLowerCase());
  if (name !== undefined) return name;
  const about = recurrenceColumn(kind);
  throw invalidQuery(`${about} must be one of ${Object.keys(known).join(", ")}.`, { target: about });
}

/** The kind of end that the values say, or that what they hold says: an EndDate is of EndDateRecurrence. */
function rangeOf(values: RecurrenceValues): string {
  const held = (part: string): boolean => (values.get(part) ?? null) !== null;
  if (held("Duration")) return choice("Duration", values.get("Duration"), rangeParts);
  if (held("EndDate")) return "EndDateRecurrence";
  return held("NumberOfOccurrences") ? "NumberedRecurrence" : "NoEndRecurrence";
}

function partMarkup(pattern: string, part: string, value: Value | undefined): Xml | undefined {
  const about = recurrenceColumn(part);
  if (value === undefined || value === null) {
    if (optionalParts.has(part)) return undefined;
    throw invalidQuery(`${about} is needed for ${pattern}.`, { target: about });
  }
  if (part === "DaysOfWeek") return leaf("t:DaysOfWeek", checkDays(pattern, String(value)), { about });
  return leaf(`t:${part}`, dates.has(part) ? wireText("date", value, about) : String(value), { about });
}

const isCleared = (values: RecurrenceValues): boolean =>
  values.get("Type") === null && [...values.values()].every((value) => value === null);

/**
 * `t:Recurrence` from its columns, by part; undefined when Recurrence_Type is NULL. Only columns that belong to the
 * pattern and the range may hold a value. Errors: INVALID_QUERY naming the column.
 */
export function recurrenceMarkup(values: RecurrenceValues): Xml | undefined {
  if (isCleared(values)) return undefined;
  const pattern = choice("Type", values.get("Type"), patternParts);
  const range = rangeOf(values);
  const ofPattern = patternParts[pattern] ?? [];
  const ofRange = rangeParts[range] ?? [];
  for (const [part, value] of values) {
    if (part === "Type" || part === "Duration" || value === null) continue;
    if (ofPattern.includes(part) || ofRange.includes(part)) continue;
    const about = recurrenceColumn(part);
    throw invalidQuery(`${about} does not belong to ${pattern} with ${range}.`, { target: about });
  }
  checkParts(pattern, values);
  const parts = (name: string, names: readonly string[]) =>
    names.map((part) => partMarkup(name, part, values.get(part)));
  return element(
    "t:Recurrence",
    undefined,
    element(`t:${pattern}`, undefined, parts(pattern, ofPattern)),
    element(`t:${range}`, undefined, parts(range, ofRange)),
  );
}

/**
 * What a row changes of a recurrence put over the recurrence as it stands: EWS writes it whole. Parts of a pattern or an
 * end that the row replaces by another kind are not kept.
 */
export function mergedRecurrence(given: RecurrenceValues, current: RecurrenceValues): RecurrenceValues {
  if (isCleared(given)) return given;
  const merged = new Map(given);
  const keep = (part: string): void => {
    const value = current.get(part) ?? null;
    if (!merged.has(part) && value !== null) merged.set(part, value);
  };
  keep("Type");
  const samePattern = sameName(merged.get("Type"), current.get("Type"));
  if (samePattern) for (const part of patternParts[String(current.get("Type"))] ?? []) keep(part);
  keep("StartDate");
  if (!["Duration", "EndDate", "NumberOfOccurrences"].some((part) => given.has(part))) keep("Duration");
  const range = rangeOf(merged);
  for (const part of rangeParts[range] ?? []) keep(part);
  return merged;
}

const sameName = (left: Value | undefined, right: Value | undefined): boolean =>
  String(left ?? "").toLowerCase() === String(right ?? "").toLowerCase();
