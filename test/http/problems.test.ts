import { afterEach, describe, expect, test } from "vitest";
import { ConnectorError, mistaken } from "#spi";
import { type Bench, type BenchOptions, bearer, bench } from "./support/app.ts";
import { casesWith } from "./support/fakes.ts";

let current: Bench | undefined;
const start = (options?: BenchOptions): Bench => {
  current = bench(options);
  return current;
};
afterEach(async () => {
  await current?.app.close();
  current = undefined;
});

const query = (error: unknown): BenchOptions => ({
  cases: casesWith({
    activities: {
      query: async () => {
        throw error;
      },
    },
  }),
});
const ask = (app: Bench["app"], payload: unknown = { table: "Contacts" }) =>
  app.inject({
    method: "POST",
    url: "/v1/connections/own/query",
    headers: { ...bearer("operator"), "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });

describe("problem documents", () => {
  test("carry type, title, status, detail, code and the request id", async () => {
    const { app } = start(
      query(new ConnectorError("UNREACHABLE", "No route to the server.", { causeCode: "DNS_FAILED" })),
    );
    const answer = await app.inject({
      method: "POST",
      url: "/v1/connections/own/query",
      headers: { ...bearer("operator"), "x-request-id": "my-id.1" },
      payload: { table: "Contacts" },
    });
    expect(answer.statusCode).toBe(502);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.headers["x-request-id"]).toBe("my-id.1");
    expect(answer.json()).toEqual({
      type: "urn:problem:connector-runtime:unreachable",
      title: "Unreachable",
      status: 502,
      detail: "No route to the server.",
      code: "UNREACHABLE",
      requestId: "my-id.1",
      cause: "DNS_FAILED",
    });
  });

  test("replace a request id that is not harmless", async () => {
    const { app } = start();
    const answer = await app.inject({ url: "/livez", headers: { "x-request-id": "bad id\twith spaces" } });
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("turn a wait into Retry-After and retryAfterMs", async () => {
    const { app } = start(
      query(new ConnectorError("BUSY", "Busy.", { waitMs: 2500, remote: { service: "HTTP", status: 503 } })),
    );
    const answer = await ask(app);
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("3");
    expect(answer.json()).toMatchObject({ retryAfterMs: 2500, remote: { service: "HTTP", status: 503 } });
  });

  test("list every mistake with its pointer", async () => {
    const mistakes = [
      { pointer: "/rows/3/Start", code: "INVALID_QUERY", detail: "No date." },
      { pointer: "/rows/4/Nam", code: "UNKNOWN_COLUMN", detail: "No column Nam; the nearest is Name." },
    ] as const;
    const { app } = start(query(mistaken(mistakes)));
    const answer = await ask(app);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: "INVALID_QUERY", errors: mistakes });
  });

  test("name the path that starts an authorization", async () => {
    const { app } = start(query(new ConnectorError("AUTHORIZATION_REQUIRED", "No token.")));
    const answer = await app.inject({
      method: "POST",
      url: "/v1/connections/with%20space/query",
      headers: bearer("operator"),
      payload: { table: "Contacts" },
    });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ authorize: "/v1/connections/with%20space/authorizations" });
  });

  test("hide what a defect says, and log it", async () => {
    const { app, lines } = start(query(new TypeError("secret-in-message")));
    const answer = await ask(app);
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: "INTERNAL" });
    expect(answer.body).not.toContain("secret-in-message");
    expect(answer.body).not.toMatch(/\n? +at /);
    const logged = lines.find(({ level }) => level === "error");
    expect((logged?.fields["err"] as Error).message).toBe("secret-in-message");
    expect(logged?.fields["requestId"]).toBe(answer.json().requestId);
  });

  test("an unknown table is 404 in the path and 422 in the body; a too large answer is the server's fault", async () => {
    const unknown = new ConnectorError("UNKNOWN_TABLE", "No such table.");
    const { app } = start(query(unknown));
    expect((await ask(app)).statusCode).toBe(422);
    const path = await app.inject({ url: "/v1/connectors/test-connector/tables/Nope", headers: bearer("designer") });
    expect(path.statusCode).toBe(404);
    await app.close();
    const remote = start(query(new ConnectorError("TOO_LARGE", "Too large.", { remote: { service: "HTTP" } })));
    expect((await ask(remote.app)).statusCode).toBe(502);
  });

  test("control characters of remote texts don't pass", async () => {
    const { app } = start(query(new ConnectorError("PROTOCOL", `a\u0000b\u001b[31m${"x".repeat(5000)}`)));
    const { detail } = (await ask(app)).json();
    expect(detail.startsWith("a b [31m")).toBe(true);
    expect(detail.length).toBe(2000);
  });
});

describe("effect of writes", () => {
  const write = (error: unknown): BenchOptions => ({
    cases: casesWith({
      activities: {
        write: async () => {
          throw error;
        },
      },
    }),
  });
  const create = (app: Bench["app"]) =>
    app.inject({
      method: "POST",
      url: "/v1/connections/own/create",
      headers: bearer("operator"),
      payload: { table: "Contacts", rows: [{}] },
    });

  test.each([
    [new ConnectorError("BUSY", "Busy."), "none"],
    [new ConnectorError("TIMEOUT", "Late.", { effect: "unknown" }), "unknown"],
    [new TypeError("defect"), "unknown"],
  ])("%s is told as %s", async (error, effect) => {
    const { app } = start(write(error));
    expect((await create(app)).json()).toMatchObject({ effect });
  });

  test("a read tells none", async () => {
    const { app } = start(query(new ConnectorError("BUSY", "Busy.")));
    expect((await ask(app)).json()).not.toHaveProperty("effect");
  });
});

