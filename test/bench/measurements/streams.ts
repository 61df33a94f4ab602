import { stream } from "../calls.ts";
import { ewsBodyColumns, ewsColumns, graphColumns } from "../columns.ts";
import type { BenchContext } from "../context.ts";
import type { JobOrder } from "../reader.ts";
import { type Result, ratioResult, shown } from "../result.ts";
import { startReader } from "../stand.ts";
import { interleaved, ratios, spread } from "../statistics.ts";

/** A query of the service, and how programs without the service do the same. */
interface Comparison {
  readonly name: string;
  readonly connection: "ews" | "graph";
  readonly body: object;
  readonly rows: number;
  /** The yardstick: rows must be the same, byte for byte. */
  readonly reader: JobOrder["job"];
  readonly readerName: string;
  readonly goal: { readonly id: string; readonly atMost: number };
  /** A client library; how many rows it reads in a round, since it is slow. */
  readonly peer: {
    readonly job: JobOrder["job"];
    readonly name: string;
    readonly rows: number;
    readonly goal: { readonly id: string } & ({ readonly atMost: number } | { readonly atLeast: number });
  };
}

const names = (columns: readonly { readonly name: string }[]): readonly string[] => columns.map(({ name }) => name);

export const ewsListQuery = { table: "Inbox", columns: names(ewsColumns) };
export const ewsBodiesQuery = { table: "Inbox", columns: names(ewsBodyColumns) };
export const graphListQuery = { table: "Messages", columns: names(graphColumns) };

const comparisons = {
  "ews-list": {
    name: "EWS list",
    connection: "ews",
    body: ewsListQuery,
    rows: 10_000,
    reader: "ewsList",
    readerName: "undici + saxes",
    goal: { id: "G1", atMost: 1.25 },
    peer: { job: "peerList", name: "ews-javascript-api", rows: 1000, goal: { id: "G4", atLeast: 6 } },
  },
  "graph-list": {
    name: "Graph list",
    connection: "graph",
    body: graphListQuery,
    rows: 10_000,
    reader: "graphList",
    readerName: "undici + JSON.parse",
    goal: { id: "G3", atMost: 1.25 },
    peer: { job: "graphClientList", name: "microsoft-graph-client", rows: 10_000, goal: { id: "G3", atMost: 1.1 } },
  },
  "ews-bodies": {
    name: "EWS bodies",
    connection: "ews",
    body: ewsBodiesQuery,
    rows: 3000,
    reader: "ewsBodies",
    readerName: "undici + saxes",
    goal: { id: "G2", atMost: 1.2 },
    peer: { job: "peerBodies", name: "ews-javascript-api", rows: 500, goal: { id: "G4", atLeast: 4 } },
  },
} as const satisfies Readonly<Record<string, Comparison>>;

interface Measured {
  readonly rows: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly sha256?: string;
}

const perThousand = (all: readonly Measured[]): number[] => all.map(({ cpuMs, rows }) => (cpuMs / rows) * 1000);

/** Errors: when service and reader do not give the same rows. */
function compareRows(name: string, service: Measured, reader: Measured): void {
  if (service.rows === reader.rows && service.sha256 === reader.sha256) return;
  throw new Error(
    `${name}: the service gave ${service.rows} rows (${service.sha256}), the reader ${reader.rows} (${reader.sha256}).`,
  );
}

async function compare(context: BenchContext, what: Comparison): Promise<readonly Result[]> {
  const { fake, service, rounds, folder, progress } = context;
  await fake.set({ items: what.rows, delayMs: 0, concurrency: 0 });
  const reader = startReader(fake, folder);
  const peer = startReader(fake, folder);
  const read = (check: boolean) => reader.run({ job: what.reader, count: what.rows, check });
  try {
    compareRows(what.name, await stream(service, what.connection, what.body, { check: true }), await read(true));
    for (let warmUp = 0; warmUp < 2; warmUp += 1) {
      await stream(service, what.connection, what.body);
      await read(false);
    }
    await fake.set({});
    const measured = await interleaved<"service" | "reader" | "peer", Measured>(rounds, {
      service: (round) => {
        progress(`${what.name}, round ${round}`);
        return stream(service, what.connection, what.body);
      },
      reader: () => read(false),
      peer: () => peer.run({ job: what.peer.job, count: what.peer.rows, check: false }),
    });
    const own = perThousand(measured.service);
    const others = perThousand(measured.reader);
    const peers = perThousand(measured.peer);
    const rowsPerSecond = spread(measured.service.map(({ rows, wallMs }) => (rows / wallMs) * 1000)).median;
    const cpu = (values: readonly number[]): string => shown(spread(values).median);
    const lessGoal = "atLeast" in what.peer.goal ? ratios(peers, own) : ratios(own, peers);
    return [
      ratioResult(
        `${what.name}, ${what.rows} rows: service CPU against ${what.readerName}`,
        `${cpu(own)} ms/1k rows, reader ${cpu(others)}`,
        ratios(own, others),
        what.goal,
      ),
      { what: `${what.name}: rows a second, wall`, figure: `${Math.round(rowsPerSecond)} rows/s` },
      ratioResult(
        `${what.name}: ${"atLeast" in what.peer.goal ? `${what.peer.name} against the service` : `service CPU against ${what.peer.name}`}`,
        `${what.peer.name} ${cpu(peers)} ms/1k rows`,
        lessGoal,
        what.peer.goal,
      ),
    ];
  } finally {
    await reader.stop();
    await peer.stop();
  }
}

/** The streamed queries, by name. */
export const streams = {
  "ews-list": (context: BenchContext) => compare(context, comparisons["ews-list"]),
  "graph-list": (context: BenchContext) => compare(context, comparisons["graph-list"]),
  "ews-bodies": (context: BenchContext) => compare(context, comparisons["ews-bodies"]),
};
