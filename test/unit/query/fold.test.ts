import { describe, expect, it } from "vitest";
import { fold } from "../../../src/query/fold.ts";

/** Every character up to the end of the planes with letters. */
const characters = Array.from({ length: 0x20000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));
const escaped = (character: string) => (/[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character);

describe("fold", () => {
  // Regular expressions with the flags i and u compare by simple case folding: the engine is the reference.
  it("joins a character with its folded form as the engine does", () => {
    const wrong = characters.filter((character) => {
      const folded = fold(character);
      return folded !== character && !new RegExp(`^${escaped(character)}$`, "iu").test(folded);
    });
    expect(wrong).toEqual([]);
  });

  it("leaves no two characters apart that the engine joins", () => {
    const folded = characters.filter(
      (character) => fold(character) === character && /\p{Cased}|\p{Mn}/u.test(character),
    );
    const all = folded.join("");
    const apart = folded.filter((character) => (all.match(new RegExp(escaped(character), "giu"))?.length ?? 0) > 1);
    expect(apart).toEqual([]);
    expect(folded.length).toBeGreaterThan(2000);
  });

  it("folds a text character by character, whatever stands beside", () => {
    expect(fold("ΑΣ ΣΑΣ")).toBe(fold("ας σασ"));
    expect(fold("İstanbul")).toBe("İstanbul");
    expect(fold("STRASSE")).not.toBe(fold("straße"));
    expect(fold("GROẞ")).toBe(fold("groß"));
    expect(fold("É")).not.toBe(fold("e"));
    expect(fold("ИЖ\u{1F600}")).toBe("иж\u{1F600}");
  });
});
