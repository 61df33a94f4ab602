import { describe, expect, test } from "vitest";
import {
  clockInstant,
  clockOf,
  dayStart,
  fixedOffset,
  ianaZone,
  requireIanaZone,
  requireWindowsZone,
  windowsZone,
} from "../../../../connectors/microsoft-exchange/time/zones.ts";
import { timeCases, unknownZones } from "../../../fixtures/time-cases.ts";

const text = (ms: number): string => new Date(ms).toISOString().slice(0, 19);

/** How much later the second is, where a case begins at the first. */
const comingTwice: Readonly<Record<string, number>> = {
  "overlap-berlin-first": 3_600_000,
  "overlap-berlin-across": 3_600_000,
  "overlap-new-york-first": 3_600_000,
  "overlap-london-first": 3_600_000,
  "overlap-lord-howe": 1_800_000,
};

describe("time zones", () => {
  test.each(timeCases)("$id: $zone has a Windows name and a clock", ({ id, zone, windows, start, local, allDay }) => {
    expect(windowsZone(zone)).toBe(windows);
    const iana = ianaZone(zone) ?? "";
    const shown = text(clockOf(iana, Date.parse(start)));
    // A midnight that does not exist is shown as the moment after it.
    if (id !== "series-santiago-midnight" && id !== "gap-havana") expect(shown).toBe(local);
    // Of a time that comes twice the second is meant, so the way back may be longer.
    const back = clockInstant(iana, clockOf(iana, Date.parse(start)));
    expect(text(clockOf(iana, back))).toBe(shown);
    expect(back - Date.parse(start)).toBe(comingTwice[id] ?? 0);
    if (allDay !== undefined) expect(`${text(dayStart(iana, Date.parse(allDay.day)))}Z`).toBe(start);
  });

  test("every zone of the tz database has a Windows name, but for the one CLDR leaves out", () => {
    const without = Intl.supportedValuesOf("timeZone").filter((zone) => windowsZone(zone) === undefined);
    expect(without).toEqual(["Antarctica/Troll"]);
  });

  test.each(unknownZones)("$zone is unknown; $nearest is offered", ({ zone, nearest }) => {
    for (const required of [requireWindowsZone, requireIanaZone]) {
      expect(() => required(zone, "X")).toThrowError(
        expect.objectContaining({
          code: "INVALID_QUERY",
          target: "X",
          message: expect.stringContaining(`"${nearest}"`),
        }),
      );
    }
  });

  test("offsets are zones, within reason", () => {
    expect(fixedOffset("UTC+05:45")).toBe(345);
    expect(fixedOffset("utc-09:30")).toBe(-570);
    expect(["UTC", "UTC-11", "UTC+15:00", "UTC+05:60", "+05:45"].map(fixedOffset)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(text(dayStart(ianaZone("UTC+05:45") ?? "", Date.parse("2026-05-01")))).toBe("2026-04-30T18:15:00");
  });
});
