import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColumnType, Value } from "#spi";
import { formatInstant, parseInstant } from "../../../src/query/instant.ts";
import { typedValue } from "../../../src/query/typed-value.ts";

const read = (type: ColumnType, value: Value, allowed?: readonly string[]) => {
  const typed = typedValue(type, value, allowed);
  return "value" in typed ? typed.value : "mistake";
};

describe("times", () => {
  it.each([
    ["2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z"],
    ["2026-03-01T09:30:00.000Z", "2026-03-01T09:30:00Z"],
    ["2026-03-01T09:30:00.1234567Z", "2026-03-01T09:30:00.123Z"],
    ["2026-03-01T09:30:00,5Z", "2026-03-01T09:30:00.500Z"],
    ["2026-03-01T09:30+02:00", "2026-03-01T07:30:00Z"],
    ["2026-03-01 09:30:15-0530", "2026-03-01T15:00:15Z"],
    ["2026-03-01T09:30:15 +01", "2026-03-01T08:30:15Z"],
    ["2026-03-01 09:30", "2026-03-01T09:30:00Z"],
    ["2026-03-01T09Z", "2026-03-01T09:00:00Z"],
    ["2026-03-01", "2026-03-01T00:00:00Z"],
    ["20260301T093000Z", "2026-03-01T09:30:00Z"],
    ["20260301", "2026-03-01T00:00:00Z"],
    [" 2026-03-01t09:30:00z ", "2026-03-01T09:30:00Z"],
    ["2024-02-29", "2024-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
  ])("%s is %s", (text, wanted) => expect(read("datetime", text)).toBe(wanted));

  it.each([
    "2026-02-29",
    "2026-13-01",
    "2026-03-01T24:00:00Z",
    "2026-03-01T09:60Z",
    "2026-03-01T09:30:60Z",
    "2026-0301",
    "01.03.2026",
    "yesterday",
    "",
    "2026-03-01T09:30+15:00",
    "0000-01-01T00:00:00+14:00",
  ])("%s is none", (text) => expect(read("datetime", text)).toBe("mistake"));

  it("are the instants Date knows", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
          expect(Date.parse(formatInstant(date.getTime())!)).toBe(date.getTime());
        },
      ),
    );
  });
});

describe("values", () => {
  it.each<[ColumnType, Value, Value]>([
    ["string", 5, "5"],
    ["string", true, "mistake"],
    ["string", ["a"], "mistake"],
    ["id", "AAMk=", "AAMk="],
    ["id", 5, "mistake"],
    ["integer", "42", 42],
    ["integer", 42.0, 42],
    ["integer", 42.5, "mistake"],
    ["integer", "4e2", "mistake"],
    ["integer", 2 ** 53, "mistake"],
    ["integer", true, "mistake"],
    ["double", "-1.5e3", -1500],
    ["double", "1e999", "mistake"],
    ["double", "", "mistake"],
    ["boolean", 1, true],
    ["boolean", "FALSE", false],
    ["boolean", "0", false],
    ["boolean", 2, "mistake"],
    ["boolean", "yes", "mistake"],
    ["date", "2026-03-01", "2026-03-01"],
    ["date", "2026-03-01T00:00:00Z", "2026-03-01"],
    ["date", "2026-03-01T10:00:00Z", "mistake"],
    ["binary", "aGk=", "aGk="],
    ["binary", "aGk", "mistake"],
    ["binary", "a b=", "mistake"],
    ["json", '["a"]', ["a"]],
    ["json", { a: 1 }, { a: 1 }],
    ["json", "a", "mistake"],
    ["json", "5", "mistake"],
  ])("%s %j is %j", (type, value, wanted) => expect(read(type, value)).toEqual(wanted));

  it("find allowed ones ignoring case and name the nearest", () => {
    expect(read("string", "high", ["Low", "High"])).toBe("High");
    expect(typedValue("string", "Hihg", ["Low", "High"])).toEqual({ mistake: expect.stringContaining('"High"') });
  });

  it("refuse JSON that is nested too deep", () => {
    expect(read("json", JSON.parse(`${"[".repeat(64)}${"]".repeat(64)}`))).not.toBe("mistake");
    expect(read("json", JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`))).toBe("mistake");
  });
});
