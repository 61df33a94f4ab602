import {
  ianaZone,
  type Recurrence,
  type RecurrencePattern,
  type Weekday,
  type WeekIndex,
  weekdays,
} from "../../mailboxes/index.ts";
import { unknownTimeZone } from "../preferences.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { invalidProperty, readEnum, shownZone, textOf } from "../values.ts";

const patternTypes = [
  "daily",
  "weekly",
  "absoluteMonthly",
  "relativeMonthly",
  "absoluteYearly",
  "relativeYearly",
] as const;
const indexes: readonly WeekIndex[] = ["first", "second", "third", "fourth", "last"];
/** What the service writes where a range has no end date. */
const NO_DATE = "0001-01-01";

/** A recurrence as patternedRecurrence. */
export function printRecurrence(recurrence: Recurrence | undefined, timeZone: string): unknown {
  if (recurrence === undefined) return null;
  const { pattern, range } = recurrence;
  return {
    pattern: {
      type: pattern.type,
      interval: pattern.interval,
      month: pattern.month ?? 0,
      dayOfMonth: pattern.dayOfMonth ?? 0,
      ...(pattern.daysOfWeek === undefined ? {} : { daysOfWeek: pattern.daysOfWeek }),
      firstDayOfWeek: pattern.firstDayOfWeek ?? "sunday",
      index: pattern.index ?? "first",
    },
    range: {
      type: range.type,
      startDate: range.startDate.slice(0, 10),
      endDate: range.endDate?.slice(0, 10) ?? NO_DATE,
      recurrenceTimeZone: shownZone(range.timeZone ?? timeZone),
      numberOfOccurrences: range.numberOfOccurrences ?? 0,
    },
  };
}

/** Reads a patternedRecurrence; null ends the series. */
export function readRecurrence(value: unknown, startDate: string): Recurrence | undefined {
  if (value === null || value === undefined) return undefined;
  const { pattern, range } = value as { pattern?: JsonObject | null; range?: JsonObject | null };
  if (!pattern) throw invalidProperty("A recurrence needs a pattern and a range.");
  return { pattern: readPattern(pattern), range: readRange(range ?? { type: "noEnd" }, startDate) };
}

function readPattern(given: JsonObject): RecurrencePattern {
  const type = readEnum(given["type"], patternTypes);
  const interval = Number(given["interval"] ?? 1);
  if (interval < 1) throw invalidProperty("The interval of a recurrence is at least 1.");
  const days = Array.isArray(given["daysOfWeek"]) ? given["daysOfWeek"].map((day) => readEnum(day, weekdays)) : [];
  const pattern: RecurrencePattern = { type, interval };
  if (type === "weekly" || type.startsWith("relative")) {
    if (days.length === 0) throw invalidProperty(`A recurrence of the type ${type} needs daysOfWeek.`);
    pattern.daysOfWeek = days;
  }
  if (type === "weekly") pattern.firstDayOfWeek = readEnum<Weekday>(given["firstDayOfWeek"] ?? "sunday", weekdays);
  if (type.startsWith("relative")) pattern.index = readEnum<WeekIndex>(given["index"] ?? "first", indexes);
  if (type.startsWith("absolute")) pattern.dayOfMonth = within(given, "dayOfMonth", 31);
  if (type.endsWith("Yearly")) pattern.month = within(given, "month", 12);
  return pattern;
}

function readRange(given: JsonObject, startDate: string): Recurrence["range"] {
  const type = readEnum(given["type"], ["endDate", "noEnd", "numbered"] as const);
  const timeZone = textOf(given, "recurrenceTimeZone");
  if (timeZone !== undefined && timeZone !== "" && ianaZone(timeZone) === undefined) throw unknownTimeZone(timeZone);
  const range: Recurrence["range"] = { type, startDate: textOf(given, "startDate") ?? startDate };
  if (range.startDate === NO_DATE) range.startDate = startDate;
  if (timeZone) range.timeZone = timeZone;
  if (type === "numbered") range.numberOfOccurrences = within(given, "numberOfOccurrences", 999);
  if (type === "endDate") {
    const endDate = textOf(given, "endDate");
    if (endDate === undefined || endDate < range.startDate) {
      throw invalidProperty("The end date of a recurrence is not before its start date.");
    }
    range.endDate = endDate;
  }
  return range;
}

function within(given: JsonObject, name: string, most: number): number {
  const value = Number(given[name] ?? 0);
  if (value < 1 || value > most) throw invalidProperty(`${name} lies between 1 and ${most}.`);
  return value;
}
