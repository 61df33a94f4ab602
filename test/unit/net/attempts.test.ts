import { describe, expect, test } from "vitest";
import { type CallInfo, type Code, ConnectorError, type ErrorOptions } from "#spi";
import { type AttemptParts, Attempts } from "../../../src/net/attempts.ts";
import { decideRetry, type RetryFacts, retryRules } from "../../../src/net/retry.ts";
import { RollingCount } from "../../../src/net/rolling-count.ts";
import { Slots } from "../../../src/net/slots.ts";
import { FakeClock, never, silentLog } from "./support.ts";

const read: CallInfo = { operation: "FindItem", repeatable: true, mailbox: "a" };
const write: CallInfo = { operation: "CreateItem", repeatable: false, mailbox: "a" };
const error = (code: Code, options: ErrorOptions = {}) => new ConnectorError(code, code, options);

describe("the decision", () => {
  const facts = (more: Partial<RetryFacts>): RetryFacts => ({
    error: error("UNREACHABLE"),
    repeatable: true,
    tries: 1,
    elapsedMs: 0,
    waitedMs: 0,
    hasBudget: true,
    jitter: 0.5,
    ...more,
  });

  test.each<[string, Partial<RetryFacts>, ReturnType<typeof decideRetry>]>([
    ["a read after a cut", { error: error("UNREACHABLE", { effect: "unknown" }) }, { action: "retry", waitMs: 250 }],
    ["a write before anything left", { repeatable: false }, { action: "retry", waitMs: 250 }],
    [
      "a write that may have happened",
      { repeatable: false, error: error("UNREACHABLE", { effect: "unknown" }) },
      { action: "fail", why: "effect" },
    ],
    [
      "a write the server was too busy for",
      { repeatable: false, error: error("BUSY") },
      { action: "retry", waitMs: 250 },
    ],
    ["the server's word", { error: error("BUSY", { waitMs: 7000 }) }, { action: "pause", waitMs: 7000 }],
    ["a short word is no rush", { error: error("BUSY", { waitMs: 3 }) }, { action: "pause", waitMs: 500 }],
    ["no word", { error: error("BUSY", { waitMs: 0 }) }, { action: "retry", waitMs: 250 }],
    ["a word beyond the minute", { error: error("BUSY", { waitMs: 61_000 }) }, { action: "fail", why: "too-long" }],
    [
      "words that sum up",
      { error: error("BUSY", { waitMs: 20_000 }), waitedMs: 41_000 },
      { action: "fail", why: "too-long" },
    ],
    [
      "words are no failed tries",
      { error: error("BUSY", { waitMs: 1000 }), tries: 9 },
      { action: "pause", waitMs: 1000 },
    ],
    ["the fifth try was the last", { tries: 5 }, { action: "fail", why: "tries" }],
    ["the fourth was not", { tries: 4, jitter: 0.999 }, { action: "retry", waitMs: 3996 }],
    ["a minute is over", { elapsedMs: 59_900 }, { action: "fail", why: "time" }],
    ["the budget is used up", { hasBudget: false }, { action: "fail", why: "budget" }],
    [
      "refused credentials",
      { error: error("AUTHENTICATION_FAILED", { retry: "later" }) },
      { action: "fail", why: "permanent" },
    ],
    ["no right", { error: error("ACCESS_DENIED") }, { action: "fail", why: "permanent" }],
    ["a bad certificate", { error: error("CERTIFICATE") }, { action: "fail", why: "permanent" }],
    ["no token", { error: error("AUTHORIZATION_REQUIRED") }, { action: "fail", why: "permanent" }],
    [
      "a call its caller left",
      { error: error("TIMEOUT", { causeCode: "CANCELLED" }) },
      { action: "fail", why: "permanent" },
    ],
    ["a proxy login", { error: error("UNREACHABLE", { retry: "never" }) }, { action: "fail", why: "permanent" }],
    ["a defect", { error: error("INTERNAL") }, { action: "fail", why: "permanent" }],
  ])("%s", (_what, more, decision) => {
    expect(decideRetry(facts(more))).toEqual(decision);
  });

  test("the ceiling doubles up to 30 s", () => {
    const longest = (tries: number) => {
      const decision = decideRetry(facts({ tries, jitter: 1 }));
      return decision.action === "retry" ? decision.waitMs : undefined;
    };
    expect([1, 2, 3, 4].map(longest)).toEqual([500, 1000, 2000, 4000]);
    expect(retryRules.capMs).toBe(30_000);
  });
});

