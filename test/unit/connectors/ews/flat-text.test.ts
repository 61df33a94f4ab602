import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { flatText } from "../../../../connectors/microsoft-exchange/ews/flat-text.ts";

describe("flatText", () => {
  test("answers the same text, whatever it holds", () => {
    for (const text of [
      "",
      "a",
      "x".repeat(12),
      "ÿ".repeat(13),
      "Привет, мир 😀 и ещё",
      "\ud800 alone \udc00 again",
      "\u0000\u0001\u0085\u2028 longer than 13",
    ])
      expect(flatText(text)).toBe(text);
    for (const length of [8191, 8192, 8193, 16_384, 16_385, 40_000])
      for (const one of ["a", "é", "Ж"]) expect(flatText(one.repeat(length))).toBe(one.repeat(length));
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => flatText(text) === text));
  });
});
