import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { type Batch, ConnectorError } from "#spi";
import { type Bench, bearer, bench, listen } from "./support/app.ts";
import { casesWith, columns } from "./support/fakes.ts";

let current: Bench | undefined;
afterEach(async () => {
  await current?.app.close();
  current = undefined;
});

interface Source {
  readonly base: string;
  readonly pages: () => number;
  readonly aborted: Promise<void>;
  readonly returned: Promise<void>;
}

const rowsPerPage = 1000;
const page = (index: number): Batch => ({
  rows: Array.from({ length: rowsPerPage }, (_, row) => ({ Id: `${index}-${row}`, Text: "x".repeat(1000) })),
});

/** A service whose query answers up to that many pages of 1 MB, after which it does what `last` says. */
async function startStream(limit: number, last: () => void = () => undefined): Promise<Source> {
  let pages = 0;
  const aborted = Promise.withResolvers<void>();
  const returned = Promise.withResolvers<void>();
  current = bench({
    cases: casesWith({
      activities: {
        queryStream: async (call) => {
          call.signal.addEventListener("abort", () => aborted.resolve());
          return {
            columns,
            batches: (async function* () {
              try {
                while (pages < limit) {
                  yield page(pages++);
                  await new Promise((resolve) => setImmediate(resolve));
                }
                last();
              } finally {
                returned.resolve();
              }
            })(),
          };
        },
      },
    }),
  });
  return { base: await listen(current.app), pages: () => pages, aborted: aborted.promise, returned: returned.promise };
}

async function open(base: string, accept: string): Promise<IncomingMessage> {
  const sent = httpRequest(`${base}/v1/connections/own/query`, {
    method: "POST",
    agent: false,
    headers: { ...bearer("operator"), "content-type": "application/json", accept },
  });
  sent.end('{"table":"T"}');
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return answer;
}

describe("streams over a socket", () => {
  test("a caller who does not read stops the pages", async () => {
    const source = await startStream(500);
    const answer = await open(source.base, "application/x-ndjson");
    answer.pause();
    let before = -1;
    // Pages stop when the kernel's buffers are full: wait until two looks agree.
    while (before !== source.pages()) {
      before = source.pages();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(source.pages()).toBeLessThan(100);
    answer.destroy();
    await source.returned;
  });

  test("a caller who leaves ends the reading and aborts the call", async () => {
    for (const accept of ["application/x-ndjson", "text/csv"]) {
      const source = await startStream(10_000);
      const answer = await open(source.base, accept);
      await once(answer, "data");
      answer.destroy();
      await source.aborted;
      await source.returned;
      expect(current?.lines.filter(({ level }) => level === "error")).toEqual([]);
      expect(current?.lines.some(({ fields }) => fields["status"] === 499)).toBe(true);
      await current?.app.close();
    }
  });

  test("a caller who stays and reads everything never aborts the call", async () => {
    let isAborted = false;
    const source = await startStream(3);
    void source.aborted.then(() => {
      isAborted = true;
    });
    const answer = await open(source.base, "application/x-ndjson");
    let text = "";
    for await (const chunk of answer) text += chunk;
    expect(text.trimEnd().split("\n")).toHaveLength(1 + 3 * rowsPerPage + 1);
    await source.returned;
    await new Promise((resolve) => setImmediate(resolve));
    expect(isAborted).toBe(false);
  });

  test("an error after the first byte is a last frame in NDJSON and a cut in CSV", async () => {
    const fail = (): never => {
      throw new ConnectorError("UNREACHABLE", "Gone.");
    };
    const framed = await open((await startStream(2, fail)).base, "application/x-ndjson");
    let text = "";
    for await (const chunk of framed) text += chunk;
    expect(JSON.parse(text.trimEnd().split("\n").at(-1)!)).toMatchObject({ type: "error" });
    await current?.app.close();
    const cut = await open((await startStream(2, fail)).base, "text/csv");
    await expect(
      (async () => {
        for await (const chunk of cut) void chunk;
      })(),
    ).rejects.toThrow();
  });

  test("the first page is out before the second is ready", async () => {
    const gate = Promise.withResolvers<void>();
    current = bench({
      cases: casesWith({
        activities: {
          queryStream: async () => ({
            columns,
            batches: (async function* () {
              yield { rows: [{ Id: "first", Text: "x" }] };
              await gate.promise;
              yield { rows: [{ Id: "second", Text: "x" }] };
            })(),
          }),
        },
      }),
    });
    const answer = await open(await listen(current.app), "application/x-ndjson");
    let text = "";
    for await (const chunk of answer) {
      text += chunk;
      if (text.includes("first")) gate.resolve();
    }
    expect(text).toContain("second");
  });
});
