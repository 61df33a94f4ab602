import { fromWallClock, toWallClock } from "./time-zones.ts";

export type Weekday = "sunday" | "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday";

export const weekdays: readonly Weekday[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];

export type WeekIndex = "first" | "second" | "third" | "fourth" | "last";

/** Graph's pattern; EWS's "Day", "Weekday" and "WeekendDay" are lists of days here. */
export interface RecurrencePattern {
  type: "daily" | "weekly" | "absoluteMonthly" | "relativeMonthly" | "absoluteYearly" | "relativeYearly";
  interval: number;
  daysOfWeek?: Weekday[];
  dayOfMonth?: number;
  month?: number;
  index?: WeekIndex;
  firstDayOfWeek?: Weekday;
  /** A task that is due again an interval after it was completed. */
  regenerates?: boolean;
}

export interface RecurrenceRange {
  type: "endDate" | "noEnd" | "numbered";
  /** "2026-01-31" */
  startDate: string;
  endDate?: string;
  numberOfOccurrences?: number;
  timeZone?: string;
}

export interface Recurrence {
  pattern: RecurrencePattern;
  range: RecurrenceRange;
}

const dayMs = 86_400_000;
/** A pattern that never fits (31 February) must end all the same. */
const searchLimitDays = 366 * 400;
const occurrenceLimit = 10_000;

/** Starts of the occurrences of a series, in order, up to (not including) `until`. */
export function occurrenceStarts(recurrence: Recurrence, firstStart: Date, timeZone: string, until: Date): Date[] {
  const clockTime = toWallClock(timeZone, firstStart).slice(10);
  const { range } = recurrence;
  const starts: Date[] = [];
  const count = range.type === "numbered" ? (range.numberOfOccurrences ?? 1) : occurrenceLimit;
  for (const date of occurrenceDates(recurrence, until)) {
    const start = fromWallClock(timeZone, date + clockTime);
    if (start >= until || starts.length >= count) break;
    starts.push(start);
  }
  return starts;
}

function* occurrenceDates({ pattern, range }: Recurrence, until: Date): Generator<string> {
  const first = dayNumber(range.startDate);
  const lastByRange = range.type === "endDate" && range.endDate ? dayNumber(range.endDate) : Number.POSITIVE_INFINITY;
  const last = Math.min(lastByRange, Math.floor(until.getTime() / dayMs) + 1, first + searchLimitDays);
  for (let day = first; day <= last; day++) {
    if (fits(pattern, first, day)) yield dateText(day);
  }
}

function fits(pattern: RecurrencePattern, first: number, day: number): boolean {
  const interval = Math.max(1, pattern.interval);
  const date = new Date(day * dayMs);
  const start = new Date(first * dayMs);
  const months = (date.getUTCFullYear() - start.getUTCFullYear()) * 12 + date.getUTCMonth() - start.getUTCMonth();
  switch (pattern.type) {
    case "daily":
      return (day - first) % interval === 0;
    case "weekly":
      return weeksBetween(pattern, first, day) % interval === 0 && dayListed(pattern, date, start);
    case "absoluteMonthly":
      return months % interval === 0 && date.getUTCDate() === dayInMonth(pattern, date, start);
    case "relativeMonthly":
      return months % interval === 0 && isIndexedDay(pattern, date);
    case "absoluteYearly":
      return inYear(pattern, date, start, interval) && date.getUTCDate() === dayInMonth(pattern, date, start);
    case "relativeYearly":
      return inYear(pattern, date, start, interval) && isIndexedDay(pattern, date);
  }
}

function inYear(pattern: RecurrencePattern, date: Date, start: Date, interval: number): boolean {
  const month = pattern.month ?? start.getUTCMonth() + 1;
  return date.getUTCMonth() + 1 === month && (date.getUTCFullYear() - start.getUTCFullYear()) % interval === 0;
}

function weeksBetween(pattern: RecurrencePattern, first: number, day: number): number {
  const weekStart = weekdays.indexOf(pattern.firstDayOfWeek ?? "sunday");
  // 1 January 1970 was a Thursday (4): day + 4 counts weeks from a Sunday
  const week = (n: number) => Math.floor((n + 4 - weekStart) / 7);
  return week(day) - week(first);
}

function dayListed(pattern: RecurrencePattern, date: Date, start: Date): boolean {
  const days = pattern.daysOfWeek?.length ? pattern.daysOfWeek : [weekdays[start.getUTCDay()]!];
  return days.includes(weekdays[date.getUTCDay()]!);
}

/** Months shorter than the wished day have the occurrence on their last day, as Exchange does. */
function dayInMonth(pattern: RecurrencePattern, date: Date, start: Date): number {
  return Math.min(pattern.dayOfMonth ?? start.getUTCDate(), daysInMonth(date));
}

function isIndexedDay(pattern: RecurrencePattern, date: Date): boolean {
  const days = pattern.daysOfWeek ?? [];
  if (!days.includes(weekdays[date.getUTCDay()]!)) return false;
  const matching: number[] = [];
  for (let day = 1; day <= daysInMonth(date); day++) {
    const weekday = weekdays[(date.getUTCDay() + day - date.getUTCDate() + 35) % 7]!;
    if (days.includes(weekday)) matching.push(day);
  }
  const position = { first: 0, second: 1, third: 2, fourth: 3, last: matching.length - 1 }[pattern.index ?? "first"];
  return matching[position] === date.getUTCDate();
}

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function dayNumber(date: string): number {
  return Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / dayMs);
}

function dateText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
