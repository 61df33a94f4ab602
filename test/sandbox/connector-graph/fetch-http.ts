import { Readable } from "node:stream";
import type { HttpClient } from "#spi";

/** The transport's interface over Node's fetch, for tests of what lies above it. */
export const fetchHttp: HttpClient = {
  async request({ method, url, headers, body, signal }) {
    const answer = await fetch(url, {
      method,
      signal,
      redirect: "manual",
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
    });
    const names = Object.fromEntries(answer.headers);
    const content = Buffer.from(await answer.arrayBuffer());
    return {
      status: answer.status,
      headers: names,
      header: (name) => (names[name] === undefined ? [] : [names[name]]),
      body: Readable.from([content]),
      text: async () => content.toString("utf8"),
      json: async () => JSON.parse(content.toString("utf8")),
      discard: async () => undefined,
    };
  },
};