describe("unreadable requests", () => {
  test.each([
    ["bad JSON", '{"table": ', 400],
    ["too deep", `{"table":"T","where":${"[".repeat(40)}${"]".repeat(40)}}`, 400],
    ["__proto__", '{"table":"T","__proto__":{"a":1}}', 400],
    ["an array", "[]", 400],
    ["nothing", "", 400],
  ])("%s is INVALID_REQUEST", async (_name, payload, status) => {
    const { app } = start();
    const answer = await app.inject({
      method: "POST",
      url: "/v1/connections/own/query",
      headers: { ...bearer("operator"), "content-type": "application/json" },
      payload,
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code: "INVALID_REQUEST" });
  });

  test("depth is counted exactly", async () => {
    const { app } = start({ limits: { jsonDepth: 5 } });
    const body = (depth: number) => `{"table":"T","where":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    const send = (payload: string) =>
      app.inject({
        method: "POST",
        url: "/v1/connections/own/query",
        headers: { ...bearer("operator"), "content-type": "application/json" },
        payload,
      });
    expect((await send(body(5))).statusCode).toBe(200);
    expect((await send(body(6))).statusCode).toBe(400);
  });

  test("text of the body does not come back in the complaint", async () => {
    const { app } = start();
    const answer = await app.inject({
      method: "PUT",
      url: "/v1/connections/own/token",
      headers: { ...bearer("designer"), "content-type": "application/json" },
      payload: '{"accessToken": "canary-1", oops}',
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain("canary-1");
    expect(answer.json().detail).toMatch(/not valid JSON/);
  });

  test.each([
    ["text/plain", 415],
    ["multipart/form-data; boundary=x", 415],
    ["application/json; charset=latin1", 415],
    ["application/merge-patch+json", 415],
    ["application/x-ndjson", 415],
  ])("Content-Type %s is refused", async (type, status) => {
    const { app } = start();
    const answer = await app.inject({
      method: "POST",
      url: "/v1/connections/own/query",
      headers: { ...bearer("operator"), "content-type": type },
      payload: '{"table":"T"}',
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code: "INVALID_REQUEST", status });
  });

  test("invalid UTF-8 is refused", async () => {
    const { app } = start();
    const answer = await app.inject({
      method: "POST",
      url: "/v1/connections/own/query",
      headers: { ...bearer("operator"), "content-type": "application/json" },
      payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(answer.json()).toMatchObject({ status: 400, detail: "The body is not valid UTF-8." });
  });

  test("a member of the other form of a body is told as such", async () => {
    const { app } = start();
    const answer = await ask(app, { table: "T", sql: "SELECT 1" });
    expect(answer.json()).toMatchObject({
      status: 400,
      errors: [{ pointer: "/sql", detail: '"sql" does not go with the other members here.' }],
    });
  });

  test("an unknown member names the nearest, with its pointer", async () => {
    const { app } = start();
    const answer = await ask(app, { table: "T", colums: ["A"], orderBy: [{ column: "A", dirction: "asc" }] });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([
      {
        pointer: "/orderBy/0/dirction",
        code: "INVALID_REQUEST",
        detail: '"dirction" is not known here; the nearest known name is "direction".',
      },
      {
        pointer: "/colums",
        code: "INVALID_REQUEST",
        detail: '"colums" is not known here; the nearest known name is "columns".',
      },
    ]);
  });

  test("a mistyped main member is told as the form the rest fits", async () => {
    const { app } = start();
    const { errors } = (await ask(app, { tabel: "T", limit: 3 })).json();
    expect(errors).toContainEqual({ pointer: "/table", code: "INVALID_REQUEST", detail: "This is required." });
    expect(errors.some((error: { detail: string }) => error.detail.includes('nearest known name is "table"'))).toBe(
      true,
    );
  });

  test("an unknown query parameter names the nearest", async () => {
    const { app } = start();
    const answer = await app.inject({ url: "/v1/connections?pagesize=3", headers: bearer("designer") });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toEqual([
      {
        pointer: "",
        parameter: "pagesize",
        code: "INVALID_REQUEST",
        detail: 'Query parameter pagesize: "pagesize" is not known here; the nearest known name is "pageSize".',
      },
    ]);
  });

  test("a body where none belongs is refused", async () => {
    const { app } = start();
    const url = "/v1/connections/own/test";
    const send = (payload: object) => app.inject({ method: "POST", url, headers: bearer("agent"), payload });
    expect((await send({})).statusCode).toBe(200);
    expect((await send({ properties: { Server: "https://other.example" } })).statusCode).toBe(400);
  });

  test("unknown paths, bad paths and long names", async () => {
    const { app } = start();
    const unknown = await app.inject({ url: "/v1/nothing" });
    expect(unknown.json()).toMatchObject({ status: 404, code: "NOT_FOUND" });
    const bad = await app.inject({ url: "/v1/connections/%zz", headers: bearer("designer") });
    expect(bad.json()).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    const long = await app.inject({ url: `/v1/connections/${"x".repeat(1100)}`, headers: bearer("designer") });
    expect(long.json()).toMatchObject({ status: 414, code: "INVALID_REQUEST" });
    const fine = await app.inject({
      url: `/v1/connections/${encodeURIComponent("😀".repeat(200))}`,
      headers: bearer("designer"),
    });
    expect(fine.json()).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});
