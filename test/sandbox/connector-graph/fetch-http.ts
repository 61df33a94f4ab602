import { Readable } from "node:stream";
import type { HttpClient } from "#spi";

/** The transport's interface over Node's fetch, for tests of what lies above it. */
export const fetchHttp: HttpClient = {
  async request({ method, url, headers, body, signal }) {
    const content = body instanceof Readable ? await toBytes(body) : body;
    const answer = await fetch(url, {
      method,
      signal,
      redirect: "manual",
      ...(headers === undefined ? {} : { headers }),
      ...(content === undefined ? {} : { body: content as string | Uint8Array<ArrayBuffer> }),
    });
    const names = Object.fromEntries(answer.headers);
    const received = Buffer.from(await answer.arrayBuffer());
    return {
      status: answer.status,
      headers: names,
      header: (name) => (names[name] === undefined ? [] : [names[name]]),
      body: Readable.from([received]),
      text: async () => received.toString("utf8"),
      json: async () => JSON.parse(received.toString("utf8")),
      discard: async () => undefined,
    };
  },
};

async function toBytes(stream: Readable): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part as Uint8Array);
  return Buffer.concat(parts);
}
