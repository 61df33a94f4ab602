import { describe, expect, test } from "vitest";
import { rowFilter } from "../../../../connectors/microsoft-exchange/spokes/odata-filter.ts";

const outputs = { subject: "subject", "start/dateTime": "start", isRead: "isRead", size: "size", note: "note" };
const row = { subject: "It's a Plan", start: "2031-05-04T09:00:00Z", isRead: false, size: 7, note: null };

describe("a condition in the words of OData", () => {
  test.each([
    ["subject eq 'it''s a plan'", true],
    ["subject ne 'it''s a plan'", false],
    ["startswith(subject,'it') and endswith(subject, 'PLAN')", true],
    ["contains(subject,'b')", false],
    ["contains(note,'b')", false],
    ["start/dateTime ge '2031-05-04T09:00:00'", true],
    ["start/dateTime lt 2031-05-04T11:00:00+02:00", false],
    ["start/dateTime gt 2031-05-03", true],
    ["size gt 6 and size le 7", true],
    ["size lt 7 or isRead eq false", true],
    ["not (size lt 7 or isRead eq false)", false],
    ["not size eq 7 or size eq 7 and isRead eq true", false],
    ["note eq null", true],
    ["note ne null", false],
    ["note eq 'x'", false],
    ["note ne 'x'", true],
    ["size eq '7'", false],
  ])("%s", (filter, expected) => {
    expect(rowFilter(filter, outputs).matches(row)).toBe(expected);
  });

  test("tells the outputs it looks at, each once", () => {
    expect(rowFilter("size gt 1 and size lt 9 or isRead eq true", outputs).outputs).toEqual(["size", "isRead"]);
  });

  test.each([
    "subject",
    "subject eq",
    "subject is 'x'",
    "subject eq x",
    "subject eq 'x' and",
    "subject eq 'x')",
    "(subject eq 'x'",
    "color eq 'x'",
    "contains(subject 'x')",
    "subject eq 'x",
    "",
  ])("%s is refused", (filter) => {
    expect(() => rowFilter(filter, outputs)).toThrow(
      expect.objectContaining({ code: "INVALID_QUERY", target: "filter" }),
    );
  });
});
