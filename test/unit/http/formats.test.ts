import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonLine } from "../../../src/http/formats/frames.ts";
import { jsonDepth, parseJson } from "../../../src/http/formats/json-text.ts";
import { BytePacker } from "../../../src/http/formats/pack.ts";
import { uploadedRows } from "../../../src/http/formats/upload.ts";
import type { UploadedRow } from "../../../src/runtime/use-cases.ts";

const anyText = fc.string({ unit: "grapheme" });
const json = fc.jsonValue({ stringUnit: "grapheme" });

test("a JSON line is one line for every reader, and the same value", () => {
  fc.assert(
    fc.property(fc.oneof(json, anyText, fc.constant("a\u2028b\u2029c\u0085d\r\n")), (value) => {
      const line = jsonLine(value);
      expect(line).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("packed pieces come out as the same bytes, whatever their sizes", () => {
  const piece = fc.tuple(anyText, fc.integer({ min: 0, max: 4000 })).map(([text, times]) => text.repeat(times));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const packer = new BytePacker();
      const out: Buffer[] = [];
      for (const text of pieces) {
        packer.write(text);
        out.push(...packer.takeFull());
      }
      out.push(...packer.takeAll());
      expect(Buffer.concat(out).equals(Buffer.from(pieces.join("")))).toBe(true);
      expect(out.every(({ length }) => length > 0)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

/** Depth of a parsed value, found by walking it. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test("the depth found in the text is that of the value", () => {
  fc.assert(
    fc.property(json, fc.boolean(), (value, isIndented) => {
      expect(jsonDepth(JSON.stringify(value, null, isIndented ? 2 : 0))).toBe(depthOf(value));
    }),
  );
});

describe("reading JSON", () => {
  test("a bomb of brackets is refused at once", () => {
    expect(() => parseJson(Buffer.from("[".repeat(5_000_000)), 32)).toThrow("32 levels");
  });

  test.each([
    "__proto__",
    "\\u005f_proto__",
    "\\u005F\\u005fproto__",
    "__\\u0070roto__",
    "__pr\\u006Fto__",
  ])("a member %s is refused", (name) => {
    expect(() => parseJson(Buffer.from(`{"a":[{"${name}":{"polluted":1}}]}`), 32)).toThrow("__proto__");
  });

  test("other escaped underscores are let through", () => {
    expect(parseJson(Buffer.from('{"a\\u005fb":1}'), 32)).toEqual({ a_b: 1 });
  });
});

test("rows of an upload don't depend on how its bytes are cut", async () => {
  const limits = { lineBytes: 200, jsonDepth: 8, batchRows: 3 };
  const line = fc.oneof(
    fc.record({ Id: anyText }).map((record) => JSON.stringify({ type: "record", record })),
    fc.constantFrom("", "  \r", "{oops", '{"type":"end","count":1}', `"${"x".repeat(300)}"`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 20 }),
      fc.array(fc.nat(60), { maxLength: 40 }),
      async (lines, cuts) => {
        const bytes = Buffer.from(lines.join("\n"));
        const read = async (chunks: readonly Buffer[]): Promise<UploadedRow[]> => {
          const rows: UploadedRow[] = [];
          async function* source(): AsyncGenerator<Buffer> {
            yield* chunks;
          }
          for await (const batch of uploadedRows(source(), limits)) {
            expect(batch.length).toBeLessThanOrEqual(limits.batchRows);
            rows.push(...batch);
          }
          return rows;
        };
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        expect(await read(chunks)).toEqual(await read([bytes]));
      },
    ),
  );
});
