import { spawn } from "node:child_process";
import { once } from "node:events";
import { stream } from "../calls.ts";
import type { BenchContext } from "../context.ts";
import { memoryMbOf } from "../process-counters.ts";
import { limitResult, type Result, ratioResult, shown } from "../result.ts";
import { startBenchService } from "../stand.ts";
import { interleaved, ratios, spread } from "../statistics.ts";
import { ewsListQuery, graphListQuery } from "./streams.ts";

const peakLimitMb = 160;
const growthLimit = 1.15;

/** The most memory a fresh service had after one query of so many rows. */
async function peakAfter({ fake }: BenchContext, connection: "ews" | "graph", rows: number): Promise<number> {
  await fake.set({ items: rows, delayMs: 0, concurrency: 0 });
  const service = await startBenchService(fake);
  try {
    await stream(service, connection, connection === "ews" ? ewsListQuery : graphListQuery);
    return (await memoryMbOf(service.pid)).peak;
  } finally {
    await service.stop();
  }
}

/** Peak memory of one query of 10,000 and of 100,000 rows, each in a fresh service. */
export async function memory(context: BenchContext): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const connection of ["ews", "graph"] as const) {
    context.progress(`memory, ${connection}`);
    const small = await peakAfter(context, connection, 10_000);
    const large = await peakAfter(context, connection, 100_000);
    const name = connection === "ews" ? "EWS" : "Graph";
    const growth = { median: large / small, min: large / small, max: large / small };
    results.push(
      limitResult(`${name}: peak RSS of one query of 10,000 rows`, small, "MB", { id: "G6", atMost: peakLimitMb }),
      limitResult(`${name}: peak RSS of one query of 100,000 rows`, large, "MB", { id: "G6", atMost: peakLimitMb }),
      ratioResult(`${name}: peak RSS of 100,000 rows against 10,000`, `${shown(large - small)} MB more`, growth, {
        id: "G6",
        atMost: growthLimit,
      }),
    );
  }
  return results;
}

/** The packages every service of this kind loads before it can answer. */
const leanSet = ["fastify", "@fastify/swagger", "zod", "fastify-type-provider-zod", "pino", "undici", "saxes"];

/** How long a process takes that loads these and ends. */
async function importsMs(): Promise<number> {
  const program = leanSet.map((name) => `await import(${JSON.stringify(name)});`).join("");
  const start = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the imports ended with ${code}`);
  return performance.now() - start;
}

/** Start to the line that says it listens, and memory of a service nobody has asked anything. */
export async function start({ fake, rounds, progress }: BenchContext): Promise<readonly Result[]> {
  const idle: number[] = [];
  const measured = await interleaved(Math.min(rounds, 3), {
    service: async (round) => {
      progress(`start, round ${round}`);
      const service = await startBenchService(fake);
      idle.push((await memoryMbOf(service.pid)).now);
      await service.stop();
      return service.startMs;
    },
    imports: importsMs,
  });
  return [
    ratioResult(
      "Start until it listens: against a process that imports the lean set",
      `${shown(spread(measured.service).median)} ms, imports ${shown(spread(measured.imports).median)} ms`,
      ratios(measured.service, measured.imports),
      { id: "G11", atMost: 1.3 },
    ),
    limitResult("RSS of an idle service with two connections", spread(idle).median, "MB", { id: "G11", atMost: 100 }),
  ];
}
