import { startProgram, stopProgram } from "../../service/support/processes.ts";
import { bytes, post } from "../calls.ts";
import { ewsColumns, graphColumns, graphSelect } from "../columns.ts";
import type { BenchContext } from "../context.ts";
import { findMarkup } from "../readers/ews-requests.ts";
import { type Result, shown } from "../result.ts";
import { interleaved, quantile, ratios, spread } from "../statistics.ts";

const callsOfRound = 300;
const p50LimitMs = 1;

type Call = () => Promise<unknown>;

/** Single calls of the three kinds in turn; answers the p50 and p95 of each. */
async function timed(targets: Readonly<Record<string, Call>>) {
  const times = new Map<string, number[]>();
  for (let call = 0; call < callsOfRound; call += 1) {
    for (const [name, run] of Object.entries(targets)) {
      const start = performance.now();
      await run();
      const taken = performance.now() - start;
      const known = times.get(name);
      if (known === undefined) times.set(name, [taken]);
      else known.push(taken);
    }
  }
  const of = (name: string, share: number): number => quantile(times.get(name) ?? [], share);
  return {
    directMs: of("direct", 0.5),
    p50Ms: of("service", 0.5) - of("direct", 0.5),
    p95Ms: of("service", 0.95) - of("direct", 0.95),
    rawP50Ms: of("raw", 0.5) - of("direct", 0.5),
  };
}

function resultsOf(name: string, rounds: readonly Awaited<ReturnType<typeof timed>>[]): readonly Result[] {
  const series = (of: keyof (typeof rounds)[number]) => rounds.map((round) => round[of]);
  const p50 = spread(series("p50Ms"));
  const p95 = spread(series("p95Ms"));
  const overRaw = ratios(series("p50Ms"), series("rawP50Ms"));
  const text = (of: { median: number; min: number; max: number }) =>
    `${shown(of.median)} ms (${shown(of.min)}..${shown(of.max)})`;
  return [
    {
      what: `${name}, one row: p50 added to the direct call of ${shown(spread(series("directMs")).median)} ms`,
      figure: text(p50),
      goal: { id: "done", text: `<= ${p50LimitMs} ms`, isMet: p50.median <= p50LimitMs },
    },
    {
      what: `${name}, one row: the same as goal G8`,
      figure: text(p50),
      ratio: overRaw,
      goal: {
        id: "G8",
        text: "<= 0.4 ms or ratio <= 3 to raw node:http",
        isMet: p50.median <= 0.4 || overRaw.median <= 3,
      },
    },
    {
      what: `${name}, one row: p95 added to the direct call`,
      figure: text(p95),
      goal: { id: "G8", text: "<= 0.8 ms", isMet: p95.median <= 0.8 },
    },
  ];
}

/** What the service adds to a warm query of one row. */
export async function latency({ fake, service, rounds, progress }: BenchContext): Promise<readonly Result[]> {
  await fake.set({ delayMs: 0, concurrency: 0 });
  const raw = await startProgram(["test/bench/pass-through.ts", fake.url], {});
  const soap = {
    method: "POST" as const,
    headers: { authorization: `Basic ${btoa("alice@fake.example:x")}`, "content-type": "text/xml; charset=utf-8" },
    body: findMarkup(ewsColumns, 0, 1),
  };
  const ewsPath = "/EWS/Exchange.asmx";
  const ewsQuery = JSON.stringify({ table: "Inbox", columns: ewsColumns.map(({ name }) => name), limit: 1 });
  const get = { method: "GET" as const, headers: { authorization: "Bearer fake" } };
  const graphPath = `/v1.0/me/messages?$select=${graphSelect}&$top=1`;
  const graphQuery = JSON.stringify({ table: "Messages", columns: graphColumns.map(({ name }) => name), limit: 1 });
  try {
    const measured = await interleaved(rounds, {
      ews: (round) => {
        progress(`one row, round ${round}`);
        return timed({
          direct: () => bytes(`${fake.url}${ewsPath}`, soap),
          raw: () => bytes(`${raw.line}${ewsPath}`, soap),
          service: () => post(service, "/v1/connections/ews/query", ewsQuery),
        });
      },
      graph: () =>
        timed({
          direct: () => bytes(`${fake.url}${graphPath}`, get),
          raw: () => bytes(`${raw.line}${graphPath}`, get),
          service: () => post(service, "/v1/connections/graph/query", graphQuery),
        }),
    });
    return [...resultsOf("EWS", measured.ews), ...resultsOf("Graph", measured.graph)];
  } finally {
    await stopProgram(raw.child);
  }
}
