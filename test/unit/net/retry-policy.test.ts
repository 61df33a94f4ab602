import { describe, expect, test } from "vitest";
import { type CallInfo, type Code, ConnectorError, type ErrorOptions } from "#spi";
import { Attempts } from "../../../src/net/attempts.ts";
import {
  answerNote,
  decideByPolicy,
  nothingAnswered,
  type RetryCondition,
  type RetryPolicy,
  underPolicy,
} from "../../../src/net/retry-policy.ts";
import { FakeClock, never, silentLog } from "./support.ts";

const error = (code: Code, options: ErrorOptions = {}) => new ConnectorError(code, code, options);
const policy = (all: readonly RetryCondition[], over: Partial<RetryPolicy> = {}): RetryPolicy => ({
  conditions: [{ all }],
  strategy: "fixed-interval",
  intervalSeconds: 10,
  count: 3,
  maxElapsedSeconds: 100,
  ...over,
});
const is = (field: RetryCondition["field"], value: string, name?: string): RetryCondition => ({
  field,
  operator: "is",
  value,
  ...(name === undefined ? {} : { name }),
});
const answered = {
  method: "POST",
  status: 503,
  headers: { "retry-after": "7", via: ["a", "b"] },
  body: "<ErrorServerBusy/>",
};
type Facts = Parameters<typeof decideByPolicy>[1];
const facts = (over: Partial<Facts> = {}): Facts => ({
  error: error("BUSY"),
  repeatable: true,
  tries: 1,
  waitedMs: 0,
  elapsedMs: 0,
  responseCode: "ErrorServerBusy",
  last: answered,
  ...over,
});

describe("a condition", () => {
  test.each<[string, readonly RetryCondition[], boolean]>([
    ["method", [is("method", "post")], true],
    ["another method", [is("method", "GET")], false],
    ["status", [is("status", "503")], true],
    ["part of a status", [{ field: "status", operator: "contains", value: "50" }], true],
    ["header", [is("header", "7", "Retry-After")], true],
    ["one of several headers", [is("header", "b", "Via")], true],
    ["a header that did not come", [is("header", "x", "X-None")], false],
    ["no such header", [{ field: "header", name: "X-None", operator: "is not", value: "x" }], true],
    ["body", [{ field: "body", operator: "contains", value: "errorserverbusy" }], true],
    ["not in the body", [{ field: "body", operator: "not contains", value: "ErrorServerBusy" }], false],
    ["error", [is("error", "BUSY")], true],
    ["the code inside the SOAP body", [is("responseCode", "ErrorServerBusy")], true],
    ["all lines must hold", [is("status", "503"), is("method", "GET")], false],
  ])("%s", (_what, all, matches) => {
    expect(decideByPolicy(policy(all), facts()) !== undefined).toBe(matches);
  });

  test("of several alternatives one is enough", () => {
    const two = {
      ...policy([is("method", "GET")]),
      conditions: [{ all: [is("status", "1")] }, { all: [is("status", "503")] }],
    };
    expect(decideByPolicy(two, facts())).toBeDefined();
  });
});

describe("a strategy", () => {
  const any = [is("status", "503")];
  const waits = (over: Partial<RetryPolicy>, more: Partial<Facts> = {}) =>
    [1, 2, 3, 4].map((tries) => decideByPolicy(policy(any, over), facts({ tries, ...more })));

  test("waits the same, or twice as long from try to try, and ends with the count", () => {
    const retry = (waitMs: number) => ({ action: "retry", waitMs });
    const over = { action: "fail", why: "tries" };
    expect(waits({})).toEqual([retry(10_000), retry(10_000), retry(10_000), over]);
    expect(waits({ strategy: "exponential-backoff" })).toEqual([retry(10_000), retry(20_000), retry(40_000), over]);
    expect(waits({ count: 0 })[0]).toEqual(over);
  });

  test("ends with the time", () => {
    expect(waits({}, { elapsedMs: 95_000 })[0]).toEqual({ action: "fail", why: "time" });
  });

  test("waits what the server asks, or does not repeat", () => {
    const honour = { strategy: "retry-after" } as const;
    const asked = error("BUSY", { waitMs: 7000 });
    expect(waits(honour, { error: asked })[3]).toEqual({ action: "pause", waitMs: 7000 });
    expect(waits(honour, { error: asked, waitedMs: 94_000 })[0]).toEqual({ action: "fail", why: "too-long" });
    expect(waits(honour)[0]).toEqual({ action: "fail", why: "permanent" });
  });

  test("a server that asks for no time again and again causes no rush without an end", () => {
    const honour = { strategy: "retry-after" } as const;
    const atOnce = error("BUSY", { waitMs: 0 });
    expect(waits(honour, { error: atOnce })[0]).toEqual({ action: "pause", waitMs: 500 });
    expect(waits(honour, { error: atOnce, elapsedMs: 99_600 })[0]).toEqual({ action: "fail", why: "too-long" });
  });

  test("never repeats a refused login: that would lock the account", () => {
    expect(waits({}, { error: error("AUTHENTICATION_FAILED") })).toEqual(Array(4).fill(undefined));
  });

  test("never repeats a write that may have happened, nor a call its caller left", () => {
    const lost = error("UNREACHABLE", { effect: "unknown" });
    expect(waits({}, { error: lost, repeatable: false })[0]).toEqual({ action: "fail", why: "effect" });
    expect(waits({}, { error: error("TIMEOUT", { causeCode: "CANCELLED" }) })[0]).toBeUndefined();
  });
});

describe("a call under a policy", () => {
  const read: CallInfo = { operation: "FindItem", repeatable: true, mailbox: "a" };
  const random = { bytes: () => new Uint8Array(), fraction: () => 0.5, uuid: () => "" };
  const attempts = (clock: FakeClock) =>
    new Attempts({ perMailbox: 4, perConnection: 8 }, { clock, random, log: silentLog });

  test("is repeated where the service itself would not, seeing what was answered", async () => {
    const clock = new FakeClock();
    const startMs = clock.now();
    let calls = 0;
    const send = async () => {
      calls++;
      Object.assign(answerNote() ?? nothingAnswered(), { method: "POST", status: 500 });
      if (calls < 3) throw error("PROTOCOL");
      return "done";
    };
    const run = () => attempts(clock).run(read, send, never);
    expect(await underPolicy(policy([is("status", "500")]), run)).toBe("done");
    expect([calls, clock.now() - startMs]).toEqual([3, 20_000]);
    calls = 0;
    await expect(run()).rejects.toMatchObject({ code: "PROTOCOL" });
    expect(calls).toBe(1);
  });

  test("follows the service's own rules where no condition matches", async () => {
    const clock = new FakeClock();
    let calls = 0;
    const send = async () => {
      calls++;
      if (calls < 2) throw error("UNREACHABLE");
      return "done";
    };
    const other = policy([is("status", "418")], { count: 0 });
    expect(await underPolicy(other, () => attempts(clock).run(read, send, never))).toBe("done");
    expect(calls).toBe(2);
  });
});
