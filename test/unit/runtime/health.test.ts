import { describe, expect, it } from "vitest";
import { createAgentCases } from "../../../src/runtime/agents.ts";
import { createHealthCases } from "../../../src/runtime/health.ts";
import { startChores } from "../../../src/runtime/schedule.ts";
import { ConnectorError } from "../../../src/spi/index.ts";
import { keptLog, manualClock, memoryStore } from "./fixtures.ts";
import { callBy } from "./workplace.ts";

const parts = (over: object = {}) => {
  const counts = { canaries: 0 };
  const clock = manualClock();
  const store = {
    canary: async () => {
      counts.canaries += 1;
    },
    isSchemaKnown: async () => true,
  };
  return { counts, clock, log: keptLog(), vault: {}, store, ...over };
};

describe("readiness", () => {
  it("writes a canary at most each five seconds, one for all who ask", async () => {
    const given = parts();
    const health = createHealthCases(given);
    expect(await Promise.all([health.readiness(), health.readiness()])).toEqual(["ready", "ready"]);
    given.clock.advance(4999);
    await health.readiness();
    expect(given.counts.canaries).toBe(1);
    given.clock.advance(1);
    await health.readiness();
    expect(given.counts.canaries).toBe(2);
  });

  it("says in one word why not, and is ready again when the store is", async () => {
    let isBroken = true;
    const canary = async (): Promise<void> => {
      if (isBroken) throw new ConnectorError("BUSY", "disk full");
    };
    const given = parts({ store: { canary, isSchemaKnown: async () => true } });
    const health = createHealthCases(given);
    expect(await health.readiness()).toBe("store");
    isBroken = false;
    given.clock.advance(5000);
    expect(await health.readiness()).toBe("ready");
    health.drain();
    expect(await health.readiness()).toBe("draining");

    const newer = parts({ store: { canary: async () => {}, isSchemaKnown: async () => false } });
    expect(await createHealthCases(newer).readiness()).toBe("migrating");
    const sealed = parts({ vault: { sealedBecause: "no key" } });
    expect(await createHealthCases(sealed).readiness()).toBe("sealed");
    expect(sealed.counts.canaries).toBe(0);
  });
});

describe("agents", () => {
  it("are listed while they send heartbeats", async () => {
    const store = await memoryStore(manualClock());
    const agent = (name: string) =>
      createAgentCases({ store, name, group: "g", version: "1.2.3", connectors: [{ name: "x", version: "4" }] });
    const [one, two] = [agent("one"), agent("two")];
    await one.register();
    await two.register();
    const [first] = await one.list(callBy());
    expect(first).toMatchObject({
      name: "one",
      group: "g",
      version: "1.2.3",
      connectors: [{ name: "x", version: "4" }],
    });
    await one.heartbeat();
    const again = (await two.list(callBy()))[0];
    expect(again?.startedAt).toBe(first?.startedAt);
    await one.withdraw();
    expect((await two.list(callBy())).map(({ name }) => name)).toEqual(["two"]);
    await store.close();
  });
});

describe("periodic chores", () => {
  it("run at their interval, survive a failure, and stop", async () => {
    const clock = manualClock();
    const log = keptLog();
    let turns = 0;
    const run = async (): Promise<void> => {
      turns += 1;
      if (turns === 1) throw new Error("first turn fails");
    };
    const stop = startChores([{ name: "count", everyMs: 1000, run }], clock, log);
    const tick = async (): Promise<void> => {
      clock.advance(1000);
      for (let n = 0; n < 5; n += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await tick();
    await tick();
    expect(turns).toBe(2);
    expect(log.lines).toEqual([expect.stringContaining("first turn fails")]);
    stop();
    await tick();
    expect(turns).toBe(2);
    expect(log.lines.length).toBe(1);
  });
});
