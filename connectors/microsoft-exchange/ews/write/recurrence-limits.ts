import { invalidQuery, type Value } from "#spi";

/*
 * What no calendar can hold, told before anything is sent. Exchange answers most of it with ErrorCalendarInvalidRecurrence
 * or a schema error that names no property; limits are those of MS-OXOCAL and Outlook.
 */

/** Largest interval by pattern. */
const largestInterval: Readonly<Record<string, number>> = {
  DailyRecurrence: 999,
  WeeklyRecurrence: 99,
  AbsoluteMonthlyRecurrence: 99,
  RelativeMonthlyRecurrence: 99,
  DailyRegeneration: 999,
  WeeklyRegeneration: 99,
  MonthlyRegeneration: 99,
  YearlyRegeneration: 99,
};
const mostOccurrences = 999;
const firstYear = 1601;
const lastYear = 4500;

const longestMonth: Readonly<Record<string, number>> = {
  february: 29,
  april: 30,
  june: 30,
  september: 30,
  november: 30,
};

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** Groups of days, in relative patterns only (DayOfWeekType, types.xsd). */
const dayGroups = ["Day", "Weekday", "WeekendDay"];

const wrong = (part: string, detail: string) => {
  const about = `Recurrence_${part}`;
  return invalidQuery(`${about}: ${detail}`, { target: about });
};

function within(values: ReadonlyMap<string, Value>, part: string, least: number, most: number, of: string): void {
  const value = values.get(part) ?? null;
  if (typeof value !== "number") return;
  if (value >= least && value <= most) return;
  throw wrong(part, `${value} is not between ${least} and ${most}, the limits ${of}.`);
}

function checkDate(values: ReadonlyMap<string, Value>, part: string): string | undefined {
  const value = values.get(part) ?? null;
  if (typeof value !== "string") return undefined;
  const year = Number(value.slice(0, 4));
  if (year < firstYear || year > lastYear)
    throw wrong(part, `the year ${year} is not between ${firstYear} and ${lastYear}, the limits of Exchange.`);
  return value.slice(0, 10);
}

function checkDayOfMonth(pattern: string, values: ReadonlyMap<string, Value>): void {
  within(values, "DayOfMonth", 1, 31, "of a month");
  const day = values.get("DayOfMonth") ?? null;
  const month = values.get("Month") ?? null;
  if (pattern !== "AbsoluteYearlyRecurrence" || typeof day !== "number" || typeof month !== "string") return;
  const last = longestMonth[month.toLowerCase()] ?? 31;
  if (day > last) throw wrong("DayOfMonth", `${month} has no day ${day}; its last is ${last}.`);
}

/** Refuses intervals, days, counts and dates out of range. Errors: INVALID_QUERY naming the column and the limit. */
export function checkParts(pattern: string, values: ReadonlyMap<string, Value>): void {
  within(values, "Interval", 1, largestInterval[pattern] ?? 1, `of ${pattern}`);
  within(values, "NumberOfOccurrences", 1, mostOccurrences, "of a series");
  checkDayOfMonth(pattern, values);
  const start = checkDate(values, "StartDate");
  const end = checkDate(values, "EndDate");
  if (start !== undefined && end !== undefined && end < start)
    throw wrong("EndDate", `the series would end on ${end}, before it starts on ${start}.`);
}

/** Day names as the schema spells them, for that pattern. Errors: INVALID_QUERY. */
export function checkDays(pattern: string, value: string): string {
  const weekly = pattern === "WeeklyRecurrence";
  const known = weekly ? weekdays : [...weekdays, ...dayGroups];
  const names = value.split(/[\s,;]+/).filter((name) => name !== "");
  const found = names.map((name) => known.find((day) => day.toLowerCase() === name.toLowerCase()));
  if (names.length === 0 || found.includes(undefined)) {
    const group = names.find((name) => dayGroups.some((each) => each.toLowerCase() === name.toLowerCase()));
    if (weekly && group !== undefined)
      throw wrong("DaysOfWeek", `${group} is of monthly and yearly patterns; in a weekly one name the days.`);
    throw wrong("DaysOfWeek", `"${value}" is no list of day names separated by blanks.`);
  }
  if (!weekly && found.length > 1)
    throw wrong("DaysOfWeek", `${pattern} takes one day, or one of ${dayGroups.join(", ")}.`);
  return [...new Set(found)].join(" ");
}
