import { describe, expect, test } from "vitest";
import { opened } from "../../../../connectors/microsoft-exchange/contents/content-sink.ts";

const head = { name: "a.bin", contentType: "application/octet-stream" };
const never = new AbortController().signal;

describe("a content that is filled by an upstream call", () => {
  test("is answered as soon as its head is known, and read to its end", async () => {
    const content = await opened(never, async (sink) => {
      sink.open(head);
      for (const text of ["one ", "two ", "three"]) await sink.write(Buffer.from(text));
    });
    expect(content).toMatchObject(head);
    const chunks = await Array.fromAsync(content.body);
    expect(Buffer.concat(chunks as Buffer[]).toString()).toBe("one two three");
  });

  test("waits for its reader", async () => {
    let written = 0;
    const content = await opened(never, async (sink) => {
      sink.open(head);
      for (; written < 100; written += 1) await sink.write(Buffer.alloc(64 * 1024));
    });
    await new Promise(setImmediate);
    expect(written).toBeLessThan(5);
    let length = 0;
    for await (const chunk of content.body) length += (chunk as Buffer).length;
    expect(length).toBe(100 * 64 * 1024);
  });

  test("ends the call when the reader leaves", async () => {
    let reason: unknown;
    const over = Promise.withResolvers<void>();
    const content = await opened(never, async (sink, signal) => {
      sink.open(head);
      signal.addEventListener("abort", () => {
        reason = signal.reason;
        over.resolve();
      });
      await sink.write(Buffer.alloc(1024 * 1024));
      await over.promise;
    });
    content.body.destroy();
    await over.promise;
    expect(reason).toBeInstanceOf(Error);
  });

  test("fails before its head as the call does, and after it in the body", async () => {
    await expect(opened(never, () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    const content = await opened(never, async (sink) => {
      sink.open(head);
      await sink.write(Buffer.from("half"));
      throw new Error("cut");
    });
    await expect(Array.fromAsync(content.body)).rejects.toThrow("cut");
  });
});
