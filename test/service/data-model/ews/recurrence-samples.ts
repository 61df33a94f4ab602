import type { Row } from "#spi";
import type { RowSample } from "../support/samples.ts";

const weekly: Row = {
  Recurrence_Type: "WeeklyRecurrence",
  Recurrence_Interval: 2,
  Recurrence_DaysOfWeek: "Monday Wednesday",
  Recurrence_FirstDayOfWeek: "Monday",
  Recurrence_Duration: "NumberedRecurrence",
  Recurrence_StartDate: "2031-05-05",
  Recurrence_NumberOfOccurrences: 6,
};

const otherWeekly: Row = {
  ...weekly,
  Recurrence_Interval: 3,
  Recurrence_DaysOfWeek: "Tuesday",
  Recurrence_FirstDayOfWeek: "Sunday",
  Recurrence_StartDate: "2031-05-06",
  Recurrence_NumberOfOccurrences: 8,
};

const relativeYearly: Row = {
  Recurrence_Type: "RelativeYearlyRecurrence",
  Recurrence_DaysOfWeek: "Friday",
  Recurrence_DayOfWeekIndex: "Last",
  Recurrence_Month: "May",
  Recurrence_Duration: "EndDateRecurrence",
  Recurrence_StartDate: "2031-05-30",
  Recurrence_EndDate: "2035-06-30",
};

const absoluteYearly: Row = {
  Recurrence_Type: "AbsoluteYearlyRecurrence",
  Recurrence_DayOfMonth: 12,
  Recurrence_Month: "June",
  Recurrence_Duration: "EndDateRecurrence",
  Recurrence_StartDate: "2031-06-12",
  Recurrence_EndDate: "2036-06-30",
};

const relativeMonthly: Row = {
  Recurrence_Type: "RelativeMonthlyRecurrence",
  Recurrence_Interval: 1,
  Recurrence_DaysOfWeek: "Thursday",
  Recurrence_DayOfWeekIndex: "Second",
  Recurrence_Duration: "NoEndRecurrence",
  Recurrence_StartDate: "2031-05-08",
};

const absoluteMonthly: Row = {
  Recurrence_Type: "AbsoluteMonthlyRecurrence",
  Recurrence_Interval: 2,
  Recurrence_DayOfMonth: 21,
  Recurrence_Duration: "EndDateRecurrence",
  Recurrence_StartDate: "2031-05-21",
  Recurrence_EndDate: "2033-05-31",
};

/** Series of every kind, each changed into another. */
export const seriesSamples: readonly RowSample[] = [
  { create: weekly, update: relativeYearly },
  { create: relativeYearly, update: absoluteYearly },
  { create: absoluteYearly, update: absoluteMonthly },
  { create: absoluteMonthly, update: relativeMonthly },
  { create: relativeMonthly, update: weekly },
  { create: weekly, update: otherWeekly },
];
