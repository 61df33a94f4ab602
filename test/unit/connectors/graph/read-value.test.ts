import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { HttpClient, HttpRequest } from "#spi";
import { GraphCalls } from "../../../../connectors/microsoft-exchange/graph/call.ts";
import { readValue } from "../../../../connectors/microsoft-exchange/graph/contents/read-value.ts";
import { config, fakeGraph, neverAborted } from "./fake-graph.ts";

interface Scripted {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads a `$value` from a server that answers as the script says, one answer after the other. */
function read(answers: readonly Scripted[], range?: Parameters<typeof readValue>[3]) {
  const asked: HttpRequest[] = [];
  const http: HttpClient = {
    async request(request) {
      const { status, headers = {}, body } = answers[asked.length] ?? { status: 500, body: "" };
      asked.push(request);
      return {
        status,
        headers,
        header: (name) => [headers[name] ?? []].flat(),
        body: Readable.from([Buffer.from(body)]),
        text: async () => body,
        json: async () => JSON.parse(body),
        discard: async () => undefined,
      };
    },
  };
  const calls = new GraphCalls(config, { ...fakeGraph(() => ({})).context, http });
  const owner = { path: "/me", mailbox: "me" };
  const head = () => ({ name: "a", contentType: "a/b" });
  const content = readValue(calls, owner, "/me/messages/M/$value", range, head, neverAborted);
  return { asked, content };
}

const textOf = async (body: Readable) => Buffer.concat((await Array.fromAsync(body)) as Buffer[]).toString();

describe("a $value", () => {
  test("of a server that honours a range is that part, with the size of the whole", async () => {
    const answer = { status: 206, headers: { "content-range": "bytes 2-4/10" }, body: "cde" };
    const { asked, content } = read([answer], { first: 2, last: 4 });
    const { part, sizeBytes, body } = await content;
    expect(asked[0]?.headers).toMatchObject({ range: "bytes=2-4", "accept-encoding": "identity" });
    expect({ part, sizeBytes, text: await textOf(body) }).toEqual({
      part: { first: 2, last: 4 },
      sizeBytes: 10,
      text: "cde",
    });
  });

  test("of a server that knows no ranges is the whole", async () => {
    const whole = { status: 200, headers: { "content-length": "10" }, body: "abcdefghij" };
    const { part, sizeBytes, body } = await read([whole], { suffix: 3 }).content;
    expect({ part, sizeBytes, text: await textOf(body) }).toEqual({ sizeBytes: 10, text: "abcdefghij" });
  });

  test("beyond whose end the range lies is asked for whole", async () => {
    const { asked, content } = read(
      [
        { status: 416, body: "" },
        { status: 200, body: "abc" },
      ],
      { first: 99 },
    );
    expect(await textOf((await content).body)).toBe("abc");
    expect(asked[1]?.headers).not.toHaveProperty("range");
  });

  test("that is compressed tells no size, and a part without its place is refused", async () => {
    const coded = { status: 200, headers: { "content-length": "5", "content-encoding": "gzip" }, body: "abc" };
    expect((await read([coded]).content).sizeBytes).toBeUndefined();
    await expect(read([{ status: 206, body: "abc" }], { first: 1 }).content).rejects.toMatchObject({
      code: "PROTOCOL",
    });
  });

  test("that is not there is Graph's own refusal", async () => {
    const body = JSON.stringify({ error: { code: "ErrorItemNotFound", message: "gone" } });
    await expect(read([{ status: 404, body }]).content).rejects.toMatchObject({
      code: "NOT_FOUND",
      remote: { code: "ErrorItemNotFound" },
    });
  });
});
