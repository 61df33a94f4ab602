import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPageTokens, pageBinding, pageTokenLifeMs } from "../../../src/query/page-token.ts";

const key = new Uint8Array(32).fill(7);
const cursor = fc.record(
  { position: fc.string({ unit: "binary" }), skip: fc.nat(), offsetLeft: fc.nat(), limitLeft: fc.nat() },
  { requiredKeys: ["skip", "offsetLeft"] },
);

describe("page tokens", () => {
  it("give back what was put in, on any instance with the key, for a day", () => {
    fc.assert(
      fc.property(cursor, (content) => {
        const token = createPageTokens({ key, now: () => 0 }).seal(content, "b");
        expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
        const later = createPageTokens({ key, now: () => pageTokenLifeMs - 1 });
        expect(later.open(token, "b")).toEqual(content);
        const tooLate = createPageTokens({ key, now: () => pageTokenLifeMs });
        expect(() => tooLate.open(token, "b")).toThrow("expired");
      }),
    );
  });

  it("are refused when a character is changed, under another key and for another request", () => {
    const tokens = createPageTokens({ key, now: () => 0 });
    const token = tokens.seal({ position: "p", skip: 3, offsetLeft: 0 }, "b");
    for (let i = 0; i < token.length; i++) {
      const changed = `${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${token.slice(i + 1)}`;
      expect(() => tokens.open(changed, "b")).toThrow();
    }
    for (const other of ["", ".", `${token}.x`, "x".repeat(100_000)])
      expect(() => tokens.open(other, "b")).toThrow("page token");
    expect(() => tokens.open(token, "c")).toThrow("another request");
    expect(() => createPageTokens({ key: new Uint8Array(32), now: () => 0 }).open(token, "b")).toThrow();
  });

  it("are bound to connection and body, not to the order of its members", () => {
    const body = { table: "Inbox", limit: 5, where: { column: "a", operator: "=", value: 1 } };
    const same = { where: { value: 1, operator: "=", column: "a" }, pageToken: "t", table: "Inbox", limit: 5 };
    expect(pageBinding("c", same)).toBe(pageBinding("c", body));
    expect(pageBinding("d", body)).not.toBe(pageBinding("c", body));
    expect(pageBinding("c", { ...body, limit: 6 })).not.toBe(pageBinding("c", body));
  });

  it("refuse a cursor of the server that is too long", () => {
    const tokens = createPageTokens({ key, now: () => 0 });
    expect(() => tokens.seal({ position: "x".repeat(20_000), skip: 0, offsetLeft: 0 }, "b")).toThrow("too long");
  });
});
