import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stream } from "./calls.ts";
import { ewsBodiesQuery, ewsListQuery, graphListQuery } from "./measurements/streams.ts";
import { type BenchService, type Fake, startBenchService, startFake } from "./stand.ts";

// Counts, not times: they are the same on every machine.

const count = 10_000;
/** What a connection keeps in flight for one mailbox. */
const concurrency = 4;

let fake: Fake;
let service: BenchService;
beforeAll(async () => {
  fake = await startFake(count);
  service = await startBenchService(fake, { LOG_LEVEL: "warn" });
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await fake?.stop();
});

describe("what the service asks of a server for ten thousand rows", { timeout: 120_000 }, () => {
  test("EWS bodies: 10 FindItem and 100 GetItem, never more in flight than the server allows", async () => {
    await fake.set({ items: count, concurrency, delayMs: 2 });
    expect((await stream(service, "ews", ewsBodiesQuery)).rows).toBe(count);
    const stats = await fake.stats();
    expect(stats.requests).toEqual({ FindItem: 10, GetItem: 100 });
    expect(stats.peakInFlight).toBeLessThanOrEqual(concurrency);
    expect(stats.peakInFlight).toBeGreaterThan(1);
    expect(stats.peakFindRows).toBe(1000);
    expect(stats.refused).toBe(0);
  });

  test("an EWS list: 10 FindItem, one of a thousand rows at a time", async () => {
    await fake.set({ items: count, concurrency, delayMs: 2 });
    expect((await stream(service, "ews", ewsListQuery)).rows).toBe(count);
    const stats = await fake.stats();
    expect(stats.requests).toEqual({ FindItem: 10 });
    expect(stats.peakFindRows).toBe(1000);
  });

  test("two EWS lists at once share the rows the server gives at a time", async () => {
    await fake.set({ items: 3000, concurrency, delayMs: 2 });
    const lists = await Promise.all([stream(service, "ews", ewsListQuery), stream(service, "ews", ewsListQuery)]);
    expect(lists.map(({ rows }) => rows)).toEqual([3000, 3000]);
    const stats = await fake.stats();
    expect(stats.requests).toEqual({ FindItem: 6 });
    expect(stats.peakFindRows).toBe(1000);
  });

  test("a Graph list: 10 pages, one after the other", async () => {
    await fake.set({ items: count, concurrency, delayMs: 2 });
    expect((await stream(service, "graph", graphListQuery)).rows).toBe(count);
    const stats = await fake.stats();
    expect(stats.requests).toEqual({ "GET messages": 10 });
    expect(stats.peakInFlight).toBe(1);
  });
});