function setUp(parts: Partial<AttemptParts> = {}, limits = { perMailbox: 4, perConnection: 8 }) {
  const clock = new FakeClock();
  const pauses: number[] = [];
  const random = { bytes: () => new Uint8Array(), fraction: () => 0.5, uuid: () => "" };
  const onPause = (untilMs: number) => pauses.push(untilMs);
  const attempts = new Attempts(limits, { clock, random, log: silentLog, onPause, ...parts });
  return { attempts, clock, pauses };
}

/** Answers the scripted outcomes one after the other; errors are thrown. */
function script(...outcomes: readonly (ConnectorError | string)[]) {
  const left = [...outcomes];
  const send = async () => {
    send.calls++;
    const outcome = left.shift() ?? "done";
    if (outcome instanceof ConnectorError) throw outcome;
    return outcome;
  };
  send.calls = 0;
  return send;
}

describe("one call", () => {
  test("is repeated after growing waits until it succeeds", async () => {
    const { attempts, clock } = setUp();
    const send = script(error("UNREACHABLE"), error("TIMEOUT"), "done");
    expect(await attempts.run(read, send, never)).toBe("done");
    expect(clock.sleeps).toEqual([250, 500]);
  });

  test("ends after five tries with the last error", async () => {
    const { attempts } = setUp();
    const send = script(...Array.from({ length: 9 }, (_, at) => error("UNREACHABLE", { causeCode: `C${at}` })));
    await expect(attempts.run(read, send, never)).rejects.toMatchObject({ causeCode: "C4" });
    expect(send.calls).toBe(5);
  });

  test("is tried once, and no busy server waited for, where that is asked", async () => {
    for (const failed of [error("UNREACHABLE"), error("BUSY", { waitMs: 1000 })]) {
      const { attempts, clock } = setUp({ once: true });
      const send = script(failed);
      await expect(attempts.run(read, send, never)).rejects.toBe(failed);
      expect([send.calls, clock.sleeps]).toEqual([1, []]);
    }
  });

  test("a write is sent once when its first try may have happened", async () => {
    const { attempts } = setUp();
    const send = script(error("TIMEOUT", { effect: "unknown" }));
    await expect(attempts.run(write, send, never)).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(send.calls).toBe(1);
  });

  test("something thrown that is no ConnectorError is a defect and is not repeated", async () => {
    const { attempts } = setUp();
    let calls = 0;
    const send = async () => {
      calls++;
      throw new TypeError("x");
    };
    await expect(attempts.run(read, send, never)).rejects.toMatchObject({ code: "INTERNAL" });
    expect(calls).toBe(1);
  });

  test("a cancelled call is not repeated", async () => {
    const { attempts } = setUp();
    const leaving = new AbortController();
    const send = async () => {
      leaving.abort();
      throw error("UNREACHABLE");
    };
    await expect(attempts.run(read, send, leaving.signal)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});

describe("the server's word", () => {
  test("is waited out, recorded, and holds for the other calls too", async () => {
    const { attempts, clock, pauses } = setUp();
    const send = script(error("BUSY", { waitMs: 20_000 }), "done");
    const sentAt: number[] = [];
    const noted = async () => {
      sentAt.push(clock.now());
      return send();
    };
    const start = clock.now();
    expect(await attempts.run(write, noted, never)).toBe("done");
    expect(sentAt).toEqual([start, start + 20_000]);
    expect(pauses).toEqual([start + 20_000]);
    expect(attempts.heldUntil()).toBeUndefined();
  });

  test("beyond a minute it is the caller's: BUSY with the wait, also for calls that come later, which send nothing", async () => {
    const { attempts, clock, pauses } = setUp();
    const untilMs = clock.now() + 90_000;
    await expect(attempts.run(read, script(error("BUSY", { waitMs: 90_000 })), never)).rejects.toMatchObject({
      code: "BUSY",
      waitMs: 90_000,
    });
    expect(pauses).toEqual([untilMs]);
    expect(attempts.heldUntil()).toBe(untilMs);
    const later = script();
    clock.nowMs += 10_000;
    await expect(attempts.run(read, later, never)).rejects.toMatchObject({ causeCode: "SERVER_BUSY", waitMs: 80_000 });
    expect(later.calls).toBe(0);
    clock.nowMs += 30_000;
    expect(await attempts.run(read, later, never)).toBe("done");
    expect(clock.now()).toBe(untilMs);
  });

  test("said to another instance it holds here as well", async () => {
    const { attempts, clock, pauses } = setUp({ heldUntilMs: 1_005_000 });
    await attempts.run(read, script(), never);
    expect(clock.now()).toBe(1_005_000);
    attempts.holdUntil(1_009_000);
    await attempts.run(read, script(), never);
    expect(clock.now()).toBe(1_009_000);
    expect(pauses).toEqual([]);
  });

  test("a pause that begins while a call waits for its place is kept by that call", async () => {
    const { attempts, clock } = setUp({}, { perMailbox: 1, perConnection: 1 });
    const { promise, reject } = Promise.withResolvers<string>();
    let firstTry = true;
    const first = attempts.run(
      read,
      () =>
        firstTry
          ? promise.finally(() => {
              firstTry = false;
            })
          : Promise.resolve("one"),
      never,
    );
    let secondSentAt = 0;
    const second = attempts.run(
      read,
      async () => {
        secondSentAt = clock.now();
        return "two";
      },
      never,
    );
    reject(error("BUSY", { waitMs: 3000 }));
    expect(await Promise.all([first, second])).toEqual(["one", "two"]);
    expect(secondSentAt).toBeGreaterThanOrEqual(1_003_000);
  });

  test("a wait cut short by the caller's limit tells what is left", async () => {
    const clock = new FakeClock();
    const ending = new AbortController();
    clock.sleep = async (_waitMs, signal) => {
      clock.nowMs += 4000;
      ending.abort();
      signal?.throwIfAborted();
    };
    const { attempts } = setUp({ clock });
    const busy = error("BUSY", { waitMs: 10_000, causeCode: "ErrorServerBusy" });
    await expect(attempts.run(read, script(busy), ending.signal)).rejects.toMatchObject({
      code: "BUSY",
      causeCode: "ErrorServerBusy",
      waitMs: 6000,
    });
  });
});

describe("concurrency", () => {
  test("never more at once than allowed for a mailbox, the connection and the process, in order", async () => {
    const sharedSlots = new Slots(5);
    const { attempts } = setUp({ sharedSlots }, { perMailbox: 2, perConnection: 3 });
    const running = new Map<string, number>();
    let total = 0;
    let peak = 0;
    const peaks = new Map<string, number>();
    const call = (mailbox: string) =>
      attempts.run(
        { ...read, mailbox },
        async () => {
          running.set(mailbox, (running.get(mailbox) ?? 0) + 1);
          peak = Math.max(peak, ++total);
          peaks.set(mailbox, Math.max(peaks.get(mailbox) ?? 0, running.get(mailbox) ?? 0));
          await new Promise((resolve) => setImmediate(resolve));
          running.set(mailbox, (running.get(mailbox) ?? 0) - 1);
          total--;
        },
        never,
      );
    await Promise.all(Array.from({ length: 30 }, (_, at) => call(at % 3 === 0 ? "a" : "b")));
    expect(peak).toBe(3);
    expect(Math.max(...peaks.values())).toBe(2);
    expect(sharedSlots.isIdle).toBe(true);
  });

  test("a waiting call that is cancelled leaves the queue and takes no place", async () => {
    const slots = new Slots(1);
    const giveBack = await slots.take(never);
    const leaving = new AbortController();
    const waiting = slots.take(leaving.signal);
    leaving.abort();
    await expect(waiting).rejects.toMatchObject({ causeCode: "CANCELLED" });
    giveBack();
    expect(slots.isIdle).toBe(true);
  });
});

describe("the circuit", () => {
  const unreachable = () => error("UNREACHABLE", { causeCode: "TCP_REFUSED", retry: "never" });
  const fail = (attempts: Attempts, failing: ConnectorError) =>
    attempts.run(write, script(failing), never).catch((thrown: ConnectorError) => thrown);

  test("opens when half of ten calls failed, lets one probe through after 30 s, and closes with it", async () => {
    const { attempts, clock } = setUp();
    for (let count = 0; count < 5; count++) await attempts.run(read, script(), never);
    for (let count = 0; count < 5; count++) await fail(attempts, unreachable());
    const held = script();
    await expect(attempts.run(read, held, never)).rejects.toMatchObject({
      code: "UNREACHABLE",
      causeCode: "CIRCUIT_OPEN",
      waitMs: 30_000,
      evidence: { latest: "TCP_REFUSED" },
    });
    expect(held.calls).toBe(0);
    clock.nowMs += 30_000;
    const probe = Promise.withResolvers<string>();
    const probing = attempts.run(read, () => probe.promise, never);
    await expect(attempts.run(read, held, never)).rejects.toMatchObject({ causeCode: "CIRCUIT_OPEN" });
    probe.resolve("well");
    expect(await probing).toBe("well");
    expect(await attempts.run(read, held, never)).toBe("done");
  });

  test("a probe that fails opens it again", async () => {
    const { attempts, clock } = setUp();
    for (let count = 0; count < 10; count++) await fail(attempts, unreachable());
    clock.nowMs += 30_000;
    expect(await fail(attempts, unreachable())).toMatchObject({ causeCode: "TCP_REFUSED" });
    expect(await fail(attempts, unreachable())).toMatchObject({ causeCode: "CIRCUIT_OPEN" });
  });

  test("answers of the server, however bad, are no failures of the server", async () => {
    const { attempts } = setUp();
    for (let count = 0; count < 30; count++) await fail(attempts, error("NOT_FOUND"));
    expect(await attempts.run(read, script(), never)).toBe("done");
  });

  test("five refused logins in a row hold the credentials back; a good one in between starts anew", async () => {
    const { attempts, clock } = setUp();
    const refused = error("AUTHENTICATION_FAILED", { causeCode: "CREDENTIALS_REFUSED" });
    for (let count = 0; count < 4; count++) await fail(attempts, refused);
    await attempts.run(read, script(), never);
    for (let count = 0; count < 5; count++) expect(await fail(attempts, refused)).toBe(refused);
    const held = script();
    await expect(attempts.run(read, held, never)).rejects.toMatchObject({
      code: "AUTHENTICATION_FAILED",
      causeCode: "CREDENTIALS_HELD_BACK",
    });
    expect(held.calls).toBe(0);
    clock.nowMs += 300_000;
    expect(await attempts.run(read, held, never)).toBe("done");
  });
});

describe("the retry budget", () => {
  test("lets ten and a tenth of the calls be repeated a minute", async () => {
    const { attempts, clock } = setUp();
    let sent = 0;
    for (let count = 0; count < 30; count++) {
      const send = async () => {
        sent++;
        throw error("BUSY");
      };
      clock.nowMs -= clock.sleeps.splice(0).reduce((sum, waitMs) => sum + waitMs, 0);
      await attempts.run(read, send, never).catch(() => undefined);
    }
    expect(sent).toBe(30 + 13);
  });

  test("a rolling count forgets", () => {
    const count = new RollingCount(1000);
    for (let at = 0; at < 5; at++) count.add(10_000 + at * 100);
    expect(count.total(10_400)).toBe(5);
    expect(count.total(11_099)).toBe(4);
    expect(count.total(11_299)).toBe(2);
    expect(count.total(99_000)).toBe(0);
    count.add(99_000);
    expect(count.total(99_050)).toBe(1);
  });
});
