import { describe, expect, it } from "vitest";
import type { Session } from "#spi";
import { createSessionPool } from "../../../src/runtime/sessions.ts";
import { ManualClock, silentLog } from "./activities-harness.ts";

const target = (connectionId: string, version = "1") => ({ connectionId, version });

function pool(open?: () => Promise<void>) {
  const clock = new ManualClock();
  const events: string[] = [];
  const sessions = createSessionPool({
    clock,
    log: silentLog,
    idleMs: 60_000,
    async open({ connectionId, version }: { connectionId: string; version: string }) {
      const name = `${connectionId}/${version}`;
      events.push(`open ${name}`);
      await open?.();
      return { close: async () => void events.push(`close ${name}`) } as Partial<Session> as Session;
    },
  });
  return { clock, events, sessions };
}

describe("the session pool", () => {
  it("opens one session for calls at the same time and after", async () => {
    const { events, sessions } = pool();
    const [first, second] = await Promise.all([sessions.acquire(target("a")), sessions.acquire(target("a"))]);
    expect(first.session).toBe(second.session);
    first.release();
    second.release();
    const third = await sessions.acquire(target("a"));
    expect(third.session).toBe(first.session);
    expect(events).toEqual(["open a/1"]);
    expect([sessions.openCount("a"), sessions.openCount("b")]).toEqual([1, 0]);
  });

  it("closes a session nobody used for the idle time, and no other", async () => {
    const { clock, events, sessions } = pool();
    const lease = await sessions.acquire(target("a"));
    const other = await sessions.acquire(target("b"));
    lease.release();
    await clock.advance(59_000);
    (await sessions.acquire(target("a"))).release();
    await clock.advance(59_000);
    expect(events).not.toContain("close a/1");
    await clock.advance(1_000);
    expect(events).toContain("close a/1");
    await clock.advance(600_000);
    expect(events).not.toContain("close b/1");
    other.release();
    expect(sessions.openCount("a")).toBe(0);
  });

  it("retires a session when the connection changes, after its last user", async () => {
    const { clock, events, sessions } = pool();
    const old = await sessions.acquire(target("a", "1"));
    const fresh = await sessions.acquire(target("a", "2"));
    expect(fresh.session).not.toBe(old.session);
    await clock.advance(0);
    expect(events).toEqual(["open a/1", "open a/2"]);
    old.release();
    old.release();
    await clock.advance(0);
    expect(events).toEqual(["open a/1", "open a/2", "close a/1"]);
    sessions.retire("a");
    fresh.release();
    await clock.advance(0);
    expect(events.at(-1)).toBe("close a/2");
  });

  it("forgets a session that failed to open", async () => {
    let failures = 1;
    const { events, sessions } = pool(async () => {
      if (failures-- > 0) throw new Error("no");
    });
    const both = await Promise.allSettled([sessions.acquire(target("a")), sessions.acquire(target("a"))]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(sessions.openCount("a")).toBe(0);
    await sessions.acquire(target("a"));
    expect(events).toEqual(["open a/1", "open a/1"]);
  });

  it("closes all at the end, idle or not", async () => {
    const { clock, events, sessions } = pool();
    await sessions.acquire(target("a"));
    (await sessions.acquire(target("b"))).release();
    await sessions.close();
    expect(events.slice(2).sort()).toEqual(["close a/1", "close b/1"]);
    await clock.advance(100_000);
    expect(events).toHaveLength(4);
  });
});
