import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileLike, likePatternMistake } from "../../../src/query/like.ts";

/** LIKE by its definition, tried in all ways, on code points. */
function naive(pattern: readonly string[], text: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === "%") return naive(rest, text) || (text.length > 0 && naive(pattern, text.slice(1)));
  if (head === "\\") return text[0] === rest[0] && text.length > 0 && naive(rest.slice(1), text.slice(1));
  if (head === "_") return text.length > 0 && naive(rest, text.slice(1));
  return text[0] === head && naive(rest, text.slice(1));
}

const characters = ["a", "b", "c", "%", "_", "\\", "é", "\u{1F600}", "\u{1F601}", "\ud83d", "\ude00", "\n"];
const text = fc.array(fc.constantFrom(...characters), { maxLength: 9 }).map((parts) => parts.join(""));
const pattern = fc
  .array(fc.constantFrom("%", "_", "a", "b", "c", "é", "\u{1F600}", "\ud83d", "\ude00", "\\%", "\\_", "\\\\", "\n"), {
    maxLength: 8,
  })
  .map((parts) => parts.join(""));

describe("compileLike", () => {
  it("matches as the definition says", () => {
    fc.assert(
      fc.property(pattern, text, (like, value) => {
        expect(compileLike(like)(value)).toBe(naive([...like], [...value]));
      }),
      { numRuns: 3000 },
    );
  });

  it("takes short time for patterns that make others try all ways", () => {
    const value = "a".repeat(50_000);
    const started = performance.now();
    expect(compileLike(`${"a%".repeat(400)}b`)(value)).toBe(false);
    expect(compileLike(`${"%_a".repeat(300)}%b`)(value)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("likePatternMistake", () => {
  it("refuses an escape of nothing and a pattern that is too long", () => {
    expect(likePatternMistake("C:\\Users%")).toContain("\\\\");
    expect(likePatternMistake("50\\")).toBeDefined();
    expect(likePatternMistake("a".repeat(1001))).toContain("1000");
    expect(likePatternMistake("50\\% \\\\ \\_")).toBeUndefined();
  });
});
