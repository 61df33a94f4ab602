import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOf, windowOf } from "../../../src/runtime/content-part.ts";
import { spool } from "../../../src/runtime/spool.ts";

describe("the part a range means", () => {
  test.each([
    [{ first: 0 }, 10, { first: 0, last: 9 }],
    [{ first: 3, last: 5 }, 10, { first: 3, last: 5 }],
    [{ first: 3, last: 99 }, 10, { first: 3, last: 9 }],
    [{ suffix: 4 }, 10, { first: 6, last: 9 }],
    [{ suffix: 40 }, 10, { first: 0, last: 9 }],
    [{ first: 10 }, 10, undefined],
    [{ suffix: 0 }, 10, undefined],
    [{ first: 0 }, 0, undefined],
    [{ suffix: 1 }, 0, undefined],
  ])("%j of %i bytes", (range, sizeBytes, part) => {
    expect(partOf(range, sizeBytes)).toEqual(part);
  });
});

test("a window lets exactly its part through, however the bytes come, and ends their source", async () => {
  const content = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256));
  const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 });
  const ends = fc.tuple(fc.nat(299), fc.nat(299)).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
  await fc.assert(
    fc.asyncProperty(sizes, ends, async (chunkSizes, part) => {
      const chunks: Buffer[] = [];
      for (let at = 0, next = 0; at < content.length; next += 1) {
        const size = chunkSizes[next % chunkSizes.length] ?? 1;
        chunks.push(content.subarray(at, at + size));
        at += size;
      }
      const source = Readable.from(chunks);
      const got = Buffer.concat((await Array.fromAsync(windowOf(source, part))) as Buffer[]);
      expect(got.equals(content.subarray(part.first, part.last + 1))).toBe(true);
      expect(source.destroyed).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test("a window closes once it was read, although its source has more: its session is given back then", async () => {
  const window = windowOf(Readable.from([Buffer.from("abc"), Buffer.from("def"), Buffer.from("ghi")]), {
    first: 0,
    last: 3,
  });
  const closed = once(window, "close");
  const got: Buffer[] = [];
  // As an HTTP answer reads it: piped, and not destroyed by its reader.
  window.pipe(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        got.push(chunk);
        done();
      },
    }),
  );
  await closed;
  expect(Buffer.concat(got).toString()).toBe("abcd");
});

test("a window on a content that became shorter, or breaks, is an error", async () => {
  const short = windowOf(Readable.from([Buffer.from("abc")]), { first: 1, last: 9 });
  await expect(Array.fromAsync(short)).rejects.toThrow("shorter");
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from("abc");
      throw new Error("cut");
    })(),
  );
  await expect(Array.fromAsync(windowOf(broken, { first: 0, last: 9 }))).rejects.toThrow("cut");
});

describe("a spooled upload", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "spool-test-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const upload = (bytes: () => AsyncIterable<Uint8Array>) => ({ name: "a", isRepeatable: false, bytes });

  test("has its size and can be read again, and its file has no name", async () => {
    const content = Buffer.alloc(300_000, "0123456789");
    const spooled = await spool(
      upload(async function* () {
        yield content.subarray(0, 100_001);
        yield content.subarray(100_001);
      }),
      path.join(folder, "spool"),
    );
    expect(spooled.upload).toMatchObject({ name: "a", sizeBytes: 300_000, isRepeatable: true });
    expect(await readdir(path.join(folder, "spool"))).toEqual([]);
    for (let round = 0; round < 2; round += 1)
      expect(Buffer.concat(await Array.fromAsync(spooled.upload.bytes())).equals(content)).toBe(true);
    await spooled.close();
  });

  test("that breaks off leaves nothing", async () => {
    const broken = upload(async function* () {
      yield Buffer.from("half");
      throw new Error("cut");
    });
    await expect(spool(broken, folder)).rejects.toThrow("cut");
    expect((await readdir(folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});
