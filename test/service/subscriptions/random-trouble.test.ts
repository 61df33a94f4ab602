import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FullSandbox, startFullSandbox } from "../../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { emptyFields, graphId, type Mailbox } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { dataFolder, type ServiceProcess, startServiceProcess, stopProgram } from "../support/processes.ts";
import { alice, connect, ewsProperties, graphProperties } from "../support/stand.ts";
import { reader, seeded } from "./support.ts";

const publicUrl = "https://connector.example";
const svc = "svc@sandbox.example";
const same = (id: string) => id;
const rounds = 10;
const killedIn = [3, 6];

let sandbox: FullSandbox;
let service: ServiceProcess;
let data: Awaited<ReturnType<typeof dataFolder>>;
/** How many requests of the subscriptions failed by our doing. */
let troubles = 0;

const post: typeof fetch = (address, init) => fetch(String(address).replace(publicUrl, service.url), init);
const environment = { PUBLIC_URL: publicUrl, SUBSCRIPTION_POLL_SECONDS: "0", LOG_LEVEL: "error" };

beforeAll(async () => {
  sandbox = await startFullSandbox({ post });
  data = await dataFolder(sandbox.description);
  service = await startServiceProcess(data.folder, environment);
  await connect(service.admin, "ews", ewsProperties(sandbox));
  await connect(service.admin, "streamed", ewsProperties(sandbox, svc));
  await connect(service.admin, "graph", graphProperties(sandbox, "bob@sandbox.example"));
}, 60_000);
afterAll(async () => {
  await stopProgram(service.child);
  await sandbox.stop();
  await data.remove();
});

/** What was done to one item. */
interface Track {
  readonly id: string;
  version: string;
  isGone: boolean;
}

/** Random changes of one inbox; only what was told already is changed further, so that nothing comes and goes in one gap. */
class Changes {
  readonly tracks = new Map<string, Track>();
  count = 0;
  readonly #mailbox: Mailbox;
  readonly #inbox: string;
  readonly #random: () => number;

  constructor(mailbox: Mailbox, random: () => number) {
    this.#mailbox = mailbox;
    this.#inbox = mailbox.folders.requireWellKnown("inbox").id;
    this.#random = random;
  }

  make(count: number, isTold: (id: string) => boolean): void {
    const told = [...this.tracks.values()].filter(({ id, isGone }) => !isGone && isTold(id));
    for (let made = 0; made < count; made++) this.#one(told);
    this.count += count;
  }

  #one(told: Track[]): void {
    const dice = this.#random();
    const at = Math.floor(this.#random() * told.length);
    const track = told[at];
    if (dice < 0.5 || track === undefined) {
      const item = this.#mailbox.createItem("message", this.#inbox, { ...emptyFields("message"), subject: "x" });
      this.tracks.set(item.id, { id: item.id, version: this.#mailbox.changeKeyOf(item), isGone: false });
    } else if (dice < 0.8) {
      const item = this.#mailbox.changeItem(track.id, (one) => {
        one.isRead = !one.isRead;
      });
      track.version = this.#mailbox.changeKeyOf(item);
    } else {
      this.#mailbox.deleteItem(track.id, "hard");
      track.isGone = true;
      told.splice(at, 1);
    }
  }
}

/** Breaks some of the requests to come. */
function trouble(random: () => number): void {
  const { faults } = sandbox;
  // The server forgets the subscription.
  faults.add({ kind: "refused", face: "ews", operation: "GetEvents", code: "ErrorSubscriptionNotFound", count: 1 });
  const kinds = ["cut", "cutAnswer", "lostAnswer", "badGateway", "slow"] as const;
  const operations = ["GetEvents", "GetStreamingEvents", "SyncFolderItems", "Subscribe", "GET /users"];
  for (let made = 0; made < 4; made++) {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? "cut";
    const operation = operations[Math.floor(random() * operations.length)] ?? "GetEvents";
    faults.add({ kind, operation, count: 1, after: Math.floor(random() * 3), waitMs: 300 });
    troubles += 1;
  }
}

interface Kept {
  readonly seq: number;
  readonly item_key: string;
  readonly change_type: string;
  readonly version: string | null;
  readonly duplicate: number;
  readonly source: string;
}

/** The events as they lie in the store, with what readers are not shown. */
function keptOf(subscription: string): readonly Kept[] {
  const database = new DatabaseSync(path.join(data.folder, "store.sqlite"), { readOnly: true });
  const rows = database
    .prepare("select * from subscription_event where subscription_id = ? order by seq")
    .all(subscription) as unknown as Kept[];
  database.close();
  return rows;
}

