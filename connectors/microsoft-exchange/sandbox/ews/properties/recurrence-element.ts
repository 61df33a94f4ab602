import {
  offsetMinutes,
  type Recurrence,
  type RecurrencePattern,
  type RecurrenceRange,
  type Weekday,
  type WeekIndex,
  weekdays,
} from "../../mailboxes/index.ts";
import { readDay, readInteger } from "../dates.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { childOf, childrenOf, childText, t, type XmlElement } from "../xml.ts";

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
];
const indexes: Record<string, WeekIndex> = {
  First: "first",
  Second: "second",
  Third: "third",
  Fourth: "fourth",
  Last: "last",
};
const dayGroups: Record<string, readonly Weekday[]> = {
  Day: weekdays,
  Weekday: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  WeekendDay: ["saturday", "sunday"],
};
const regenerations: Record<string, RecurrencePattern["type"]> = {
  DailyRegeneration: "daily",
  WeeklyRegeneration: "weekly",
  MonthlyRegeneration: "absoluteMonthly",
  YearlyRegeneration: "absoluteYearly",
};

/** Reads a Recurrence element: one pattern, then one range. */
export function readRecurrence(element: XmlElement): Recurrence {
  const [pattern, range] = childrenOf(element);
  if (!pattern || !range) throw schemaViolation("The element 'Recurrence' has incomplete content.");
  return { pattern: readPattern(pattern), range: readRange(range) };
}

/** Prints a recurrence; its dates carry the offset of the zone, as Exchange prints them. */
export function recurrenceElement({ pattern, range }: Recurrence, timeZone: string): XmlElement {
  return t("Recurrence", patternElement(pattern), rangeElement(range, timeZone));
}

function readPattern(element: XmlElement): RecurrencePattern {
  const interval = readInterval(element);
  const regeneration = regenerations[element.name];
  if (regeneration) return { type: regeneration, interval, regenerates: true };
  switch (element.name) {
    case "DailyRecurrence":
      return { type: "daily", interval };
    case "WeeklyRecurrence": {
      const first = childText(element, "FirstDayOfWeek");
      const pattern: RecurrencePattern = { type: "weekly", interval, daysOfWeek: readDays(element) };
      return first === undefined ? pattern : { ...pattern, firstDayOfWeek: oneDay(first) };
    }
    case "AbsoluteMonthlyRecurrence":
      return { type: "absoluteMonthly", interval, dayOfMonth: readInteger(required(element, "DayOfMonth")) };
    case "RelativeMonthlyRecurrence":
      return { type: "relativeMonthly", interval, daysOfWeek: readDays(element), index: readIndex(element) };
    case "AbsoluteYearlyRecurrence":
      return {
        type: "absoluteYearly",
        interval,
        dayOfMonth: readInteger(required(element, "DayOfMonth")),
        month: readMonth(element),
      };
    case "RelativeYearlyRecurrence":
      return {
        type: "relativeYearly",
        interval,
        daysOfWeek: readDays(element),
        index: readIndex(element),
        month: readMonth(element),
      };
    default:
      throw schemaViolation(`The element 'Recurrence' has invalid child element '${element.name}'.`);
  }
}

function readInterval(element: XmlElement): number {
  const interval = readInteger(childText(element, "Interval") ?? "1");
  if (interval >= 1 && interval <= 999) return interval;
  throw new EwsError("ErrorCalendarInvalidRecurrence", "The recurrence is invalid: the interval is out of range.");
}

function readRange(element: XmlElement): RecurrenceRange {
  const startDate = readDay(required(element, "StartDate"));
  if (element.name === "NoEndRecurrence") return { type: "noEnd", startDate };
  if (element.name === "NumberedRecurrence") {
    return { type: "numbered", startDate, numberOfOccurrences: readInteger(required(element, "NumberOfOccurrences")) };
  }
  if (element.name !== "EndDateRecurrence")
    throw schemaViolation(`The element 'Recurrence' has invalid child element '${element.name}'.`);
  const endDate = readDay(required(element, "EndDate"));
  if (endDate < startDate)
    throw new EwsError("ErrorCalendarInvalidRecurrence", "The recurrence ends before it starts.");
  return { type: "endDate", startDate, endDate };
}

