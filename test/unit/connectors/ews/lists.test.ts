import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRecipients } from "../../../../connectors/common/recipients.ts";
import { joinList, parseList } from "../../../../connectors/microsoft-exchange/mime/list-values.ts";

describe("delimited values", () => {
  test("come apart as they were put together", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(";", ",", '"', " ", "a", "\n") }))),
        (values) => {
          expect(parseList(joinList(values))).toEqual(values);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("read commas, blanks and quotes as people write them", () => {
    expect(parseList('a@x.example, b@x.example ;"Doe, Jane"; ')).toEqual([
      "a@x.example",
      "b@x.example",
      "Doe, Jane",
      "",
    ]);
    expect(parseList("  ")).toEqual([]);
    expect(parseList('"open')).toBeUndefined();
    expect(parseList('"a" b')).toBeUndefined();
  });
});

describe("recipients", () => {
  test("with and without names, separated by commas or semicolons", () => {
    expect(
      parseRecipients(
        'a@x.example; "Doe, Jane" <jane@x.example>,Bob Bean <bob@x.example>;"q \\"x\\"" <q@x.example>',
        "To",
      ),
    ).toEqual([
      { address: "a@x.example" },
      { name: "Doe, Jane", address: "jane@x.example" },
      { name: "Bob Bean", address: "bob@x.example" },
      { name: 'q "x"', address: "q@x.example" },
    ]);
  });

  test.each([
    "no address here <>",
    "a b@x.example",
    "a@x.example\r\nBcc: evil@x.example",
    "<a@x.example> trailing",
  ])("refuses %j", (list) => {
    expect(() => parseRecipients(list, "ToRecipients")).toThrowError(
      expect.objectContaining({ code: "INVALID_QUERY", target: "ToRecipients" }),
    );
  });
});
