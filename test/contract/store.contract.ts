import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConnectorError } from "../../src/spi/index.ts";
import type { AliasRecord, ConnectionRecord, Store } from "../../src/store/store.ts";
import type { SubscriptionEvent, SubscriptionOwner, SubscriptionRecord } from "../../src/store/subscription-records.ts";

const connection = (id: string, over: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
  id,
  name: `name of ${id}`,
  connector: "microsoft-exchange",
  active: true,
  credentialActive: true,
  expectedSecrets: [],
  tags: ["a", "b"],
  properties: { Server: "https://mail.example", Timeout: 60, UseProxySettings: false },
  version: 1,
  createdAt: 1_790_000_000_000,
  updatedAt: 1_790_000_000_001,
  ...over,
});

const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof ConnectorError ? `${error.code}/${error.causeCode}` : String(error)),
  );

/** What every engine must do alike; `open` gives an empty store and `another` a second instance on the same one. */
export function describeStore(
  name: string,
  open: () => Promise<{ store: Store; another: () => Promise<Store> }>,
): void {
  describe(`store contract: ${name}`, () => {
    let store: Store;
    let second: Store;
    beforeAll(async () => {
      const opened = await open();
      store = opened.store;
      second = await opened.another();
    });
    afterAll(async () => {
      await store?.close();
      await second?.close();
    });

    describe("subscriptions", () => {
      const subscription = (id: string, over: Partial<SubscriptionRecord> = {}): SubscriptionRecord => ({
        id,
        connectionId: "of_subscriptions",
        watched: { resource: `resource of ${id}`, table: "Inbox", folder: "inbox" },
        state: "active",
        kind: "pull",
        warnings: [],
        channel: { id: "remote", cursor: "w1" },
        failures: 0,
        createdAt: 1_790_000_000_000,
        asked: 0,
        answered: 0,
        ...over,
      });
      const event = (
        subscriptionId: string,
        seq: number,
        over: Partial<SubscriptionEvent> = {},
      ): SubscriptionEvent => ({
        subscriptionId,
        seq,
        at: 1_790_000_000_000 + seq,
        keptAt: 1_790_000_000_500,
        changeType: "created",
        key: { ItemId: `item ${seq}` },
        keyHash: `hash ${seq % 2}`,
        table: "Inbox",
        source: "notification",
        duplicate: false,
        ...over,
      });
      beforeAll(() => store.connections.insert(connection("of_subscriptions")));

      it("keep what they know, one for each resource", async () => {
        const one = subscription("sub1");
        await store.subscriptions.insert(one);
        expect(await second.subscriptions.byId("sub1")).toStrictEqual(one);
        expect(await second.subscriptions.byResource("of_subscriptions", "resource of sub1")).toStrictEqual(one);
        const twin = store.subscriptions.insert({ ...subscription("sub1b"), watched: one.watched });
        expect(await codeOf(twin)).toBe("CONFLICT/STORE_UNIQUE");
        await store.subscriptions.insert(subscription("sub2"));
        const list = await store.subscriptions.list("of_subscriptions", { after: "sub1", limit: 5 });
        expect(list.map(({ id }) => id)).toEqual(["sub2"]);
      });

      it("belong to one instance at a time, and to another one once its lease is over", async () => {
        const all = await store.subscriptions.claimDue("first", 60_000, 10);
        expect(all.map(({ id }) => id).sort()).toEqual(["sub1", "sub2"]);
        expect(await second.subscriptions.claimDue("second", 60_000, 10)).toEqual([]);
        expect(await second.subscriptions.claim("sub1", "second", 60_000)).toBe(false);
        const next = subscription("sub1", { syncState: "s1" });
        expect(await second.subscriptions.save(next, "second")).toBe(false);
        expect(await store.subscriptions.save(next, "first")).toBe(true);
        expect(await store.subscriptions.extend("sub1", "first", 0)).toBe(true);
        expect((await second.subscriptions.claimDue("second", 60_000, 10)).map(({ id }) => id)).toEqual(["sub1"]);
        expect(await store.subscriptions.save(subscription("sub1"), "first")).toBe(false);
        expect(await store.subscriptions.extend("sub1", "first", 60_000)).toBe(false);
        expect((await store.subscriptions.byId("sub1"))?.syncState).toBe("s1");
        expect(await second.subscriptions.save(next, "second", 3_600_000)).toBe(true);
        expect(await store.subscriptions.claimDue("first", 60_000, 10)).toEqual([]);
        await store.subscriptions.hurry("sub1");
        const [hurried] = await store.subscriptions.claimDue("first", 60_000, 10);
        expect(hurried).toMatchObject({ id: "sub1", asked: 1, answered: 0, syncState: "s1" });
      });

      it("number their events without gaps and keep them in order", async () => {
        const add = (from: Store, count: number) =>
          from.transaction(async ({ subscriptions }) => {
            const first = (await subscriptions.reserve("sub2", count)) ?? 0;
            await subscriptions.addEvents(Array.from({ length: count }, (_, index) => event("sub2", first + index)));
          });
        await Promise.all([add(store, 3), add(second, 4), add(store, 2)]);
        const failing = store.transaction(async ({ subscriptions }) => {
          await subscriptions.reserve("sub2", 5);
          throw new Error("cut");
        });
        await expect(failing).rejects.toThrow("cut");
        await add(second, 250);
        expect(await store.subscriptions.lastSeq("sub2")).toBe(259);
        const read = await second.subscriptions.events("sub2", 7, 1000);
        expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: 252 }, (_, index) => index + 8));
        expect(read[0]).toStrictEqual(event("sub2", 8));
        expect((await store.subscriptions.known("sub2", ["hash 0", "hash x"])).length).toBe(129);
        expect(await store.subscriptions.reserve("none", 1)).toBeUndefined();
        await store.subscriptions.pruneEvents(10 ** 12, 9);
        expect((await store.subscriptions.events("sub2", 0, 1000)).map(({ seq }) => seq)[0]).toBe(251);
      });

      it("have owners, and deliveries that one instance makes at a time", async () => {
        const delivery = {
          url: "https://a",
          secret: "sealed",
          state: "active",
          deliveredSeq: 255,
          failures: 0,
        } as const;
        const owner: SubscriptionOwner = { subscriptionId: "sub2", keyId: "k1", changeTypes: ["created"], addedAt: 5 };
        await store.subscriptions.putOwner(owner);
        await store.subscriptions.putOwner({ ...owner, keyId: "k2", addedAt: 6 });
        await store.subscriptions.putOwner({ ...owner, keyId: "k2", addedAt: 7, delivery });
        expect(await second.subscriptions.owners("sub2")).toStrictEqual([
          owner,
          { ...owner, keyId: "k2", addedAt: 6, delivery },
        ]);
        const [due] = await store.subscriptions.claimDeliveries("first", 60_000, 5);
        expect(due).toMatchObject({ keyId: "k2", delivery });
        expect(await second.subscriptions.claimDeliveries("second", 60_000, 5)).toEqual([]);
        if (due === undefined) throw new Error("nothing due");
        const done = { ...due, delivery: { ...delivery, deliveredSeq: 259 } };
        expect(await second.subscriptions.saveDelivery(done, "second", 0)).toBe(false);
        expect(await store.subscriptions.saveDelivery(done, "first", 0)).toBe(true);
        expect(await second.subscriptions.claimDeliveries("second", 60_000, 5)).toEqual([]);
        expect(await store.subscriptions.removeOwner("sub2", "k1")).toBe(true);
        expect(await store.subscriptions.removeOwner("sub2", "k1")).toBe(false);
      });

      it("go with their connection", async () => {
        await store.connections.remove("of_subscriptions");
        expect(await store.subscriptions.byId("sub2")).toBeUndefined();
        expect(await store.subscriptions.events("sub2", 0, 10)).toEqual([]);
        expect(await store.subscriptions.owners("sub2")).toEqual([]);
      });
    });

    describe("aliases", () => {
      const alias = (id: string, over: Partial<AliasRecord> = {}): AliasRecord => ({
        id,
        name: `alias_${id}`,
        multiple: false,
        connectionIds: ["b", "a"],
        version: 1,
        createdAt: 1_790_000_000_000,
        updatedAt: 1_790_000_000_001,
        ...over,
      });
      it("gives back what was inserted, also to another instance, and keeps the order of connections", async () => {
        const parent = alias("p1", { description: "d", multiple: true });
        const child = alias("k1", { parentId: "p1", connectionIds: [] });
        await store.aliases.insert(parent);
        await store.aliases.insert(child);
        expect(await second.aliases.byName("alias_p1")).toStrictEqual(parent);
        expect(await second.aliases.byName("alias_k1")).toStrictEqual(child);
        expect(await store.aliases.byName("alias_none")).toBeUndefined();
        expect((await store.aliases.all()).map(({ id }) => id)).toEqual(["k1", "p1"]);
        expect((await store.aliases.list({ limit: 5, after: "alias_k1" })).map(({ id }) => id)).toEqual(["p1"]);
      });
      it("refuses a taken name, updates only the version seen, keeps a parent with children", async () => {
        expect(await codeOf(store.aliases.insert(alias("x", { name: "alias_p1" })))).toBe("CONFLICT/STORE_UNIQUE");
        const next = alias("p1", { connectionIds: ["c"], version: 2 });
        expect(await store.aliases.update(next, 1)).toBe(true);
        expect(await store.aliases.update({ ...next, version: 3 }, 1)).toBe(false);
        expect(await codeOf(store.aliases.remove("p1"))).toBe("NOT_FOUND/STORE_REFERENCE");
        expect(await store.aliases.remove("k1")).toBe(true);
        expect(await store.aliases.remove("p1")).toBe(true);
        expect(await store.aliases.remove("p1")).toBe(false);
      });
    });

    describe("connections", () => {
      it("gives back what was inserted, by id and by name, also to another instance", async () => {
        const record = connection("c1", {
          name: "naïve / 交換 'quoted'",
          description: "d",
          active: false,
          urlBuilder: { host: "h", port: 1 },
          expectedSecrets: ["Password"],
          credentialActive: false,
        });
        await store.connections.insert(record);
        expect(await store.connections.byId("c1")).toStrictEqual(record);
        expect(await second.connections.byName(record.name)).toStrictEqual(record);
        expect(await store.connections.byName("nobody")).toBeUndefined();
      });
      it("refuses a taken name and a taken id", async () => {
        await store.connections.insert(connection("c2"));
        expect(await codeOf(store.connections.insert(connection("c2", { name: "x" })))).toBe("CONFLICT/STORE_UNIQUE");
        expect(await codeOf(store.connections.insert(connection("c2b", { name: "name of c2" })))).toBe(
          "CONFLICT/STORE_UNIQUE",
        );
      });
      it("updates only the version seen", async () => {
        const record = connection("c3");
        await store.connections.insert(record);
        const next = { ...record, properties: { Server: "other" }, version: 2 };
        expect(await second.connections.update(next, 1)).toBe(true);
        expect(await store.connections.update({ ...record, version: 2 }, 1)).toBe(false);
        expect(await store.connections.byId("c3")).toStrictEqual(next);
      });
      it("lists in slices by name, and only those a limited key may see", async () => {
        for (const id of ["l3", "l1", "l2"]) await store.connections.insert(connection(id, { name: `list ${id}` }));
        const only = ["l1", "list l2", "l3"];
        const first = await store.connections.list({ limit: 2 }, only);
        const rest = await store.connections.list({ limit: 2, after: "list l2" }, only);
        expect([...first, ...rest].map((record) => record.id)).toEqual(["l1", "l2", "l3"]);
        expect(await store.connections.list({ limit: 2 }, [])).toEqual([]);
      });
      it("takes state, tokens and authorizations along when removed", async () => {
        await store.connections.insert(connection("c4"));
        await store.connectionStates.saveLastTest("c4", { status: "succeeded" });
        await store.connectionStates.saveThrottledUntil("c4", 1_790_000_000_123);
        expect(await store.connectionStates.read("c4")).toEqual({
          lastTest: { status: "succeeded" },
          throttledUntil: 1_790_000_000_123,
        });
        await store.tokens.save("c4", 0, { fingerprint: "f", state: "valid", sealed: "s" });
        expect(await store.connections.remove("c4")).toBe(true);
        expect(await store.connections.remove("c4")).toBe(false);
        expect(await store.tokens.read("c4")).toBeUndefined();
        expect(await store.connectionStates.read("c4")).toEqual({});
      });
    });

    describe("secrets", () => {
      it("keeps sealed values and data keys by owner", async () => {
        await store.secrets.settleDataKey({ owner: "o1", keyId: "k", wrapped: "w" });
        expect((await second.secrets.settleDataKey({ owner: "o1", keyId: "k", wrapped: "late" })).wrapped).toBe("w");
        await store.secrets.put({ owner: "o1", field: "Password", version: 1, sealed: "s1" });
        await store.secrets.put({ owner: "o1", field: "Password", version: 2, sealed: "s2" });
        await store.secrets.put({ owner: "o1", field: "ProxyPassword", version: 2, sealed: "s3" });
        await store.secrets.remove("o1", "ProxyPassword");
        expect(await second.secrets.list("o1")).toEqual([{ owner: "o1", field: "Password", version: 2, sealed: "s2" }]);
        expect(await second.secrets.listOf(["o1", "o2"])).toEqual(await store.secrets.list("o1"));
        expect(await second.secrets.listOf([])).toEqual([]);
        expect(await second.secrets.dataKey("o1")).toEqual({ owner: "o1", keyId: "k", wrapped: "w" });
        await store.secrets.removeOwner("o1");
        expect([await store.secrets.list("o1"), await store.secrets.dataKey("o1")]).toEqual([[], undefined]);
      });
    });

    describe("saved activities and variables", () => {
      it("knows which activities refer to a connection, and outlives its removal", async () => {
        await store.connections.insert(connection("c5"));
        const record = {
          id: "a1",
          name: "activity",
          connection: "name of c5",
          connectionId: "c5",
          kind: "query",
          body: { table: "Inbox", where: { column: "IsRead", operator: "=", value: false } },
          version: 1,
          createdAt: 1,
          updatedAt: 2,
        };
        await store.savedActivities.insert(record);
        expect(await store.savedActivities.byName("activity")).toStrictEqual(record);
        expect(await store.savedActivities.namesReferringTo("c5")).toEqual(["activity"]);
        expect((await store.savedActivities.list({ limit: 5 }, ["c5"])).length).toBe(1);
        await store.connections.remove("c5");
        expect((await store.savedActivities.byId("a1"))?.connectionId).toBeUndefined();
        expect(await store.savedActivities.remove("a1")).toBe(true);
      });
      it("keeps variables", async () => {
        const record = {
          id: "v1",
          name: "host",
          kind: "global",
          secret: false,
          value: "mail",
          version: 1,
          createdAt: 1,
          updatedAt: 1,
        };
        await store.variables.insert(record);
        expect(await second.variables.all()).toStrictEqual([record]);
        expect(await store.variables.update({ ...record, value: "other", version: 2 }, 1)).toBe(true);
        expect((await store.variables.byName("host"))?.value).toBe("other");
        expect(await store.variables.remove("v1")).toBe(true);
      });
    });

    describe("tokens", () => {
      it("refuses tokens of a connection that is gone", async () => {
        expect(await codeOf(store.tokens.acquire("gone", 0, "o", 1))).toBe("NOT_FOUND/STORE_REFERENCE");
      });
      it("gives the lease to one at a time, by version, and releases only for its owner", async () => {
        await store.connections.insert(connection("t1"));
        const won = await Promise.all(
          Array.from({ length: 8 }, (_, n) => (n % 2 ? store : second).tokens.acquire("t1", 0, `owner ${n}`, 60_000)),
        );
        expect(won.filter(Boolean).length).toBe(1);
        const owner = `owner ${won.indexOf(true)}`;
        expect(await store.tokens.release("t1", "somebody else")).toBe(false);
        expect(await store.tokens.acquire("t1", 0, "late", 60_000)).toBe(false);
        expect(await store.tokens.save("t1", 0, { fingerprint: "f", state: "valid", sealed: "s" }, owner)).toBe(true);
        expect(await second.tokens.read("t1")).toEqual({ fingerprint: "f", state: "valid", sealed: "s", version: 1 });
        expect(await store.tokens.acquire("t1", 0, "stale version", 60_000)).toBe(false);
        expect(await store.tokens.acquire("t1", 1, "next", 60_000)).toBe(true);
        expect(await store.tokens.release("t1", "next")).toBe(true);
      });
      it("lets a lease that ran out by the store's clock be taken, and keeps the new owner's on the old one's save", async () => {
        await store.connections.insert(connection("t2"));
        expect(await store.tokens.acquire("t2", 0, "frozen", -1)).toBe(true);
        expect(await second.tokens.acquire("t2", 0, "heir", 60_000)).toBe(true);
        expect(await store.tokens.release("t2", "frozen")).toBe(false);
        expect(await second.tokens.save("t2", 0, { fingerprint: "f", state: "valid", sealed: "new" }, "heir")).toBe(
          true,
        );
        expect(await store.tokens.save("t2", 0, { fingerprint: "f", state: "valid", sealed: "old" }, "frozen")).toBe(
          false,
        );
        expect((await store.tokens.read("t2"))?.sealed).toBe("new");
      });
    });

    describe("authorizations", () => {
      it("answers a state once, and not after its time", async () => {
        await store.connections.insert(connection("z1"));
        const record = { connectionId: "z1", fingerprint: "f", verifier: "v", redirectUri: "r", keyId: "k" };
        const saved = await store.authorizations.insert({ ...record, stateHash: "h1" }, 60_000);
        await store.authorizations.insert({ ...record, stateHash: "h2" }, -1);
        const taken = await Promise.all([store.authorizations.take("h1"), second.authorizations.take("h1")]);
        expect(taken.filter((each) => each !== undefined)).toEqual([saved]);
        expect(await store.authorizations.take("h2")).toBeUndefined();
        await store.authorizations.prune();
      });
    });

    describe("idempotency", () => {
      const key = { principal: "p", path: "/v1/x", key: "k" };
      const limits = { runningMs: 60_000, keepMs: 60_000 };
      it("lets one claim win, keeps its answer and gives it to all", async () => {
        const claims = await Promise.all(
          Array.from({ length: 20 }, (_, n) => (n % 2 ? store : second).idempotency.claim(key, "f", `c${n}`, limits)),
        );
        expect(claims.filter(Boolean).length).toBe(1);
        const claim = `c${claims.indexOf(true)}`;
        const running = await store.idempotency.read(key);
        expect(running).toMatchObject({ fingerprint: "f", claim });
        expect(running?.answer).toBeUndefined();
        expect(running?.runningForMs).toBeGreaterThan(50_000);
        const answer = { status: 200, headers: { etag: '"1"' }, body: "{}" };
        expect(await second.idempotency.complete(key, "not mine", answer, 60_000)).toBe(false);
        expect(await second.idempotency.complete(key, claim, answer, 60_000)).toBe(true);
        expect((await store.idempotency.read(key))?.answer).toEqual(answer);
      });
      it("counts a record past its life as absent and lets a claim be released", async () => {
        const other = { ...key, key: "k2" };
        expect(await store.idempotency.claim(other, "f", "c1", { runningMs: 1, keepMs: -1 })).toBe(true);
        expect(await store.idempotency.claim(other, "g", "c2", limits)).toBe(true);
        expect(await store.idempotency.read(other)).toMatchObject({ fingerprint: "g", claim: "c2" });
        await store.idempotency.release(other, "c1");
        expect(await store.idempotency.read(other)).toBeDefined();
        await store.idempotency.release(other, "c2");
        expect(await store.idempotency.read(other)).toBeUndefined();
        await store.idempotency.prune();
      });
    });

    describe("keys, agents, audit, meta", () => {
      it("keeps keys; the last use survives an update", async () => {
        const record = { id: "k1", hash: "h", scopes: ["admin"], connections: ["c"], createdAt: 5, expiresAt: 9 };
        expect(await store.keys.isEmpty()).toBe(true);
        await store.keys.insert(record);
        await store.keys.touch("k1", 7);
        expect(await second.keys.update({ ...record, name: "n" })).toBe(true);
        expect(await store.keys.all()).toStrictEqual([{ ...record, name: "n", lastUsedAt: 7 }]);
        expect(await store.keys.list({ limit: 1, after: "k1" })).toEqual([]);
        expect([await store.keys.remove("k1"), await store.keys.isEmpty()]).toEqual([true, true]);
      });
      it("lists live agents by the store's clock", async () => {
        const agent = { name: "one", group: "default", version: "1.0.0", connectors: [{ name: "x", version: "1" }] };
        await store.agents.seen(agent, true);
        await second.agents.seen({ ...agent, name: "two" }, true);
        const [first] = await store.agents.live(10_000);
        expect(first).toMatchObject(agent);
        expect((await store.agents.live(10_000)).map((each) => each.name)).toEqual(["one", "two"]);
        expect(await store.agents.live(-10_000)).toEqual([]);
        await store.agents.remove("one");
        await store.agents.prune(-10_000);
        expect(await store.agents.live(10_000)).toEqual([]);
      });
      it("pages the audit newest first", async () => {
        const row = {
          actor: "k",
          action: "connection.create",
          target: "connection/1",
          outcome: "succeeded",
          requestId: "r",
        };
        for (const [at, id] of [
          [1, "a"],
          [2, "b"],
          [2, "c"],
          [3, "d"],
        ] as const)
          await store.audit.append({ ...row, at, id, target: `connection/${id}` });
        const page = await store.audit.list({}, undefined, 2);
        expect(page.map((each) => each.id)).toEqual(["d", "c"]);
        expect((await store.audit.list({}, page[1], 5)).map((each) => each.id)).toEqual(["b", "a"]);
        expect((await store.audit.list({ since: 2, target: "connection/b" }, undefined, 5)).length).toBe(1);
        expect(await store.audit.list({ targets: [] }, undefined, 5)).toEqual([]);
      });
      it("settles a value once", async () => {
        expect([await store.meta.settle("m", "1"), await second.meta.settle("m", "2")]).toEqual(["1", "1"]);
        await store.meta.write("m", "3");
        expect(await second.meta.read("m")).toBe("3");
      });
    });

    describe("transactions, changes, clock", () => {
      it("leaves nothing behind when the work fails", async () => {
        const work = store.transaction(
          async (repositories) => {
            await repositories.connections.insert(connection("x1"));
            await repositories.connections.insert(connection("x1"));
          },
          ["connections"],
        );
        expect(await codeOf(work)).toBe("CONFLICT/STORE_UNIQUE");
        expect(await store.connections.byId("x1")).toBeUndefined();
      });
      it("serialises concurrent transactions of two instances", async () => {
        await store.meta.write("counter", "0");
        const raise = (on: Store): Promise<void> =>
          on.transaction(async (repositories) => {
            await repositories.meta.write("counter lock", "x");
            const value = Number(await repositories.meta.read("counter"));
            await repositories.meta.write("counter", String(value + 1));
          });
        await Promise.all(Array.from({ length: 20 }, (_, n) => raise(n % 2 ? store : second)));
        expect(await store.meta.read("counter")).toBe("20");
      });
      it("signals a commit here at once and to the other instance when it looks", async () => {
        const seen: string[] = [];
        await store.changes.look();
        await second.changes.look();
        store.changes.on("keys", () => seen.push("here"));
        second.changes.on("keys", () => seen.push("there"));
        second.changes.on("variables", () => seen.push("wrong topic"));
        await store.transaction(async () => {}, ["keys", "connections"]);
        expect(seen).toEqual(["here"]);
        const seenLater = async (): Promise<string[]> => {
          await second.changes.look();
          return seen;
        };
        await expect.poll(seenLater, { timeout: 5000 }).toEqual(["here", "there"]);
      });
      it("tells the time and writes its canary", async () => {
        expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(2000);
        await store.canary();
        expect(await store.isSchemaKnown()).toBe(true);
      });
    });
  });
}
