import { type ConnectorError, invalidQuery, type Value } from "#spi";
import { type JsonObject, member } from "./errors.ts";

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

interface Kind {
  /** Members of the pattern beside type and interval; a value in any other is refused. */
  readonly takes: readonly string[];
  /** Those Exchange cannot do without. */
  readonly needs: readonly string[];
  readonly mostInterval: number;
}

/** Members by type of pattern (recurrencePattern resource, v1.0); intervals as Exchange bounds them. */
const kinds: Readonly<Record<string, Kind>> = {
  daily: { takes: [], needs: [], mostInterval: 999 },
  weekly: { takes: ["daysOfWeek"], needs: ["daysOfWeek"], mostInterval: 99 },
  absoluteMonthly: { takes: ["dayOfMonth"], needs: ["dayOfMonth"], mostInterval: 99 },
  relativeMonthly: { takes: ["daysOfWeek"], needs: ["daysOfWeek"], mostInterval: 99 },
  absoluteYearly: { takes: ["dayOfMonth", "month"], needs: ["dayOfMonth", "month"], mostInterval: 99 },
  relativeYearly: { takes: ["daysOfWeek", "month"], needs: ["daysOfWeek", "month"], mostInterval: 99 },
};
/** Members every pattern shows with a default, whether it means anything there or not. */
const alwaysShown = ["type", "interval", "index", "firstDayOfWeek"];

const rangeNeeds: Readonly<Record<string, string | undefined>> = {
  endDate: "endDate",
  numbered: "numberOfOccurrences",
  noEnd: undefined,
};
const mostOccurrences = 999;
const dayMs = 86_400_000;
/** What Graph shows where a range has no end date. */
const noDate = "0001-01-01";

const refused = (part: string, detail: string): ConnectorError => {
  const about = `recurrence_${part}`;
  return invalidQuery(`${about} ${detail}`, { target: about });
};

/** 0 and NULL are how an unused member is shown. */
const isSet = (value: Value | undefined): value is Value =>
  value !== undefined && value !== null && value !== 0 && value !== "" && value !== noDate;

/**
 * A recurrence that Exchange can hold, or the refusal of one that no calendar can, with the column at fault. `length` and
 * `startDate` are those of the item, where they are known.
 */
export function checkedRecurrence(
  recurrence: Value,
  item: { readonly startDate?: string | undefined; readonly lengthMs?: number | undefined },
): JsonObject {
  const pattern = checkedPattern(member(recurrence, "pattern"));
  const range = checkedRange(member(recurrence, "range"), item.startDate);
  checkLength(pattern, item.lengthMs);
  checkHasDays(pattern, range);
  return { pattern, range };
}

function checkedPattern(given: Value | undefined): JsonObject {
  const type = String(member(given, "type") ?? "");
  const kind = kinds[type];
  if (kind === undefined) throw refused("pattern_type", `must be one of ${Object.keys(kinds).join(", ")}.`);
  const interval = member(given, "interval") ?? 1;
  if (typeof interval !== "number" || interval < 1 || interval > kind.mostInterval) {
    throw refused(
      "pattern_interval",
      `is ${String(interval)}; with ${type} it lies between 1 and ${kind.mostInterval}.`,
    );
  }
  const pattern: Record<string, Value> = { ...(given as JsonObject), interval };
  for (const [name, value] of Object.entries(pattern)) {
    if (alwaysShown.includes(name) || kind.takes.includes(name)) continue;
    if (isSet(value) && !(Array.isArray(value) && value.length === 0)) {
      throw refused(`pattern_${name}`, `has no meaning with ${type}.`);
    }
    delete pattern[name];
  }
  for (const name of kind.needs) if (!isSet(pattern[name])) throw refused(`pattern_${name}`, `is needed with ${type}.`);
  if (pattern.daysOfWeek !== undefined) pattern.daysOfWeek = checkedDays(pattern.daysOfWeek);
  checkDate(pattern);
  return pattern;
}

function checkedDays(value: Value): readonly string[] {
  const days = Array.isArray(value) ? value.map((day) => String(day).toLowerCase()) : [];
  const unknown = days.find((day) => !weekdays.includes(day));
  if (unknown !== undefined) throw refused("pattern_daysOfWeek", `: "${unknown}" is none of ${weekdays.join(", ")}.`);
  if (days.length === 0) throw refused("pattern_daysOfWeek", "must be an array of at least one day.");
  return [...new Set(days)];
}

/** Days of a month in its longest year. */
const daysOfMonth = (month: number): number => new Date(Date.UTC(2024, month, 0)).getUTCDate();

function checkDate({ dayOfMonth, month }: JsonObject): void {
  const within = (value: Value | undefined, most: number): boolean =>
    value === undefined || (typeof value === "number" && value >= 1 && value <= most);
  if (!within(month, 12)) throw refused("pattern_month", `is ${String(month)}; it lies between 1 and 12.`);
  if (!within(dayOfMonth, 31))
    throw refused("pattern_dayOfMonth", `is ${String(dayOfMonth)}; it lies between 1 and 31.`);
  if (typeof dayOfMonth !== "number" || typeof month !== "number") return;
  const most = daysOfMonth(month);
  if (dayOfMonth > most) {
    throw refused("pattern_dayOfMonth", `is ${dayOfMonth}, but month ${month} never has more than ${most} days.`);
  }
}