describe("10,000 changes under cuts, delays, doubles and losses, the service killed twice", () => {
  test("every change is told at least once, and doubles are marked", { timeout: 240_000 }, async () => {
    const random = seeded(20_261_121);
    const sides = await Promise.all(
      (
        [
          {
            name: "streamed",
            table: "Inbox",
            kind: "streaming",
            perRound: 200,
            user: svc,
            column: "ItemId",
            idOf: same,
          },
          { name: "ews", table: "Inbox", kind: "pull", perRound: 400, user: alice, column: "ItemId", idOf: same },
          {
            name: "graph",
            table: "Messages",
            kind: "webhook",
            perRound: 400,
            user: "bob@sandbox.example",
            column: "id",
            idOf: graphId,
          },
        ] as const
      ).map(async (side) => {
        const base = `/v1/connections/${side.name}/subscriptions`;
        const { id, kind } = await service.admin.ok(base, { table: side.table, kind: side.kind });
        expect(kind).toBe(side.kind);
        const changes = new Changes(sandbox.organisation.requireMailbox(side.user), seeded(side.name.length));
        return { ...side, id, changes, path: `${base}/${id}`, told: new Set<string>() };
      }),
    );
    let readers = sides.map(({ path: one }) => reader(() => service.admin, one));
    sandbox.faults.add({ kind: "notices", drop: 0.1, duplicate: 0.1, delay: 0.2, waitMs: 300, seed: 7 });

    for (let round = 0; round < rounds; round++) {
      trouble(random);
      for (const { changes, told, perRound } of sides) changes.make(perRound, (id) => told.has(id));
      if (killedIn.includes(round)) {
        await stopProgram(service.child, "SIGKILL");
        service = await startServiceProcess(data.folder, environment);
      }
      // Graph tells that it could not deliver all.
      for (const remote of sandbox.subscriptions.all()) await sandbox.subscriptions.announce(remote, "missed");
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const [index, side] of sides.entries())
        for (const event of (await readers[index]?.read()) ?? []) side.told.add(String(event.key[side.column]));
      for (const { told, changes, idOf } of sides)
        for (const id of changes.tracks.keys()) if (told.has(idOf(id))) told.add(id);
    }
    sandbox.faults.clear();
    // What a stream lost is found when it is opened anew.
    await stopProgram(service.child);
    service = await startServiceProcess(data.folder, environment);
    for (const remote of sandbox.subscriptions.all()) await sandbox.subscriptions.announce(remote, "missed");
    expect(sides.reduce((sum, { changes }) => sum + changes.count, 0)).toBe(10_000);
    expect(troubles).toBeGreaterThan(30);

    const missing = () => sides.flatMap((side) => missingOf(side, keptOf(side.id)));
    const end = Date.now() + 60_000;
    while (missing().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 500));
    expect(missing().slice(0, 5)).toEqual([]);
    for (const side of sides) {
      const kept = keptOf(side.id);
      expect(unmarkedDoubles(side, kept).slice(0, 5)).toEqual([]);
      expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1));
    }
    const ews = keptOf(sides[1]?.id ?? "");
    expect(ews.some(({ source }) => source === "reconciliation")).toBe(true);
    expect(ews.some(({ duplicate }) => duplicate === 1)).toBe(true);
    const graph = keptOf(sides[2]?.id ?? "");
    expect(graph.filter(({ duplicate }) => duplicate === 1).length).toBeGreaterThan(50);
    expect(graph.filter(({ source }) => source === "reconciliation").length).toBeGreaterThan(50);

    readers = sides.map(({ path: one }) => reader(() => service.admin, one));
    for (const [index, side] of sides.entries())
      expect((await readers[index]?.read())?.length, side.name).toBe(keptOf(side.id).length);
  });
});

interface Side {
  readonly name: string;
  readonly column: string;
  idOf(id: string): string;
  readonly changes: Changes;
}

const idIn = ({ column }: Side, { item_key }: Kept): string => JSON.parse(item_key)[column];

/** Items whose last change nobody was told of. */
function missingOf(side: Side, kept: readonly Kept[]): readonly string[] {
  const versions = new Map<string, Set<string>>();
  for (const event of kept) {
    const id = idIn(side, event);
    const of = versions.get(id) ?? new Set();
    of.add(event.change_type === "deleted" ? "gone" : (event.version ?? ""));
    versions.set(id, of);
  }
  return [...side.changes.tracks.values()].flatMap(({ id, version, isGone }) =>
    versions.get(side.idOf(id))?.has(isGone ? "gone" : version) === true ? [] : [`${side.name} ${id}`],
  );
}

/** Events that tell the same as one before and do not say so. */
function unmarkedDoubles(side: Side, kept: readonly Kept[]): readonly string[] {
  const seen = new Set<string>();
  return kept.flatMap((event) => {
    // Without a version nobody can tell a double from a further change.
    if (event.version === null && event.change_type !== "deleted") return [];
    const what = `${idIn(side, event)} ${event.change_type} ${event.change_type === "deleted" ? "" : event.version}`;
    const isDouble = seen.has(what);
    seen.add(what);
    return isDouble && event.duplicate === 0 ? [what] : [];
  });
}
