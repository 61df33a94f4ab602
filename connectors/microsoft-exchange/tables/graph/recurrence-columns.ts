import type { Column } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import { count, day, json, word, zone } from "../../graph/columns.ts";

/** The columns of a recurrence: of events and tasks. */
export const recurrenceColumns: readonly Column<GraphBinding>[] = [
  word(
    "recurrence_pattern_type",
    ["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"],
    { write: "writable" },
  ),
  count("recurrence_pattern_interval", { write: "writable" }),
  count("recurrence_pattern_month", { write: "writable" }),
  count("recurrence_pattern_dayOfMonth", { write: "writable" }),
  json("recurrence_pattern_daysOfWeek", { write: "writable" }),
  word(
    "recurrence_pattern_firstDayOfWeek",
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
    { write: "writable" },
  ),
  word("recurrence_pattern_index", ["first", "second", "third", "fourth", "last"], { write: "writable" }),
  word("recurrence_range_type", ["endDate", "noEnd", "numbered"], { write: "writable" }),
  day("recurrence_range_startDate", { write: "writable" }),
  day("recurrence_range_endDate", { write: "writable" }),
  zone("recurrence_range_recurrenceTimeZone", { write: "writable" }),
  count("recurrence_range_numberOfOccurrences", { write: "writable" }),
];
