import { afterEach, describe, expect, test } from "vitest";
import { ConnectorError } from "#spi";
import { type Bench, type BenchOptions, bearer, bench } from "./support/app.ts";
import { casesWith, columns, oneBatch, sampleRows } from "./support/fakes.ts";

let current: Bench | undefined;
const start = (options?: BenchOptions): Bench => {
  current = bench(options);
  return current;
};
afterEach(async () => {
  await current?.app.close();
  current = undefined;
});

const post = (app: Bench["app"], path: string, accept: string | undefined, payload: object, headers = {}) =>
  app.inject({
    method: "POST",
    url: path,
    headers: { ...bearer("operator"), ...(accept !== undefined && { accept }), ...headers },
    payload,
  });
const query = (app: Bench["app"], accept?: string) =>
  post(app, "/v1/connections/own/query", accept, { table: "Contacts" });
const frames = (body: string): { type: string }[] =>
  body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("query answers", () => {
  test("JSON is one page", async () => {
    const answer = await query(start().app);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.json()).toEqual({ columns, records: sampleRows, nextPageToken: "next", warnings: [] });
  });

  test("NDJSON is columns, warnings, records and one end", async () => {
    const answer = await query(start().app, "application/x-ndjson");
    expect(answer.headers["content-type"]).toBe("application/x-ndjson");
    expect(frames(answer.body)).toEqual([
      { type: "columns", columns },
      { type: "warning", code: "LOCAL_FILTER", detail: "Filtered here." },
      ...sampleRows.map((record) => ({ type: "record", record })),
      { type: "end", count: 3 },
    ]);
    expect(answer.body).toContain("a\\u2028b");
  });

  test("CSV has a header line, empty NULL, quoted empty text and its warnings in a header", async () => {
    const answer = await query(start().app, "text/csv");
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.body).toBe('Id,Text\r\n1,a\u2028b\r\n2,\r\n3,""\r\n');
    expect(JSON.parse(String(answer.headers["x-warnings"]))).toEqual([
      { code: "LOCAL_FILTER", detail: "Filtered here." },
    ]);
  });

  test.each([
    [undefined, "application/json; charset=utf-8"],
    ["*/*", "application/json; charset=utf-8"],
    ["text/*", "text/csv; charset=utf-8; header=present"],
    ["application/x-ndjson;q=0.5, application/json;q=0.4", "application/x-ndjson"],
    ["*/*;q=0.1, text/csv", "text/csv; charset=utf-8; header=present"],
    ["application/json;q=0, */*", "application/x-ndjson"],
  ])("Accept %s gives %s", async (accept, type) => {
    expect((await query(start().app, accept)).headers["content-type"]).toBe(type);
  });

  test("an Accept without a fitting format is 406, before anything is asked of the server", async () => {
    let asked = 0;
    const cases = casesWith({
      activities: {
        query: async () => {
          asked += 1;
          throw new Error("not expected");
        },
      },
    });
    const answer = await query(start({ cases }).app, "application/xml");
    expect(answer.json()).toMatchObject({ status: 406, code: "INVALID_REQUEST" });
    expect(asked).toBe(0);
  });

  const failing = (batches: number): BenchOptions => ({
    cases: casesWith({
      activities: {
        queryStream: async () => ({
          columns,
          batches: (async function* () {
            for (let batch = 0; batch < batches; batch++) yield { rows: [{ Id: `${batch}`, Text: "x" }] };
            throw new ConnectorError("AUTHENTICATION_FAILED", "Refused.", { remote: { service: "HTTP", status: 401 } });
          })(),
        }),
      },
    }),
  });

  test("an error before the first rows keeps its status in every format", async () => {
    for (const accept of ["application/x-ndjson", "text/csv"]) {
      const answer = await query(start(failing(0)).app, accept);
      expect(answer.json()).toMatchObject({ status: 502, code: "AUTHENTICATION_FAILED" });
      await current?.app.close();
    }
  });

  test("a later error is the last NDJSON frame", async () => {
    const answer = await query(start(failing(1)).app, "application/x-ndjson");
    expect(answer.statusCode).toBe(200);
    const last = frames(answer.body).at(-1);
    expect(last).toMatchObject({ type: "error", problem: { code: "AUTHENTICATION_FAILED", status: 502 } });
    expect(frames(answer.body).filter(({ type }) => type === "end")).toEqual([]);
  });

  test("rows larger than a buffer and many rows arrive whole and in order", async () => {
    const rows = Array.from({ length: 500 }, (_, index) => ({ Id: `${index}`, Text: "ж€😀".repeat(index * 7) }));
    rows.push({ Id: "big", Text: "😀".repeat(100_000) });
    const cases = casesWith({ activities: { queryStream: async () => ({ columns, batches: oneBatch(rows) }) } });
    const answer = await query(start({ cases }).app, "application/x-ndjson");
    const records = frames(answer.body).flatMap((frame) => ("record" in frame ? [frame.record] : []));
    expect(records).toEqual(rows);
  });
});

