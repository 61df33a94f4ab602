import { describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { type TimeCase, timeCases, unknownZones } from "../../fixtures/time-cases.ts";
import { useGraph } from "./support.ts";

const graph = useGraph({ clock: () => new Date("2026-03-10T12:00:00Z"), empty: true });
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;

const week = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const groups: Readonly<Record<string, readonly string[]>> = {
  Day: week,
  Weekday: week.slice(1, 6),
  WeekendDay: ["Saturday", "Sunday"],
};
const months = "January February March April May June July August September October November December".split(" ");
const lower = (text: string | undefined): string | null => text?.toLowerCase() ?? null;

function recurrenceOf({ series }: TimeCase): Row {
  if (series === undefined) return {};
  const { pattern, range } = series;
  const days = pattern.days?.flatMap((day) => groups[day] ?? [day]).map((day) => day.toLowerCase());
  return Object.fromEntries(
    Object.entries({
      recurrence_pattern_type: pattern.type,
      recurrence_pattern_interval: pattern.interval ?? 1,
      recurrence_pattern_daysOfWeek: days ?? null,
      recurrence_pattern_dayOfMonth: pattern.dayOfMonth ?? null,
      recurrence_pattern_month: pattern.month === undefined ? null : months.indexOf(pattern.month) + 1,
      recurrence_pattern_index: lower(pattern.index),
      recurrence_pattern_firstDayOfWeek: lower(pattern.firstDayOfWeek),
      recurrence_range_startDate: range.startDate,
      recurrence_range_numberOfOccurrences: range.count ?? null,
      recurrence_range_endDate: range.until ?? null,
    }).filter(([, value]) => value !== null),
  );
}

/** Days on the clock, whatever zone: an all-day event has no instants in Graph. */
const midnight = (day: string, more: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + more * 86_400_000).toISOString().slice(0, 19);

function rowOf(one: TimeCase): Row {
  const { id, zone, start, end, allDay } = one;
  return {
    subject: id,
    start_dateTime: allDay === undefined ? start : midnight(allDay.day, 0),
    start_timeZone: zone,
    end_dateTime: allDay === undefined ? end : midnight(allDay.day, allDay.days),
    end_timeZone: zone,
    isAllDay: allDay !== undefined,
    ...recurrenceOf(one),
  };
}

/** The first of two equal times on the clock can only be told in UTC, so the event's zone is UTC. */
const zoneOf = ({ id, windows }: TimeCase): string =>
  /^overlap-.*-(?:first|across)$/.test(id) || id === "overlap-lord-howe" ? "UTC" : windows;

describe("times", () => {
  it.each(timeCases.map((one) => [one.id, one.title, one] as const))("%s: %s", async (_id, _title, one) => {
    const [made] = await graph.write("create", "Events", [rowOf(one)]);
    expect(made).toMatchObject({ status: "succeeded" });
    const id = String(made?.key?.id);
    const columns = ["start_dateTime", "end_dateTime", "start_timeZone", "originalStartTimeZone"];
    const { rows } = await graph.query({ table: "Events", columns, where: where("id", "=", id) });
    const { allDay } = one;
    const times =
      allDay === undefined
        ? { start_dateTime: one.start, end_dateTime: one.end }
        : {
            start_dateTime: `${midnight(allDay.day, 0)}Z`,
            end_dateTime: `${midnight(allDay.day, allDay.days)}Z`,
          };
    expect(rows).toEqual([{ ...times, start_timeZone: "UTC", originalStartTimeZone: zoneOf(one) }]);
    if (one.occurrences === undefined || one.window === undefined) return;
    const window = [
      where("start_dateTime", ">=", one.window.from),
      where("start_dateTime", "<", one.window.to),
      where("end_dateTime", "<=", new Date(Date.parse(one.window.to) + 86_400_000).toISOString()),
    ];
    const instances = await graph.query({
      table: "EventInstances",
      columns: ["start_dateTime"],
      where: { and: [where("eventId", "=", id), ...window] },
    });
    const shown = allDay === undefined ? one.occurrences : one.occurrences.map((at) => dayOf(at, one));
    expect(instances.rows.map(({ start_dateTime }) => start_dateTime)).toEqual(shown);
  });
});

/** The midnight of an all-day occurrence, by the days since the first. */
function dayOf(at: string, { start, allDay }: TimeCase): string {
  const days = Math.round((Date.parse(at) - Date.parse(start)) / 86_400_000);
  return `${midnight(allDay?.day ?? "", days)}Z`;
}

describe("zones that nobody knows", () => {
  it.each(unknownZones)("$zone is not sent; $nearest is offered", async ({ zone, nearest }) => {
    const before = graph.sent.length;
    const row = { ...rowOf(timeCases[0] as TimeCase), start_timeZone: zone };
    expect((await graph.write("create", "Events", [row]))[0]).toMatchObject({
      status: "failed",
      error: { code: "INVALID_QUERY", column: "start_timeZone", detail: expect.stringContaining(nearest) },
    });
    expect(graph.sent.slice(before)).toEqual([]);
  });

  it("a zone made by hand cannot be given back", async () => {
    const row = { ...rowOf(timeCases[0] as TimeCase), end_timeZone: "tzone://Microsoft/Custom" };
    expect((await graph.write("create", "Events", [row]))[0]).toMatchObject({
      status: "failed",
      error: { code: "INVALID_QUERY", column: "end_timeZone", detail: expect.stringContaining("made by hand") },
    });
  });
});
