import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Base64Decoder,
  base64Length,
  base64Pieces,
} from "../../../../connectors/microsoft-exchange/contents/base64.ts";

const cut = (text: string, sizes: readonly number[]): readonly string[] => {
  const pieces: string[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return [...pieces, text.slice(at)];
};

function decode(pieces: readonly string[]): Buffer {
  const decoder = new Base64Decoder();
  const parts = pieces.map((piece) => decoder.next(piece));
  decoder.end();
  return Buffer.concat(parts);
}

async function encode(chunks: readonly Uint8Array[]): Promise<readonly Buffer[]> {
  const source = (async function* () {
    yield* chunks;
  })();
  return Array.fromAsync(base64Pieces(source));
}

const bytes = fc.uint8Array({ maxLength: 400 });
const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 12 });

describe("base64 that arrives in pieces", () => {
  test("is decoded as Node decodes it whole, wherever it is cut", () => {
    fc.assert(
      fc.property(bytes, sizes, (content, cuts) => {
        const text = Buffer.from(content).toString("base64");
        expect(decode(cut(text, cuts))).toEqual(Buffer.from(content));
      }),
    );
  });

  test("may have line ends, also as references that are cut", () => {
    const text = Buffer.from("hello, this is text of several lines").toString("base64");
    for (const end of ["\n", "\r\n", "&#xD;\n", "&#13;&#10;", "&#xd;&#xA;", " "]) {
      const lined = text.replace(/.{8}/g, `$&${end}`);
      for (let at = 0; at < lined.length; at += 1)
        expect(decode([lined.slice(0, at), lined.slice(at)]).toString()).toBe("hello, this is text of several lines");
    }
  });

  test.each(["AB*D", "AAE", "AA=A", "AAE=AAAA", "AAAA&amp;", "&#x41;AAA"])("%s is refused", (text) => {
    expect(() => decode([text])).toThrow(expect.objectContaining({ code: "PROTOCOL" }));
  });
});

describe("bytes that are written as base64", () => {
  test("are the text Node writes, without padding between the pieces", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 8 }), async (chunks) => {
        const whole = Buffer.concat(chunks);
        const pieces = await encode(chunks);
        expect(Buffer.concat(pieces).toString("latin1")).toBe(whole.toString("base64"));
        expect(base64Length(whole.length)).toBe(whole.toString("base64").length);
      }),
    );
  });

  test("come in pieces of a fixed size", async () => {
    const content = Buffer.alloc(200_000, 7);
    const pieces = await encode([content.subarray(0, 70_001), content.subarray(70_001)]);
    expect(Buffer.concat(pieces).toString("latin1")).toBe(content.toString("base64"));
    expect(Math.max(...pieces.map(({ length }) => length))).toBe(64 * 1024);
  });
});
