import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { QueryPage } from "../../src/runtime/use-cases.ts";
import { type Bench, type BenchOptions, bearer, bench, listen } from "./support/app.ts";
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

/** Writes raw bytes to the service and answers everything it says until it closes. */
async function raw(base: string, ...pieces: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(base).port), "127.0.0.1");
  await once(socket, "connect");
  for (const piece of pieces) socket.write(piece);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  await once(socket, "close");
  return Buffer.concat(chunks).toString();
}

interface Gated {
  readonly options: BenchOptions;
  readonly entered: Promise<void>;
  readonly release: () => void;
}

/** A query that waits until it is told. */
function gated(): Gated {
  const gate = Promise.withResolvers<QueryPage>();
  const entered = Promise.withResolvers<void>();
  const query = (): Promise<QueryPage> => {
    entered.resolve();
    return gate.promise;
  };
  return {
    options: { cases: casesWith({ activities: { query } }) },
    entered: entered.promise,
    release: () => gate.resolve({ columns: [], records: [], warnings: [] }),
  };
}

const query = (app: Bench["app"]) =>
  app
    .inject({
      method: "POST",
      url: "/v1/connections/own/query",
      headers: bearer("operator"),
      payload: { table: "T" },
    })
    .then((answer) => answer);

describe("admission", () => {
  test("refuses what is beyond the limit with 503 and Retry-After, never health", async () => {
    const { options, release } = gated();
    const { app } = start({ ...options, limits: { inFlight: 2 } });
    const busy = [query(app), query(app)];
    await new Promise((resolve) => setImmediate(resolve));
    const refused = await query(app);
    expect(refused.json()).toMatchObject({ status: 503, code: "BUSY" });
    expect(refused.headers["retry-after"]).toBe("1");
    expect((await app.inject("/livez")).statusCode).toBe(200);
    expect((await app.inject("/readyz")).statusCode).toBe(200);
    release();
    expect((await Promise.all(busy)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect((await query(app)).statusCode).toBe(200);
  });

  test("counts a place free again when the caller left", async () => {
    const { options, entered, release } = gated();
    const { app } = start({ ...options, limits: { inFlight: 1 } });
    const base = await listen(app);
    const leave = new AbortController();
    const left = fetch(`${base}/v1/connections/own/query`, {
      method: "POST",
      headers: { ...bearer("operator"), "content-type": "application/json" },
      body: '{"table":"T"}',
      signal: leave.signal,
    });
    await entered;
    expect((await app.inject({ url: "/v1/connectors", headers: bearer("operator") })).statusCode).toBe(503);
    leave.abort();
    await expect(left).rejects.toThrow();
    await expect
      .poll(async () => (await app.inject({ url: "/v1/connectors", headers: bearer("operator") })).statusCode)
      .toBe(200);
    release();
  });
});

describe("rates", () => {
  test("a key's requests are limited, and come back with time", async () => {
    const { app, clock } = start({ limits: { keyRequestsPerMinute: 3 } });
    const ask = (scope: "designer" | "auditor") => app.inject({ url: "/v1/connections", headers: bearer(scope) });
    for (let count = 0; count < 3; count++) expect((await ask("designer")).statusCode).toBe(200);
    const refused = await ask("designer");
    expect(refused.json()).toMatchObject({ status: 429, code: "RATE_LIMITED", retryAfterMs: 20_000 });
    expect(refused.headers["retry-after"]).toBe("20");
    expect((await ask("auditor")).statusCode).toBe(200);
    clock.advance(20_000);
    expect((await ask("designer")).statusCode).toBe(200);
    expect((await ask("designer")).statusCode).toBe(429);
  });

  test("ten bad keys a minute from an address, then 429; good keys and other addresses pass", async () => {
    const { app, clock } = start({ behindTlsProxy: true });
    const ask = (key: string, address: string) =>
      app.inject({
        url: "/v1/connections",
        headers: { authorization: `Bearer ${key}`, "x-forwarded-for": `6.6.6.6, ${address}` },
      });
    for (let count = 0; count < 10; count++) expect((await ask("bad", "1.1.1.1")).statusCode).toBe(401);
    const refused = await ask("bad", "1.1.1.1");
    expect(refused.json()).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect((await ask("key-designer", "1.1.1.1")).statusCode).toBe(200);
    expect((await ask("bad", "2.2.2.2")).statusCode).toBe(401);
    clock.advance(60_000);
    expect((await ask("bad", "1.1.1.1")).statusCode).toBe(401);
  });
});

describe("sizes", () => {
  const send = (app: Bench["app"], path: string, payload: string) =>
    app.inject({
      method: "POST",
      url: `/v1/connections/own/${path}`,
      headers: { ...bearer("operator"), "content-type": "application/json" },
      payload,
    });
  const padded = (body: object, bytes: number): string => {
    const text = JSON.stringify(body);
    return text + " ".repeat(bytes - text.length);
  };

  test("bodies hold to n bytes and are 413 at n+1, more for routes that carry attachments", async () => {
    const { app } = start({ limits: { bodyBytes: 200, largeBodyBytes: 400 } });
    expect((await send(app, "query", padded({ table: "T" }, 200))).statusCode).toBe(200);
    const refused = await send(app, "query", padded({ table: "T" }, 201));
    expect(refused.json()).toMatchObject({ status: 413, code: "TOO_LARGE" });
    const write = { table: "T", rows: [] };
    expect((await send(app, "create", padded(write, 400))).statusCode).toBe(200);
    expect((await send(app, "create", padded(write, 401))).statusCode).toBe(413);
  });

  test("a large refused body gets its answer over a socket, and the connection lives", async () => {
    const base = await listen(start({ limits: { bodyBytes: 1000 } }).app);
    for (let round = 0; round < 3; round++) {
      const answer = await fetch(`${base}/v1/connections/own/query`, {
        method: "POST",
        headers: { ...bearer("operator"), "content-type": "application/json" },
        body: "x".repeat(3_000_000),
      });
      expect(answer.status).toBe(413);
      await answer.text();
    }
  });

  test("headers beyond 16 KiB are 431, and bytes that are no HTTP are 400, both as problems", async () => {
    const base = await listen(start().app);
    const large = await raw(base, `GET /livez HTTP/1.1\r\nHost: x\r\nX-Large: ${"x".repeat(17_000)}\r\n\r\n`);
    expect(large).toMatch(/^HTTP\/1\.1 431 /);
    expect(large).toContain('"code":"INVALID_REQUEST"');
    const nonsense = await raw(base, "NOT HTTP\r\n\r\n");
    expect(nonsense).toMatch(/^HTTP\/1\.1 400 /);
    expect(nonsense).toContain("application/problem+json");
  });
});

describe("slow callers", () => {
  test("a body that does not arrive in time is 408 and the connection ends", async () => {
    const base = await listen(start({ limits: { requestTimeoutMs: 40 } }).app);
    const answer = await raw(
      base,
      "POST /v1/connections/own/query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-operator\r\n",
      "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer.toLowerCase()).toContain("connection: close");
  });

  test("a refused body that never ends holds its connection for that time only", async () => {
    const base = await listen(start({ limits: { requestTimeoutMs: 40 } }).app);
    const answer = await raw(
      base,
      "POST /v1/connections/own/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test("the limits of Node's server are set", () => {
    const { server } = start().app;
    expect(server.requestTimeout).toBe(3_600_000);
    expect(server.headersTimeout).toBe(10_000);
    expect(server.maxConnections).toBe(2000);
    expect(server.maxRequestsPerSocket).toBe(10_000);
  });
});

describe("drain", () => {
  test("refuses new work, tells readiness, closes connections after their answers, and loses none", async () => {
    const { options, entered, release } = gated();
    let drained = false;
    const { app } = start({
      ...options,
      cases: {
        ...options.cases!,
        health: {
          readiness: async () => (drained ? "draining" : "ready"),
          drain: () => {
            drained = true;
          },
        },
      },
    });
    const base = await listen(app);
    const agent = new Agent({ keepAlive: true });
    const ask = (method: string, path: string, body?: string) =>
      new Promise<{ status: number; connection: string | undefined; retryAfter: string | undefined }>(
        (resolve, reject) => {
          const sent = httpRequest(`${base}${path}`, {
            method,
            agent,
            headers: { ...bearer("operator"), ...(body !== undefined && { "content-type": "application/json" }) },
          });
          sent.on("response", (answer) => {
            answer.resume();
            answer.on("end", () =>
              resolve({
                status: answer.statusCode!,
                connection: answer.headers.connection,
                retryAfter: answer.headers["retry-after"],
              }),
            );
          });
          sent.on("error", reject);
          sent.end(body);
        },
      );
    expect((await ask("GET", "/v1/connectors")).connection).toBe("keep-alive");
    const running = ask("POST", "/v1/connections/own/query", '{"table":"T"}');
    await entered;
    app.beginDrain();
    expect(await ask("GET", "/v1/connectors")).toEqual({ status: 503, connection: "close", retryAfter: "5" });
    expect(await ask("GET", "/readyz")).toMatchObject({ status: 503, connection: "close" });
    expect(await ask("GET", "/livez")).toMatchObject({ status: 200, connection: "close" });
    const startedAt = performance.now();
    const closing = app.close();
    release();
    expect(await running).toMatchObject({ status: 200, connection: "close" });
    await closing;
    expect(performance.now() - startedAt).toBeLessThan(2000);
    agent.destroy();
  });
});
