import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Change, ConnectorError } from "#spi";
import { systemClock } from "../../../src/runtime/clock.ts";
import { failed } from "../../../src/runtime/subscriptions/failing.ts";
import { keep } from "../../../src/runtime/subscriptions/keep.ts";
import { cursorAt, readCursor, requireKept } from "../../../src/runtime/subscriptions/read-events.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import type { SubscriptionRecord } from "../../../src/store/subscription-records.ts";
import { keptLog } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "subscriptions-"));
let store: Store;
beforeAll(async () => {
  store = await openStore({ address: "file:", dataDir: folder, clock: systemClock, log: keptLog() });
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

const record = (id: string): SubscriptionRecord => ({
  id,
  connectionId: "c",
  watched: { resource: id, table: "T" },
  state: "active",
  kind: "pull",
  warnings: [],
  failures: 0,
  createdAt: 1,
  asked: 0,
  answered: 0,
});
const change = (id: string, changeType: Change["changeType"], version?: string): Change => ({
  changeType,
  id,
  key: { Id: id },
  ...(version === undefined ? {} : { version }),
});

describe("a turn that failed", () => {
  const busy = new ConnectorError("BUSY", "later");
  test("is tried again, ever later, and ends the subscription after 24 hours", () => {
    const first = failed(record("a"), busy, 1000, 15_000);
    expect(first).toMatchObject({ record: { state: "renewing", failures: 1, failingSince: 1000 }, waitMs: 15_000 });
    const second = failed(first.record, busy, 2000, 15_000);
    expect(second).toMatchObject({ record: { failures: 2, failingSince: 1000 }, waitMs: 30_000 });
    const last = failed(second.record, busy, 1000 + 24 * 3_600_000, 15_000);
    expect(last.record).toMatchObject({ state: "ended", reason: { code: "SUBSCRIPTION_UNREACHABLE" } });
  });
  test("waits as long as the server asks", () => {
    expect(failed(record("a"), busy.with({ waitMs: 600_000 }), 0, 1000).waitMs).toBe(600_000);
  });
});

describe("events", () => {
  const events = async (id: string) =>
    (await store.subscriptions.events(id, 0, 100)).map(
      ({ changeType, duplicate }) => `${changeType}${duplicate ? " again" : ""}`,
    );
  const told = (id: string, source: "notification" | "reconciliation", ...changes: Change[]) =>
    keep(store, systemClock, id, { changes, source, table: "T" });

  test("are marked when surely told before, and never when in doubt", async () => {
    await store.subscriptions.insert(record("s1"));
    await told("s1", "notification", change("a", "created", "1"), change("a", "newMail", "1"));
    await told("s1", "notification", change("a", "created", "1"), change("b", "updated"), change("b", "updated"));
    await told("s1", "reconciliation", change("a", "created", "1"), change("a", "created", "2"));
    await told("s1", "notification", change("a", "updated", "2"), change("a", "deleted"), change("a", "deleted"));
    expect(await events("s1")).toEqual([
      "created",
      "newMail",
      "created again",
      "updated",
      "updated",
      "updated again",
      "updated",
      "updated again",
      "deleted",
      "deleted again",
    ]);
  });

  test("behind a cursor that are not kept any more are missed aloud: EVENTS_DROPPED", async () => {
    await store.subscriptions.insert(record("s2"));
    await told("s2", "notification", change("a", "created"), change("b", "created"), change("c", "created"));
    await requireKept(store, { id: "s2" }, 0);
    await store.subscriptions.pruneEvents(3_600_000, 1);
    expect(await events("s2")).toEqual(["created"]);
    await requireKept(store, { id: "s2" }, 2);
    await expect(requireKept(store, { id: "s2" }, 1)).rejects.toMatchObject({
      code: "PRECONDITION",
      causeCode: "EVENTS_DROPPED",
    });
  });

  test("are kept with the position behind them, or not at all", async () => {
    const one = record("s3");
    await store.subscriptions.insert(one);
    expect(await store.subscriptions.claim("s3", "me", 60_000)).toBe(true);
    const learnt = { changes: [change("a", "created")], source: "notification", table: "T" } as const;
    const next = { ...one, syncState: "behind" };
    expect(await keep(store, systemClock, "s3", { ...learnt, record: next, holder: "another" })).toBe(false);
    expect(await events("s3")).toEqual([]);
    expect(await keep(store, systemClock, "s3", { ...learnt, record: next, holder: "me" })).toBe(true);
    expect(await events("s3")).toEqual(["created"]);
    expect((await store.subscriptions.byId("s3"))?.syncState).toBe("behind");
  });

  test("cursors are bound to their subscription", () => {
    expect(readCursor(cursorAt("s", 7), "s")).toBe(7);
    for (const wrong of [cursorAt("other", 7), cursorAt("s", -1), "x", "bnVsbA"])
      expect(() => readCursor(wrong, "s")).toThrow(/cursor/);
  });
});
