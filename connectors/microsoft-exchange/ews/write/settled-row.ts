import type { Row, Value } from "#spi";
import { clockOf, dayStart, ianaZone } from "../../time/zones.ts";
import { formatDateTime, timeOf } from "../values.ts";
import { mergedRecurrence, recurrenceColumn } from "./recurrence.ts";

const dayMs = 86_400_000;

/** The zone a row names, as an IANA name; undefined when it names none, or one nobody knows (which its column tells). */
function zoneOf(row: Row): string | undefined {
  const given = row["StartTimeZone_Id"] ?? row["MeetingTimeZone"];
  return typeof given === "string" ? ianaZone(given) : undefined;
}

/**
 * The first moment of a day in its zone. A day given as a date is midnight in UTC, which Exchange would round to the days
 * it touches in the item's zone: mostly two.
 */
function dayIn(iana: string, value: Row[string], column: string): Row[string] {
  if (typeof value !== "string") return value;
  const ms = timeOf(value, column);
  const isDay = ms % dayMs === 0 && clockOf(iana, ms) % dayMs !== 0;
  return isDay ? formatDateTime(dayStart(iana, ms)) : value;
}

/** The day an item begins in its zone. */
function firstDay(row: Row, iana: string): string | undefined {
  const start = row["Start"];
  return typeof start === "string" ? formatDateTime(clockOf(iana, timeOf(start, "Start"))).slice(0, 10) : undefined;
}

const isSeries = (row: Row): boolean => typeof row["Recurrence_Type"] === "string";

const recurrencePrefix = "Recurrence_";

/** Is it a column of a recurrence? */
export const isOfRecurrence = (name: string): boolean => name.startsWith(recurrencePrefix);

/** The driver's help spells one column otherwise than its metadata. */
const otherSpelling = "Recurrence_DaysOfWeekIndex";

function recurrenceSpelt(row: Row): Row {
  const { [otherSpelling]: other, ...rest } = row;
  if (other === undefined) return row;
  return { ...rest, Recurrence_DayOfWeekIndex: rest["Recurrence_DayOfWeekIndex"] ?? other };
}

/** The row changes a recurrence without saying all of it: the rest stays as it is at the server. */
export function changesPartOfRecurrence(row: Row): boolean {
  const names = Object.keys(row).filter(isOfRecurrence);
  if (names.length === 0) return false;
  const isWhole = isSeries(row) && typeof row["Recurrence_StartDate"] === "string";
  return !isWhole && row["Recurrence_Type"] !== null;
}

const partsOf = (row: Row): Map<string, Value> =>
  new Map(
    Object.entries(row)
      .filter(([name]) => isOfRecurrence(name))
      .map(([name, value]) => [name.slice(recurrencePrefix.length), value]),
  );

function withCurrentRecurrence(row: Row, current: Row): Row {
  const merged = mergedRecurrence(partsOf(row), partsOf(current));
  return { ...row, ...Object.fromEntries([...merged].map(([part, value]) => [recurrenceColumn(part), value])) };
}

/**
 * What a row leaves to be understood: the zone an appointment ends in, whole days in its zone, the first day of a series,
 * and of a recurrence that is changed in part the rest.
 */
export function settledRow(given: Row, use: "create" | "update", current?: Row): Row {
  const row = recurrenceSpelt(given);
  const settled: Row = { ...row };
  if (typeof row["StartTimeZone_Id"] === "string" && row["EndTimeZone_Id"] === undefined)
    settled["EndTimeZone_Id"] = row["StartTimeZone_Id"];
  const iana = zoneOf(row);
  if (iana !== undefined && row["IsAllDayEvent"] === true) {
    for (const column of ["Start", "End"]) {
      const value = row[column];
      if (value !== undefined) settled[column] = dayIn(iana, value, column);
    }
  }
  if (use === "create" && isSeries(row) && (row["Recurrence_StartDate"] ?? null) === null) {
    const day = firstDay(settled, iana ?? "Etc/UTC");
    if (day !== undefined) settled["Recurrence_StartDate"] = day;
  }
  return use === "update" && current !== undefined && changesPartOfRecurrence(row)
    ? withCurrentRecurrence(settled, current)
    : settled;
}
