import { describe, expect, it } from "vitest";
import { GraphError } from "../../../connectors/microsoft-exchange/sandbox/graph/errors.ts";
import { compileFilter } from "../../../connectors/microsoft-exchange/sandbox/graph/odata/compile-filter.ts";
import {
  checkFilterRules,
  checkSortAgainstFilter,
  DIRECTORY_RULES,
  MESSAGE_RULES,
} from "../../../connectors/microsoft-exchange/sandbox/graph/odata/filter-rules.ts";
import { parseFilter } from "../../../connectors/microsoft-exchange/sandbox/graph/odata/parse-filter.ts";
import { readQueryOptions } from "../../../connectors/microsoft-exchange/sandbox/graph/odata/query-options.ts";
import { parseSearch } from "../../../connectors/microsoft-exchange/sandbox/graph/odata/search-query.ts";

const message: Record<string, unknown> = {
  subject: "Grüße an O'Neil",
  importance: "high",
  isRead: false,
  receivedDateTime: "2026-05-01T10:00:00Z",
  categories: ["Red", "Blue"],
  from: { emailAddress: { name: "Bob", address: "bob@sandbox.example" } },
  flag: { flagStatus: "notFlagged" },
  conversationId: null,
  singleValueExtendedProperties: [{ id: "Integer 0x1234", value: "17" }],
};

function fits(filter: string): boolean {
  return compileFilter(parseFilter(filter), "message")((name) => message[name]);
}

function problemOf(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (problem) {
    if (problem instanceof GraphError) return { code: problem.code, message: problem.message };
    throw problem;
  }
  return { code: "none", message: "" };
}

describe("$filter", () => {
  it.each([
    ["subject eq 'grüSSe an O''Neil'", false],
    ["subject eq 'grüße AN O''Neil'", true],
    ["isRead ne true and importance eq 'high'", true],
    ["isRead eq true or (importance eq 'low' or categories/any(c:c eq 'blue'))", true],
    ["not categories/any()", false],
    ["categories/any(c:startswith(c,'gr'))", false],
    ["receivedDateTime ge 2026-05-01 and receivedDateTime lt 2026-05-01T12:00:00+02:00", false],
    ["receivedDateTime le 2026-05-01T12:00:00+02:00", true],
    ["from/emailAddress/address eq 'bob@sandbox.example'", true],
    ["contains(subject,'NEIL') and startswith(from/emailAddress/name,'b')", true],
    ["conversationId eq null", true],
    ["subject ne null", true],
    ["singleValueExtendedProperties/any(ep:ep/id eq 'Integer 0x1234' and cast(ep/value, Edm.Int32) gt 9)", true],
    ["singleValueExtendedProperties/any(ep:ep/id eq 'Integer 0x1234' and cast(ep/value, Edm.Int32) gt 90)", false],
    ["importance eq microsoft.graph.importance'high'", true],
    ["not (isRead eq false) or not (importance eq 'low')", true],
  ])("%s is %s", (filter, expected) => {
    expect(fits(filter)).toBe(expected);
  });

  it("binds and tighter than or", () => {
    expect(fits("isRead eq false or isRead eq true and importance eq 'low'")).toBe(true);
    expect(fits("(isRead eq false or isRead eq true) and importance eq 'low'")).toBe(false);
  });

  it.each([
    "subject",
    "subject eq",
    "subject eq 'x",
    "subject eq 'x')",
    "subjekt eq 'x'",
    "importance eq 'huge'",
    "receivedDateTime ge '2026-05-01'",
    "subject gt 2026-05-01T00:00:00Z",
    "isRead eq 1",
    "categories/any(c c eq 'x')",
    "subject eq #",
  ])("refuses %s as BadRequest", (filter) => {
    expect(problemOf(() => fits(filter)).code).toBe("BadRequest");
  });

  it("names incompatible types as the service does", () => {
    expect(problemOf(() => fits("receivedDateTime ge '2026-05-01'")).message).toContain(
      "Found operand types 'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThanOrEqual'.",
    );
  });

  it.each([
    "toRecipients/any(r:r/emailAddress/address eq 'x')",
    "endswith(subject,'x')",
    "importance in ('low','high')",
  ])("refuses %s on messages as the store does", (filter) => {
    expect(problemOf(() => checkFilterRules(parseFilter(filter), MESSAGE_RULES)).code).toBe(
      "ErrorInvalidUrlQueryFilter",
    );
    if (!filter.startsWith("to")) expect(() => checkFilterRules(parseFilter(filter), DIRECTORY_RULES)).not.toThrow();
  });

  it("wants the sort to lead the filter", () => {
    const check = (filter: string, path: string) =>
      problemOf(() => checkSortAgainstFilter(parseFilter(filter), [{ path, descending: true }], MESSAGE_RULES)).code;
    expect(check("importance eq 'high'", "receivedDateTime")).toBe("InefficientFilter");
    expect(check("importance eq 'high' and receivedDateTime ge 1900-01-01T00:00:00Z", "receivedDateTime")).toBe(
      "InefficientFilter",
    );
    expect(check("receivedDateTime ge 1900-01-01T00:00:00Z and importance eq 'high'", "receivedDateTime")).toBe("none");
  });
});

describe("query options", () => {
  it("reads all of them", () => {
    const options = readQueryOptions(
      new URLSearchParams(
        "$select=id, subject&$top=5&$skip=2&$count=true&$orderby=receivedDateTime desc,subject&$expand=attachments($select=name;$top=2),singleValueExtendedProperties($filter=id eq 'String 0x1,2')&startDateTime=x",
      ),
    );
    expect(options).toMatchObject({
      select: ["id", "subject"],
      top: 5,
      skip: 2,
      count: true,
      orderBy: [
        { path: "receivedDateTime", descending: true },
        { path: "subject", descending: false },
      ],
      expand: [{ name: "attachments", select: ["name"], top: 2 }, { name: "singleValueExtendedProperties" }],
    });
    expect(options.custom.get("startDateTime")).toBe("x");
  });

  it.each([
    "$top=ten",
    "$top=-1",
    "$count=maybe",
    "$foo=1",
    "$top=1&$top=2",
    "$orderby=subject up",
  ])("refuses %s", (query) => {
    expect(problemOf(() => readQueryOptions(new URLSearchParams(query))).code).toBe("BadRequest");
  });
});

describe("$search", () => {
  it("reads words, phrases, properties and operators", () => {
    expect(parseSearch('"subject:\\"big plan\\" AND (from:bob OR NOT to:carol) x"')).toEqual({
      kind: "and",
      left: {
        kind: "and",
        left: { kind: "term", term: { property: "subject", operator: ":", value: "big plan" } },
        right: {
          kind: "or",
          left: { kind: "term", term: { property: "from", operator: ":", value: "bob" } },
          right: { kind: "not", operand: { kind: "term", term: { property: "to", operator: ":", value: "carol" } } },
        },
      },
      right: { kind: "term", term: { operator: ":", value: "x" } },
    });
    expect(problemOf(() => parseSearch('"(a"')).code).toBe("BadRequest");
  });
});
