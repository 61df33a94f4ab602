import { describe, expect, it } from "vitest";
import {
  fromWallClock,
  ianaZone,
  occurrenceStarts,
  type RecurrencePattern,
  type RecurrenceRange,
  toWallClock,
  windowsZone,
  zoneRules,
} from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";

function dates(pattern: RecurrencePattern, range: Partial<RecurrenceRange> = {}): string[] {
  const full: RecurrenceRange = { type: "numbered", startDate: "2030-01-01", numberOfOccurrences: 4, ...range };
  const starts = occurrenceStarts(
    { pattern, range: full },
    new Date("2030-01-01T09:00:00Z"),
    "UTC",
    new Date("2060-01-01T00:00:00Z"),
  );
  return starts.map((start) => start.toISOString().slice(0, 10));
}

describe("occurrences", () => {
  it.each<[string, RecurrencePattern, string[]]>([
    ["every third day", { type: "daily", interval: 3 }, ["2030-01-01", "2030-01-04", "2030-01-07", "2030-01-10"]],
    [
      "weekly on two days",
      { type: "weekly", interval: 1, daysOfWeek: ["tuesday", "friday"] },
      ["2030-01-01", "2030-01-04", "2030-01-08", "2030-01-11"],
    ],
    [
      "every second week, weeks from Monday",
      { type: "weekly", interval: 2, daysOfWeek: ["tuesday", "sunday"], firstDayOfWeek: "monday" },
      ["2030-01-01", "2030-01-06", "2030-01-15", "2030-01-20"],
    ],
    [
      "every second week, weeks from Sunday",
      { type: "weekly", interval: 2, daysOfWeek: ["tuesday", "sunday"], firstDayOfWeek: "sunday" },
      ["2030-01-01", "2030-01-13", "2030-01-15", "2030-01-27"],
    ],
    [
      "the 31st, or the last day there is",
      { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 },
      ["2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30"],
    ],
    [
      "second Tuesday",
      { type: "relativeMonthly", interval: 1, daysOfWeek: ["tuesday"], index: "second" },
      ["2030-01-08", "2030-02-12", "2030-03-12", "2030-04-09"],
    ],
    [
      "last weekday of every other month",
      {
        type: "relativeMonthly",
        interval: 2,
        daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
        index: "last",
      },
      ["2030-01-31", "2030-03-29", "2030-05-31", "2030-07-31"],
    ],
    [
      "29 February",
      { type: "absoluteYearly", interval: 1, dayOfMonth: 29, month: 2 },
      ["2030-02-28", "2031-02-28", "2032-02-29", "2033-02-28"],
    ],
    [
      "first Sunday of June",
      { type: "relativeYearly", interval: 1, daysOfWeek: ["sunday"], index: "first", month: 6 },
      ["2030-06-02", "2031-06-01", "2032-06-06", "2033-06-05"],
    ],
  ])("%s", (_, pattern, expected) => {
    expect(dates(pattern)).toEqual(expected);
  });

  it("end on the end date, which counts", () => {
    expect(dates({ type: "daily", interval: 1 }, { type: "endDate", endDate: "2030-01-03" })).toEqual([
      "2030-01-01",
      "2030-01-02",
      "2030-01-03",
    ]);
  });

  it("keep the time on the wall over a change of clocks", () => {
    const range: RecurrenceRange = { type: "numbered", startDate: "2030-03-30", numberOfOccurrences: 3 };
    const first = fromWallClock("Europe/Berlin", "2030-03-30T09:00:00");
    const starts = occurrenceStarts(
      { pattern: { type: "daily", interval: 1 }, range },
      first,
      "W. Europe Standard Time",
      new Date("2031-01-01T00:00:00Z"),
    );
    expect(starts.map((start) => start.toISOString())).toEqual([
      "2030-03-30T08:00:00.000Z",
      "2030-03-31T07:00:00.000Z",
      "2030-04-01T07:00:00.000Z",
    ]);
  });
});

describe("time zones", () => {
  it("know Windows and IANA names", () => {
    expect(ianaZone("W. Europe Standard Time")).toBe("Europe/Berlin");
    expect(windowsZone("Europe/Vienna")).toBe("W. Europe Standard Time");
    expect(windowsZone("utc")).toBe("UTC");
    expect(ianaZone("Nowhere Standard Time")).toBeUndefined();
  });

  it("go from wall clock to instant and back, over gaps too", () => {
    const at = fromWallClock("America/New_York", "2030-07-04T12:00:00");
    expect(at.toISOString()).toBe("2030-07-04T16:00:00.000Z");
    expect(toWallClock("Eastern Standard Time", at)).toBe("2030-07-04T12:00:00");
    expect(fromWallClock("Europe/Berlin", "2030-03-31T02:30:00").toISOString()).toBe("2030-03-31T01:30:00.000Z");
  });

  it("give the rules of a year", () => {
    expect(zoneRules("Pacific Standard Time", 2026)).toEqual({
      standardMinutes: -480,
      daylightMinutes: -420,
      toDaylight: { month: 3, weekday: "sunday", week: 2, minutes: 120 },
      toStandard: { month: 11, weekday: "sunday", week: 1, minutes: 120 },
    });
    expect(zoneRules("Tokyo Standard Time", 2026)).toEqual({ standardMinutes: 540 });
  });
});
