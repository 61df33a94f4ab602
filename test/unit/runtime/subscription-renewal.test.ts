import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChangeFeed, Channel } from "#spi";
import { systemRandom } from "../../../src/runtime/random.ts";
import { RecordWork, type WorkParts } from "../../../src/runtime/subscriptions/record-work.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import type { SubscriptionRecord } from "../../../src/store/subscription-records.ts";
import { keptLog } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "renewal-"));
const hour = 3_600_000;
let now = 1_790_000_000_000;
const clock = { now: () => now, sleep: () => Promise.reject(new Error("nobody sleeps here")) };
let store: Store;
beforeAll(async () => {
  store = await openStore({ address: "file:", dataDir: folder, clock, log: keptLog() });
  await store.connections.insert({
    id: "c",
    name: "c",
    connector: "x",
    active: true,
    credentialActive: true,
    tags: [],
    properties: {},
    expectedSecrets: [],
    version: 1,
    createdAt: 1,
    updatedAt: 1,
  });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

/** A server whose channels live ten hours, and what was asked of it. */
function server() {
  const asked: string[] = [];
  let opened = 0;
  let isForgotten = false;
  const channel = (id: string): Channel => ({ id, expiresAt: now + 10 * hour });
  const forget = (): void => {
    isForgotten = true;
  };
  const feed: ChangeFeed = {
    kinds: ["webhook"],
    pullsFromChannel: false,
    watch: () => ({ resource: "r", table: "T" }),
    changesSince: async (_watched, state) => {
      asked.push(`compare from ${state}`);
      return { changes: [], state: `${Number(state ?? 0) + 1}`, more: false };
    },
    gone: async () => [],
    open: async (_watched, _kind, receiver) => {
      asked.push(`open ${receiver?.url}`);
      isForgotten = false;
      opened += 1;
      return channel(`channel ${opened}`);
    },
    fetch: async () => "lost",
    async *listen() {
      yield "lost";
    },
    renew: async (_watched, { id }) => {
      asked.push(`renew ${id}`);
      return isForgotten ? "lost" : channel(id);
    },
    close: async () => undefined,
  };
  return { feed, asked, forget };
}

describe("a channel that ends at the server unless renewed", () => {
  test("is renewed at half its life; a forgotten one is opened anew, and what it missed is looked for", async () => {
    const { feed, asked, forget } = server();
    const parts: WorkParts = {
      store,
      clock,
      random: systemRandom,
      timing: { pollMs: 1000, reconcileMs: 1000 * hour, leaseMs: 60_000 },
      noticeUrl: (id) => `https://me/${id}`,
    };
    let record: SubscriptionRecord = {
      id: "s",
      connectionId: "c",
      watched: feed.watch({}),
      state: "renewing",
      kind: "webhook",
      warnings: [],
      failures: 0,
      createdAt: now,
      asked: 0,
      answered: 0,
    };
    await store.subscriptions.insert(record);
    await store.subscriptions.claim("s", "me", 60_000);
    const turn = async (): Promise<readonly string[]> => {
      asked.length = 0;
      const work = new RecordWork(parts, feed, record, "me", new AbortController().signal);
      await work.turn();
      record = work.record;
      return [...asked];
    };
    expect(await turn()).toEqual(["open https://me/s", "compare from undefined"]);
    const { secretHash } = record;
    now += 4 * hour;
    expect(await turn()).toEqual([]);
    now += 2 * hour;
    expect(await turn()).toEqual(["renew channel 1"]);
    expect(record.channel?.expiresAt).toBe(now + 10 * hour);
    now += 6 * hour;
    forget();
    expect(await turn()).toEqual(["renew channel 1", "open https://me/s", "compare from 1"]);
    expect(record).toMatchObject({ state: "active", channel: { id: "channel 2" }, syncState: "2" });
    expect(record.secretHash).not.toBe(secretHash);
  });
});