function checkedRange(given: Value | undefined, itemStart: string | undefined): JsonObject {
  const [endDate, count] = [member(given, "endDate"), member(given, "numberOfOccurrences")];
  const implied = isSet(endDate) ? "endDate" : isSet(count) ? "numbered" : "noEnd";
  const type = String(member(given, "type") ?? implied);
  if (!Object.hasOwn(rangeNeeds, type)) throw refused("range_type", "must be one of endDate, noEnd, numbered.");
  const needed = rangeNeeds[type];
  for (const [name, value] of [
    ["endDate", endDate],
    ["numberOfOccurrences", count],
  ] as const) {
    if (name === needed && !isSet(value)) throw refused(`range_${name}`, `is needed with ${type}.`);
    if (name !== needed && isSet(value)) throw refused(`range_${name}`, `has no meaning with ${type}.`);
  }
  const startDate = member(given, "startDate") ?? itemStart;
  if (typeof startDate !== "string") throw refused("range_startDate", "is needed.");
  if (type === "numbered" && (typeof count !== "number" || count < 1 || count > mostOccurrences)) {
    throw refused("range_numberOfOccurrences", `is ${String(count)}; it lies between 1 and ${mostOccurrences}.`);
  }
  if (type === "endDate" && String(endDate) < startDate) {
    throw refused("range_endDate", `is ${String(endDate)}, before the series begins on ${startDate}.`);
  }
  const zone = member(given, "recurrenceTimeZone");
  return {
    type,
    startDate,
    ...(type === "endDate" ? { endDate: endDate ?? null } : {}),
    ...(type === "numbered" ? { numberOfOccurrences: count ?? null } : {}),
    ...(isSet(zone) ? { recurrenceTimeZone: zone } : {}),
  };
}

/** Exchange refuses occurrences that run into the next one (ErrorOccurrenceTimeSpanTooBig). */
function checkLength({ type, interval, daysOfWeek }: JsonObject, lengthMs: number | undefined): void {
  if (lengthMs === undefined) return;
  const days =
    type === "daily" ? Number(interval) : type === "weekly" ? smallestGap(daysOfWeek, Number(interval)) : undefined;
  if (days === undefined || lengthMs <= days * dayMs) return;
  throw refused(
    "pattern_interval",
    `has the series come every ${days} days at the closest, but each time lasts longer.`,
  );
}

/** Days between neighbouring occurrences of a weekly pattern, at the closest. */
function smallestGap(daysOfWeek: Value | undefined, interval: number): number {
  const days = (Array.isArray(daysOfWeek) ? daysOfWeek : []).map((day) => weekdays.indexOf(String(day))).toSorted();
  const gaps = days.map((day, index) => (days[index + 1] ?? (days[0] ?? 0) + 7 * interval) - day);
  return Math.min(...gaps);
}

/** A short weekly series whose days lie outside of its range has no occurrence (ErrorRecurrenceHasNoOccurrence). */
function checkHasDays({ type, daysOfWeek }: JsonObject, range: JsonObject): void {
  if (type !== "weekly" || range.type !== "endDate" || !Array.isArray(daysOfWeek)) return;
  const start = Date.parse(`${String(range.startDate)}T00:00:00Z`);
  const end = Date.parse(`${String(range.endDate)}T00:00:00Z`);
  for (let at = start; at <= end && at < start + 7 * dayMs; at += dayMs) {
    if (daysOfWeek.includes(weekdays[new Date(at).getUTCDay()] ?? "")) return;
  }
  throw refused("range_endDate", "comes before the first of the days in recurrence_pattern_daysOfWeek.");
}

/**
 * What a row changes of a recurrence put over the recurrence as it stands: Graph takes it whole. Parts of a pattern or
 * end that the row replaces by another kind are not kept.
 */
export function mergedRecurrence(given: Value, current: Value | undefined): JsonObject {
  const [pattern, range] = [member(given, "pattern"), member(given, "range")];
  const [oldPattern, oldRange] = [member(current, "pattern"), member(current, "range")];
  const type = member(pattern, "type") ?? null;
  const samePattern = type === null || type === member(oldPattern, "type");
  const sameEnd = ["type", "endDate", "numberOfOccurrences"].every((name) => member(range, name) === undefined);
  const oldStart = member(oldRange, "startDate");
  return {
    pattern: { ...(samePattern ? (oldPattern as JsonObject | undefined) : {}), ...(pattern as JsonObject | undefined) },
    range: {
      ...(sameEnd ? (oldRange as JsonObject | undefined) : oldStart === undefined ? {} : { startDate: oldStart }),
      ...(range as JsonObject | undefined),
    },
  };
}