function readDays(element: XmlElement): Weekday[] {
  return required(element, "DaysOfWeek")
    .trim()
    .split(/\s+/)
    .flatMap((name) => dayGroups[name] ?? [oneDay(name)]);
}

function oneDay(name: string): Weekday {
  const day = weekdays.find((one) => one === name.trim().toLowerCase());
  if (!day) throw schemaViolation(`The value '${name}' is not a day of the week.`);
  return day;
}

function readIndex(element: XmlElement): WeekIndex {
  const index = indexes[required(element, "DayOfWeekIndex").trim()];
  if (!index) throw schemaViolation("The 'DayOfWeekIndex' element is invalid.");
  return index;
}

function readMonth(element: XmlElement): number {
  const month = months.indexOf(required(element, "Month").trim()) + 1;
  if (month === 0) throw schemaViolation("The 'Month' element is invalid.");
  return month;
}

function required(element: XmlElement, name: string): string {
  const child = childOf(element, name);
  if (!child) throw schemaViolation(`The element '${element.name}' lacks its required child '${name}'.`);
  return childText(element, name) ?? "";
}

function patternElement(pattern: RecurrencePattern): XmlElement {
  const interval = t("Interval", String(pattern.interval));
  if (pattern.regenerates) {
    const name = Object.keys(regenerations).find((one) => regenerations[one] === pattern.type) ?? "DailyRegeneration";
    return t(name, interval);
  }
  const day = t("DayOfMonth", String(pattern.dayOfMonth ?? 1));
  const month = t("Month", months[(pattern.month ?? 1) - 1] ?? "January");
  const index = t(
    "DayOfWeekIndex",
    Object.keys(indexes).find((one) => indexes[one] === (pattern.index ?? "first")) ?? "First",
  );
  const oneDayName = t("DaysOfWeek", groupName(pattern.daysOfWeek ?? []));
  switch (pattern.type) {
    case "daily":
      return t("DailyRecurrence", interval);
    case "weekly":
      return t(
        "WeeklyRecurrence",
        interval,
        t("DaysOfWeek", (pattern.daysOfWeek ?? []).map(capital).join(" ")),
        t("FirstDayOfWeek", capital(pattern.firstDayOfWeek ?? "sunday")),
      );
    case "absoluteMonthly":
      return t("AbsoluteMonthlyRecurrence", interval, day);
    case "relativeMonthly":
      return t("RelativeMonthlyRecurrence", interval, oneDayName, index);
    case "absoluteYearly":
      return t("AbsoluteYearlyRecurrence", day, month);
    case "relativeYearly":
      return t("RelativeYearlyRecurrence", oneDayName, index, month);
  }
}

/** A relative pattern names one day, or one of the groups; the first day stands for any other list. */
function groupName(days: readonly Weekday[]): string {
  const isGroup = (group: readonly Weekday[]) =>
    group.length === days.length && group.every((day) => days.includes(day));
  const name = Object.keys(dayGroups).find((one) => isGroup(dayGroups[one] ?? []));
  return name ?? capital(days[0] ?? "monday");
}

function rangeElement(range: RecurrenceRange, timeZone: string): XmlElement {
  const day = (date: string) => `${date}${offsetText(offsetMinutes(timeZone, new Date(`${date}T00:00:00Z`)))}`;
  const start = t("StartDate", day(range.startDate));
  if (range.type === "endDate")
    return t("EndDateRecurrence", start, t("EndDate", day(range.endDate ?? range.startDate)));
  if (range.type === "numbered")
    return t("NumberedRecurrence", start, t("NumberOfOccurrences", String(range.numberOfOccurrences ?? 1)));
  return t("NoEndRecurrence", start);
}

function offsetText(minutes: number): string {
  if (minutes === 0) return "Z";
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
}

function capital(day: string): string {
  return day.slice(0, 1).toUpperCase() + day.slice(1);
}
