import { afterEach, describe, expect, test } from "vitest";
import { ConnectorError, type RowOutcome } from "#spi";
import { type Bench, type BenchOptions, bearer, bench, listen } from "./support/app.ts";
import { casesWith, succeedUpload } from "./support/fakes.ts";

let current: Bench | undefined;
const start = (options?: BenchOptions): Bench => {
  current = bench(options);
  return current;
};
afterEach(async () => {
  await current?.app.close();
  current = undefined;
});

const record = (id: string): string => `${JSON.stringify({ type: "record", record: { Id: id } })}\n`;
const upload = (app: Bench["app"], payload: string, headers: object = {}, query = "?table=Contacts") =>
  app.inject({
    method: "POST",
    url: `/v1/connections/own/create${query}`,
    headers: { ...bearer("operator"), "content-type": "application/x-ndjson", ...headers },
    payload,
  });

describe("NDJSON uploads", () => {
  test("answer the outcome of every row as JSON", async () => {
    const answer = await upload(start().app, record("1") + record("2"));
    expect(answer.json()).toEqual({
      outcomes: [
        { index: 0, status: "succeeded", key: { Id: "1" } },
        { index: 1, status: "succeeded", key: { Id: "2" } },
      ],
      summary: { succeeded: 2, failed: 0, notAttempted: 0, indeterminate: 0 },
    });
  });

  test("answer frames when asked", async () => {
    const answer = await upload(start().app, record("1"), { accept: "application/x-ndjson" });
    const lines = answer.body.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(["outcome", "end"]);
    expect(JSON.parse(lines[1]!)).toMatchObject({ count: 1, summary: { succeeded: 1 } });
  });

  test("fail a bad line alone, skip blank ones and take a last line without its newline", async () => {
    const { app } = start({ limits: { largeBodyBytes: 60, jsonDepth: 4 } });
    const lines = [
      record("1"),
      "{bad json}\n",
      "\r\n",
      '{"type":"columns","columns":[]}\n',
      '{"Id":"bare"}\n',
      `{"type":"record","record":{"Id":"${"x".repeat(100)}"}}\n`,
      '{"type":"record","record":{"Id":[[[1]]]}}\n',
      '{"type":"record","record":{},"more":1}\n',
      record("8").trimEnd(),
    ];
    const { outcomes } = (await upload(app, lines.join(""))).json();
    expect(outcomes.map((outcome: RowOutcome) => outcome.error?.code ?? outcome.status)).toEqual([
      "succeeded",
      "INVALID_REQUEST",
      "INVALID_REQUEST",
      "INVALID_REQUEST",
      "TOO_LARGE",
      "INVALID_REQUEST",
      "INVALID_REQUEST",
      "succeeded",
    ]);
  });

  test("hand table and onRowError on", async () => {
    const seen: unknown[] = [];
    const cases = casesWith({
      activities: {
        writeStream: (_call, connection, kind, target, rows) => {
          seen.push(connection, kind, target);
          return succeedUpload(rows);
        },
      },
    });
    await upload(start({ cases }).app, record("1"), {}, "?table=Contacts&onRowError=stop");
    expect(seen).toEqual(["own", "create", { table: "Contacts", onRowError: "stop" }]);
  });

  test("need their table; a JSON body doesn't take it from the query string", async () => {
    const { app } = start();
    expect((await upload(app, record("1"), {}, "")).json()).toMatchObject({
      status: 400,
      errors: [{ parameter: "table" }],
    });
    const json = await app.inject({
      method: "POST",
      url: "/v1/connections/own/create?table=Contacts",
      headers: bearer("operator"),
      payload: { table: "Contacts", rows: [] },
    });
    expect(json.statusCode).toBe(400);
  });

  test("that break in the middle keep the outcomes known so far", async () => {
    const cases = casesWith({
      activities: {
        writeStream: async function* () {
          yield [{ index: 0, status: "succeeded" }] as const;
          throw new ConnectorError("UNREACHABLE", "Gone.");
        },
      },
    });
    const json = await upload(start({ cases }).app, record("1") + record("2"));
    expect(json.statusCode).toBe(502);
    expect(json.headers["content-type"]).toBe("application/problem+json");
    expect(json.json()).toMatchObject({ effect: "unknown", outcomes: [{ index: 0 }], summary: { succeeded: 1 } });
    await current?.app.close();
    const framed = await upload(start({ cases }).app, record("1"), { accept: "application/x-ndjson" });
    expect(framed.statusCode).toBe(200);
    expect(JSON.parse(framed.body.trimEnd().split("\n").at(-1)!)).toMatchObject({
      type: "error",
      problem: { code: "UNREACHABLE" },
    });
  });
});

describe("NDJSON uploads over a socket", () => {
  test("stream: outcomes come while rows are still being sent", async () => {
    const base = await listen(start().app);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const pending = fetch(`${base}/v1/connections/own/create?table=Contacts`, {
      method: "POST",
      headers: { ...bearer("operator"), "content-type": "application/x-ndjson", accept: "application/x-ndjson" },
      body: readable,
      duplex: "half",
    } as RequestInit);
    await writer.write(encoder.encode(record("1").slice(0, 10)));
    await writer.write(encoder.encode(record("1").slice(10) + record("2")));
    const answer = await pending;
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes('"index":1')) seen += (await reader.read()).value;
    expect(seen).not.toContain('"type":"end"');
    await writer.write(encoder.encode(record("3")));
    await writer.close();
    for (let next = await reader.read(); !next.done; next = await reader.read()) seen += next.value;
    expect(JSON.parse(seen.trimEnd().split("\n").at(-1)!)).toMatchObject({ type: "end", count: 3 });
  });

  test("that stop early still get their answer", async () => {
    const cases = casesWith({
      activities: {
        writeStream: async function* (_call, _connection, _kind, _target, rows) {
          for await (const batch of rows) {
            void batch;
            yield [{ index: 0, status: "failed", error: { code: "NOT_FOUND", detail: "No." } }] as const;
            return;
          }
        },
      },
    });
    const base = await listen(start({ cases }).app);
    const answer = await fetch(`${base}/v1/connections/own/create?table=Contacts&onRowError=stop`, {
      method: "POST",
      headers: { ...bearer("operator"), "content-type": "application/x-ndjson" },
      body: record("x").repeat(200_000),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ summary: { failed: 1 } });
  });

  test("that pause too long end with 408", async () => {
    const { app, clock } = start({ limits: { uploadIdleMs: 1000 } });
    const base = await listen(app);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const pending = fetch(`${base}/v1/connections/own/create?table=Contacts`, {
      method: "POST",
      headers: { ...bearer("operator"), "content-type": "application/x-ndjson" },
      body: readable,
      duplex: "half",
    } as RequestInit);
    await writable.getWriter().write(new TextEncoder().encode(" "));
    let settled = false;
    const done = pending.finally(() => {
      settled = true;
    });
    while (!settled) {
      clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await done).status).toBe(408);
  });
});