describe("CSV fields", () => {
  test("are quoted, guarded and typed as RFC 4180 and spreadsheets need", async () => {
    const rows = [
      { Id: 'say "hi"', Text: "a,b" },
      { Id: "=1+1", Text: "-5" },
      { Id: -5, Text: true },
      { Id: ["x", { a: 1 }], Text: "line\nbreak" },
      { Id: "@cmd", Text: "+1" },
      { Id: "\tx", Text: " padded " },
    ];
    const cases = casesWith({ activities: { queryStream: async () => ({ columns, batches: oneBatch(rows) }) } });
    const answer = await query(start({ cases }).app, "text/csv");
    expect(answer.body.split("\r\n")).toEqual([
      "Id,Text",
      '"say ""hi""","a,b"',
      "'=1+1,'-5",
      "-5,true",
      '"[""x"",{""a"":1}]","line\nbreak"',
      "'@cmd,'+1",
      '\'\tx," padded "',
      "",
    ]);
  });
});

describe("write and execute answers", () => {
  const rows = { table: "Contacts", rows: [{ Name: "A" }, { Name: "B" }] };

  test("create as JSON and as NDJSON", async () => {
    const { app } = start();
    const json = await post(app, "/v1/connections/own/create", undefined, rows);
    expect(json.json()).toMatchObject({ summary: { succeeded: 2 }, outcomes: [{ index: 0 }, { index: 1 }] });
    const lines = frames((await post(app, "/v1/connections/own/create", "application/x-ndjson", rows)).body);
    expect(lines.map(({ type }) => type)).toEqual(["outcome", "outcome", "end"]);
    expect(lines[2]).toMatchObject({ count: 2, summary: { succeeded: 2, failed: 0 } });
  });

  test("a write has no CSV", async () => {
    const answer = await post(start().app, "/v1/connections/own/create", "text/csv", rows);
    expect(answer.statusCode).toBe(406);
  });

  test("execute in all three formats", async () => {
    const { app } = start();
    const call = { procedure: "SendMail", input: {} };
    const ask = (accept: string) => post(app, "/v1/connections/own/execute", accept, call);
    expect((await ask("application/json")).json()).toEqual({
      results: [{ Sent: true, Note: "=1+1" }],
      warnings: [{ code: "W", detail: "ä" }],
    });
    expect(frames((await ask("application/x-ndjson")).body).map(({ type }) => type)).toEqual([
      "columns",
      "warning",
      "record",
      "end",
    ]);
    const csv = await ask("text/csv");
    expect(csv.body).toBe("Sent,Note\r\ntrue,'=1+1\r\n");
    expect(JSON.parse(String(csv.headers["x-warnings"]))).toEqual([{ code: "W", detail: "ä" }]);
  });

  test("a saved query runs to its end over all pages in NDJSON, and answers one page in JSON", async () => {
    const { app } = start();
    const all = await post(app, "/v1/activities/a1/run", "application/x-ndjson", {});
    expect(frames(all.body).filter(({ type }) => type === "record")).toHaveLength(3);
    expect(frames(all.body).at(-1)).toEqual({ type: "end", count: 3 });
    const page = await post(app, "/v1/activities/a1/run", undefined, {});
    expect(page.json()).toMatchObject({ nextPageToken: "2" });
    expect(page.json().records).toHaveLength(2);
  });

  test("a saved activity needs no body to run", async () => {
    const { app } = start();
    const answer = await app.inject({ method: "POST", url: "/v1/activities/a1/run", headers: bearer("operator") });
    expect(answer.statusCode).toBe(200);
  });

  test("one row more than allowed is 413, with its place", async () => {
    const { app } = start({ limits: { rowsPerCall: 2 } });
    expect((await post(app, "/v1/connections/own/create", undefined, rows)).statusCode).toBe(200);
    const three = { ...rows, rows: [{}, {}, {}] };
    const refused = await post(app, "/v1/connections/own/create", undefined, three);
    expect(refused.json()).toMatchObject({
      status: 413,
      code: "TOO_LARGE",
      effect: "none",
      errors: [{ pointer: "/rows" }],
    });
    const run = await post(app, "/v1/activities/a1/run", undefined, { rows: three.rows });
    expect(run.statusCode).toBe(413);
  });
});

test("asynchronous answers are refused plainly", async () => {
  const { app } = start();
  const async_ = await post(
    app,
    "/v1/connections/own/query",
    undefined,
    { table: "T" },
    { prefer: "respond-async, wait=1" },
  );
  expect(async_.json()).toMatchObject({ status: 422, code: "UNSUPPORTED" });
});

test("a test on the group answers the report of each agent", async () => {
  const { app } = start();
  const group = await app.inject({
    method: "POST",
    url: "/v1/connections/own/test?agents=group",
    headers: bearer("agent"),
  });
  expect(group.statusCode).toBe(200);
  expect(group.json()).toMatchObject({
    reports: [{ status: "succeeded", agent: "agent-1", connectorVersion: "1.2.3" }],
  });
});
