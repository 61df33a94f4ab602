import { afterEach, describe, expect, test } from "vitest";
import { ConnectorError } from "#spi";
import type { WriteResult } from "../../src/runtime/use-cases.ts";
import { type Bench, bearer, bench } from "./support/app.ts";
import { casesWith } from "./support/fakes.ts";

let current: Bench | undefined;
afterEach(async () => {
  await current?.app.close();
  current = undefined;
});

const result: WriteResult = {
  outcomes: [{ index: 0, status: "succeeded", key: { Id: "1" } }],
  summary: { succeeded: 1, failed: 0, notAttempted: 0, indeterminate: 0 },
};

/** An app whose writes do what the list says, one after the other. */
function startWith(steps: readonly (WriteResult | Error)[]): { app: Bench["app"]; calls: () => number } {
  let calls = 0;
  const write = async (): Promise<WriteResult> => {
    const step = steps[calls++];
    if (step === undefined || step instanceof Error) throw step ?? new Error("one call too many");
    return step;
  };
  current = bench({
    cases: casesWith({
      activities: {
        write,
        writeStream: async function* (_call, _connection, _kind, _target, rows) {
          for await (const batch of rows) void batch;
          yield (await write()).outcomes;
        },
      },
    }),
  });
  return { app: current.app, calls: () => calls };
}

const create = (app: Bench["app"], key: string, payload: object = { table: "T", rows: [{ A: 1 }] }, path = "own") =>
  app.inject({
    method: "POST",
    url: `/v1/connections/${path}/create`,
    headers: { ...bearer("operator"), "idempotency-key": key },
    payload,
  });

describe("Idempotency-Key", () => {
  test("replays the stored answer of the same request, byte for byte", async () => {
    const { app, calls } = startWith([result]);
    const first = await create(app, "k1");
    const second = await create(app, "k1");
    expect(first.headers["idempotency-replayed"]).toBeUndefined();
    expect(second.headers["idempotency-replayed"]).toBe("true");
    expect(second.statusCode).toBe(200);
    expect(second.body).toBe(first.body);
    expect(second.headers["content-type"]).toBe(first.headers["content-type"]);
    expect(calls()).toBe(1);
  });

  test("refuses the same key with another body or query string", async () => {
    const { app } = startWith([result]);
    await create(app, "k1");
    const other = await create(app, "k1", { table: "T", rows: [{ A: 2 }] });
    expect(other.json()).toMatchObject({ status: 409, code: "CONFLICT" });
  });

  test("replays the stored answer to another Accept too", async () => {
    const { app, calls } = startWith([result]);
    const first = await create(app, "k1");
    const again = await app.inject({
      method: "POST",
      url: "/v1/connections/own/create",
      headers: { ...bearer("operator"), "idempotency-key": "k1", accept: "application/x-ndjson" },
      payload: { table: "T", rows: [{ A: 1 }] },
    });
    expect([again.headers["idempotency-replayed"], again.body, calls()]).toEqual(["true", first.body, 1]);
  });

  test("is its own per path", async () => {
    const { app, calls } = startWith([result, result]);
    await create(app, "k1", undefined, "own");
    await create(app, "k1", undefined, "foreign");
    expect(calls()).toBe(2);
  });

  test("refuses while the first is running, with Retry-After", async () => {
    const gate = Promise.withResolvers<WriteResult>();
    current = bench({ cases: casesWith({ activities: { write: () => gate.promise } }) });
    // An injected request starts when it is awaited.
    const first = create(current.app, "k1").then((answer) => answer);
    const second = await create(current.app, "k1");
    expect(second.json()).toMatchObject({ status: 409, code: "CONFLICT", retryAfterMs: 2000 });
    expect(second.headers["retry-after"]).toBe("2");
    gate.resolve(result);
    expect((await first).statusCode).toBe(200);
  });

  test("is free again after a refusal that attempted nothing", async () => {
    const { app, calls } = startWith([
      new ConnectorError("INVALID_QUERY", "No."),
      new ConnectorError("BUSY", "Wait."),
      result,
    ]);
    expect((await create(app, "k1")).statusCode).toBe(422);
    expect((await create(app, "k1")).statusCode).toBe(503);
    expect((await create(app, "k1")).statusCode).toBe(200);
    expect(calls()).toBe(3);
  });

  test("keeps a problem whose effect is unknown, so that nothing is written twice", async () => {
    const late = new ConnectorError("TIMEOUT", "Late.", { effect: "unknown" });
    const large = new ConnectorError("TOO_LARGE", "More rows than can be answered.", { effect: "unknown" });
    for (const error of [late, large, new TypeError("defect")]) {
      const { app, calls } = startWith([error]);
      const first = await create(app, "k1");
      const second = await create(app, "k1");
      expect(second.statusCode).toBe(first.statusCode);
      expect(second.headers["content-type"]).toBe("application/problem+json");
      expect(second.json()).toMatchObject({ effect: "unknown" });
      expect(second.headers["idempotency-replayed"]).toBe("true");
      expect(calls()).toBe(1);
      await app.close();
    }
  });

  test("covers NDJSON uploads, whose fingerprint is their bytes", async () => {
    const { app, calls } = startWith([result]);
    const send = (payload: string) =>
      app.inject({
        method: "POST",
        url: "/v1/connections/own/create?table=T",
        headers: { ...bearer("operator"), "idempotency-key": "k1", "content-type": "application/x-ndjson" },
        payload,
      });
    const line = '{"type":"record","record":{"A":1}}\n';
    expect((await send(line)).statusCode).toBe(200);
    expect((await send(line)).headers["idempotency-replayed"]).toBe("true");
    expect((await send(line + line)).statusCode).toBe(409);
    expect(calls()).toBe(1);
  });

  test("has a sane form", async () => {
    const { app } = startWith([result]);
    for (const key of ["", "with space", "x".repeat(256)])
      expect((await create(app, key)).statusCode, JSON.stringify(key)).toBe(400);
  });

  test("an answer that cannot be stored is still given, and logged", async () => {
    current = bench({
      cases: casesWith({
        idempotency: {
          begin: async () => ({
            complete: async () => {
              throw new Error("store is down");
            },
            release: async () => undefined,
          }),
        },
      }),
    });
    expect((await create(current.app, "k1")).statusCode).toBe(200);
    expect(current.lines.some(({ level, message }) => level === "error" && message.includes("not stored"))).toBe(true);
  });
});
