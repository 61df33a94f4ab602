import { beforeAll, describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { type TimeCase, type TimeSeries, timeCases, unknownZones } from "../../fixtures/time-cases.ts";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { query, write } = connector;

const patternNames: Readonly<Record<TimeSeries["pattern"]["type"], string>> = {
  daily: "DailyRecurrence",
  weekly: "WeeklyRecurrence",
  absoluteMonthly: "AbsoluteMonthlyRecurrence",
  relativeMonthly: "RelativeMonthlyRecurrence",
  absoluteYearly: "AbsoluteYearlyRecurrence",
  relativeYearly: "RelativeYearlyRecurrence",
};

function recurrenceRow({ pattern, range }: TimeSeries): Row {
  const duration = range.until !== undefined ? "EndDate" : range.count !== undefined ? "Numbered" : "NoEnd";
  return {
    Recurrence_Type: patternNames[pattern.type],
    ...(pattern.type.endsWith("Yearly") ? {} : { Recurrence_Interval: pattern.interval ?? 1 }),
    ...(pattern.days === undefined ? {} : { Recurrence_DaysOfWeek: pattern.days.join(" ") }),
    ...(pattern.firstDayOfWeek === undefined ? {} : { Recurrence_FirstDayOfWeek: pattern.firstDayOfWeek }),
    ...(pattern.dayOfMonth === undefined ? {} : { Recurrence_DayOfMonth: pattern.dayOfMonth }),
    ...(pattern.month === undefined ? {} : { Recurrence_Month: pattern.month }),
    ...(pattern.index === undefined ? {} : { Recurrence_DayOfWeekIndex: pattern.index }),
    Recurrence_Duration: `${duration}Recurrence`,
    Recurrence_StartDate: range.startDate,
    ...(range.until === undefined ? {} : { Recurrence_EndDate: range.until }),
    ...(range.count === undefined ? {} : { Recurrence_NumberOfOccurrences: range.count }),
  };
}

const rowOf = ({ id, zone, start, end, allDay, series }: TimeCase): Row => ({
  Subject: id,
  Start: start,
  End: end,
  StartTimeZone_Id: zone,
  IsAllDayEvent: allDay !== undefined,
  ...(series === undefined ? {} : recurrenceRow(series)),
});

const columns = ["Subject", "Start", "End", "StartTimeZone_Id", "EndTimeZone_Id", "IsAllDayEvent"];

describe("times and zones of schema EWS", () => {
  const ids = new Map<string, string>();
  let rows: ReadonlyMap<string, Row>;

  beforeAll(async () => {
    const outcomes = await write("create", "Calendar", timeCases.map(rowOf));
    for (const [at, { status, key, error }] of outcomes.entries()) {
      expect(status, `${timeCases[at]?.id}: ${error?.detail}`).toBe("succeeded");
      ids.set(timeCases[at]?.id ?? "", key?.["ItemId"] as string);
    }
    const read = await query({
      table: "Calendar",
      columns,
      where: { column: "ItemId", operator: "IN", value: [...ids.values()] },
    });
    rows = new Map(read.rows.map((row) => [row["Subject"] as string, row]));
  });

  test.each(timeCases)("$id: $title", ({ id, start, end, windows, allDay }) => {
    expect(rows.get(id)).toEqual({
      Subject: id,
      Start: start,
      End: end,
      StartTimeZone_Id: windows,
      EndTimeZone_Id: windows,
      IsAllDayEvent: allDay !== undefined,
    });
  });

  test.each(timeCases.filter(({ series }) => series !== undefined))("$id as occurrences", async (each) => {
    const { rows: found } = await query({
      table: "Calendar",
      columns: ["Start", "End", "CalendarItemType"],
      where: {
        and: [
          { column: "Start", operator: ">=", value: each.window?.from ?? "" },
          { column: "End", operator: "<=", value: each.window?.to ?? "" },
          { column: "Subject", operator: "=", value: each.id },
        ],
      },
    });
    const inWindow = (each.occurrences ?? []).filter((start) => found.some((row) => row["Start"] === start));
    expect(found.map((row) => row["Start"])).toEqual(inWindow);
    expect(inWindow).toEqual(each.occurrences);
    expect(new Set(found.map((row) => row["CalendarItemType"]))).toEqual(new Set(["Occurrence"]));
  });

  test.each(
    timeCases.filter(({ allDay, series }) => allDay !== undefined && series === undefined),
  )("$id given as days", async ({ id, zone, start, end, allDay }) => {
    const last = new Date(Date.parse(allDay?.day ?? "") + (allDay?.days ?? 1) * 86_400_000);
    const [made] = await write("create", "Calendar", [
      {
        Subject: `${id} as days`,
        Start: allDay?.day ?? "",
        End: last.toISOString().slice(0, 10),
        StartTimeZone_Id: zone,
        IsAllDayEvent: true,
      },
    ]);
    const read = await query({
      table: "Calendar",
      columns: ["Start", "End"],
      where: { column: "ItemId", operator: "=", value: made?.key?.["ItemId"] as string },
    });
    expect(read.rows).toEqual([{ Start: start, End: end }]);
  });

  test.each(unknownZones)("unknown zone $zone names $nearest", async ({ zone, nearest }) => {
    const before = connector.sent.length;
    const [outcome] = await write("create", "Calendar", [
      { Subject: "x", Start: "2026-01-01T09:00:00Z", End: "2026-01-01T10:00:00Z", StartTimeZone_Id: zone },
    ]);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "INVALID_QUERY", column: "StartTimeZone_Id" } });
    expect(outcome?.error?.detail).toContain(`"${nearest}"`);
    expect(connector.sent.length).toBe(before);
  });

  test.each([
    ["UTC+05:37", "2026-05-01", "2026-04-30T18:23:00Z"],
    ["utc-09:30", "2026-05-01", "2026-05-01T09:30:00Z"],
  ])("a zone of nothing but an offset: %s", async (zone, day, start) => {
    const [made] = await write("create", "Calendar", [
      { Subject: zone, Start: day, End: "2026-05-02", IsAllDayEvent: true, StartTimeZone_Id: zone },
    ]);
    expect(made?.status, made?.error?.detail).toBe("succeeded");
    const { rows: found } = await query({
      table: "Calendar",
      columns: ["Start", "StartTimeZone_Id"],
      where: { column: "ItemId", operator: "=", value: made?.key?.["ItemId"] as string },
    });
    expect(found).toEqual([{ Start: start, StartTimeZone_Id: zone.toUpperCase() }]);
  });

  test("a zone is changed with the times, which stay the instants given", async () => {
    const ItemId = ids.get("odd-kolkata") ?? "";
    const Start = "2026-07-14T13:00:00Z";
    const End = "2026-07-14T14:00:00Z";
    const [outcome] = await write("update", "Calendar", [{ ItemId, Start, End, StartTimeZone_Id: "America/New_York" }]);
    expect(outcome?.status).toBe("succeeded");
    const { rows: found } = await query({
      table: "Calendar",
      columns,
      where: { column: "ItemId", operator: "=", value: ItemId },
    });
    expect(found[0]).toMatchObject({
      Start,
      End,
      StartTimeZone_Id: "Eastern Standard Time",
      EndTimeZone_Id: "Eastern Standard Time",
    });
  });
});
