import type { Row } from "#spi";
import type { RowSample } from "../support/samples.ts";

const weekly: Row = {
  recurrence_pattern_type: "weekly",
  recurrence_pattern_interval: 2,
  recurrence_pattern_daysOfWeek: ["monday", "wednesday"],
  recurrence_pattern_firstDayOfWeek: "monday",
  recurrence_range_type: "numbered",
  recurrence_range_startDate: "2031-05-05",
  recurrence_range_numberOfOccurrences: 6,
  recurrence_range_recurrenceTimeZone: "UTC",
};

const otherWeekly: Row = {
  ...weekly,
  recurrence_pattern_interval: 3,
  recurrence_pattern_daysOfWeek: ["monday"],
  recurrence_pattern_firstDayOfWeek: "sunday",
  recurrence_range_startDate: "2031-05-12",
  recurrence_range_numberOfOccurrences: 8,
  recurrence_range_recurrenceTimeZone: "W. Europe Standard Time",
};

const relativeYearly: Row = {
  recurrence_pattern_type: "relativeYearly",
  recurrence_pattern_interval: 1,
  recurrence_pattern_daysOfWeek: ["monday"],
  recurrence_pattern_index: "first",
  recurrence_pattern_month: 5,
  recurrence_range_type: "endDate",
  recurrence_range_startDate: "2031-05-05",
  recurrence_range_endDate: "2035-06-30",
  recurrence_range_recurrenceTimeZone: "UTC",
};

const otherRelativeYearly: Row = {
  ...relativeYearly,
  recurrence_pattern_index: "second",
  recurrence_pattern_month: 6,
  recurrence_range_endDate: "2036-06-30",
};

const absoluteYearly: Row = {
  recurrence_pattern_type: "absoluteYearly",
  recurrence_pattern_interval: 1,
  recurrence_pattern_dayOfMonth: 5,
  recurrence_pattern_month: 5,
  recurrence_range_type: "noEnd",
  recurrence_range_startDate: "2031-05-05",
  recurrence_range_recurrenceTimeZone: "UTC",
};

const absoluteMonthly: Row = {
  recurrence_pattern_type: "absoluteMonthly",
  recurrence_pattern_interval: 2,
  recurrence_pattern_dayOfMonth: 6,
  recurrence_range_type: "endDate",
  recurrence_range_startDate: "2031-05-06",
  recurrence_range_endDate: "2036-05-31",
  recurrence_range_recurrenceTimeZone: "UTC",
};

/** Series of several kinds, each changed into another. */
export const seriesSamples: readonly RowSample[] = [
  { create: weekly, update: otherWeekly },
  { create: relativeYearly, update: otherRelativeYearly },
  { create: absoluteYearly, update: absoluteMonthly },
];
