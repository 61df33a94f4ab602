import type { ColumnType } from "#spi";
import type { EwsColumn, ReadSpec } from "../../ews/binding.ts";
import type { Scalar } from "../../ews/values.ts";
import { special } from "./ews-makers.ts";

/** Pattern elements of a recurrence (RecurrencePatternTypes); tasks have the regenerations too. */
export const recurrencePatterns = [
  "RelativeYearlyRecurrence",
  "AbsoluteYearlyRecurrence",
  "RelativeMonthlyRecurrence",
  "AbsoluteMonthlyRecurrence",
  "WeeklyRecurrence",
  "DailyRecurrence",
] as const;
export const regenerationPatterns = [
  "DailyRegeneration",
  "WeeklyRegeneration",
  "MonthlyRegeneration",
  "YearlyRegeneration",
] as const;
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const weekIndexes = ["First", "Second", "Third", "Fourth", "Last"] as const;
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;
export const recurrenceRanges = ["NoEndRecurrence", "EndDateRecurrence", "NumberedRecurrence"] as const;

/** Pattern and range of a series as flat columns, of appointments or of tasks. */
export function recurrence(uri: "calendar:Recurrence" | "task:Recurrence"): readonly EwsColumn[] {
  const patterns: readonly string[] =
    uri === "task:Recurrence" ? [...recurrencePatterns, ...regenerationPatterns] : recurrencePatterns;
  const at = ["Recurrence"];
  const column = (
    name: string,
    type: ColumnType,
    read: ReadSpec,
    describe: string,
    allowed?: readonly string[],
  ): EwsColumn =>
    special(`Recurrence_${name}`, type, uri, read, {
      item: true,
      write: { to: "recurrence", element: "Recurrence", part: name },
      describe,
      ...(allowed === undefined ? {} : { allowed }),
    });
  const leaf = (
    names: readonly string[],
    name: string,
    type: ColumnType,
    as: Scalar,
    describe: string,
    allowed?: readonly string[],
  ): EwsColumn => column(name, type, { from: "below-choice", at, names, leaf: name, as }, describe, allowed);
  return [
    column(
      "Type",
      "string",
      { from: "choice", at, names: patterns },
      "Kind of pattern; it decides which of the other columns apply.",
      patterns,
    ),
    leaf(patterns, "DaysOfWeek", "string", "text", "Day names separated by blanks."),
    leaf(patterns, "DayOfWeekIndex", "string", "text", "Which week of the month.", weekIndexes),
    leaf(patterns, "Month", "string", "text", "Name of the month.", months),
    leaf(patterns, "DayOfMonth", "integer", "integer", "Day of the month, 1 to 31."),
    leaf(patterns, "Interval", "integer", "integer", "Every how many days, weeks, months or years."),
    leaf(patterns, "FirstDayOfWeek", "string", "text", "Day a week begins with.", days),
    column("Duration", "string", { from: "choice", at, names: recurrenceRanges }, "Kind of end.", recurrenceRanges),
    leaf(recurrenceRanges, "StartDate", "date", "date", "First day of the series."),
    leaf(recurrenceRanges, "EndDate", "date", "date", "Last day, with EndDateRecurrence."),
    leaf(
      recurrenceRanges,
      "NumberOfOccurrences",
      "integer",
      "integer",
      "How many occurrences, with NumberedRecurrence.",
    ),
  ];
}
