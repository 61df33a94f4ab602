import { invalidQuery, type Value } from "#spi";
import { wireText } from "../values.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

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

const nameOf = (part: string): string => `Recurrence_${part}`;

function choice(kind: string, value: Value | undefined, known: Readonly<Record<string, readonly string[]>>): string {
  const name = Object.keys(known).find((each) => each.toLowerCase() === String(value ?? "").toLowerCase());
  if (name !== undefined) return name;
  throw invalidQuery(`${nameOf(kind)} must be one of ${Object.keys(known).join(", ")}.`, { target: nameOf(kind) });
}

/** DayOfWeekType (types.xsd); the last three in relative patterns. */
const days = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Day",
  "Weekday",
  "WeekendDay",
];

function dayNames(value: string, about: string): string {
  const names = value.split(/[\s,;]+/).filter((name) => name !== "");
  const known = names.map((name) => days.find((day) => day.toLowerCase() === name.toLowerCase()));
  if (names.length > 0 && !known.includes(undefined)) return known.join(" ");
  throw invalidQuery(`${about}: "${value}" is no list of day names separated by blanks.`, { target: about });
}

function partMarkup(part: string, value: Value | undefined): Xml | undefined {
  const about = nameOf(part);
  if (value === undefined || value === null) {
    if (optionalParts.has(part)) return undefined;
    throw invalidQuery(`${about} is needed for this recurrence.`, { target: about });
  }
  if (part === "DaysOfWeek") return leaf("t:DaysOfWeek", dayNames(String(value), about), { about });
  return leaf(`t:${part}`, dates.has(part) ? wireText("date", value, about) : String(value), { about });
}

/**
 * `t:Recurrence` from its columns, by part; undefined when Recurrence_Type is NULL. Only columns that belong to the
 * pattern and the range may hold a value. Errors: INVALID_QUERY naming the column.
 */
export function recurrenceMarkup(values: ReadonlyMap<string, Value>): Xml | undefined {
  if (values.get("Type") === null && [...values.values()].every((value) => value === null)) return undefined;
  const pattern = choice("Type", values.get("Type"), patternParts);
  const range = choice("Duration", values.get("Duration") ?? "NoEndRecurrence", rangeParts);
  const wanted = [...(patternParts[pattern] ?? []), ...(rangeParts[range] ?? [])];
  for (const [part, value] of values) {
    if (part === "Type" || part === "Duration" || value === null || wanted.includes(part)) continue;
    throw invalidQuery(`${nameOf(part)} does not belong to ${pattern} with ${range}.`, { target: nameOf(part) });
  }
  const parts = (names: readonly string[]) => names.map((part) => partMarkup(part, values.get(part)));
  return element(
    "t:Recurrence",
    undefined,
    element(`t:${pattern}`, undefined, parts(patternParts[pattern] ?? [])),
    element(`t:${range}`, undefined, parts(rangeParts[range] ?? [])),
  );
}
