// Measures the service against the programs one would write without it. `npm run bench -- --rounds N --only NAME`.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import type { BenchContext } from "./context.ts";
import { measurements } from "./measurements/index.ts";
import { type Result, table } from "./result.ts";
import { startBenchService, startFake } from "./stand.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", multiple: true } },
});
const rounds = Number(values.rounds);
const wanted = values.only ?? Object.keys(measurements);
const unknown = wanted.filter((name) => !(name in measurements));
if (!(rounds >= 1) || unknown.length > 0) {
  process.stderr.write(`--rounds is a number from 1; --only is one of ${Object.keys(measurements).join(", ")}\n`);
  process.exit(2);
}

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

async function measure(context: BenchContext): Promise<readonly (Result & { readonly measurement: string })[]> {
  const results: (Result & { readonly measurement: string })[] = [];
  for (const measurement of wanted) {
    progress(measurement);
    const made = await measurements[measurement]?.(context);
    results.push(...(made ?? []).map((result) => ({ measurement, ...result })));
  }
  progress("");
  return results;
}

const startedAt = new Date();
const load = loadavg()[0] ?? 0;
const folder = await mkdtemp(path.join(tmpdir(), "bench-"));
const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
try {
  const fake = await startFake();
  stops.unshift(fake.stop);
  const service = await startBenchService(fake);
  stops.unshift(service.stop);
  const results = await measure({ fake, service, rounds, folder, progress });
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model, loadAtStart: load };
  process.stdout.write(`${table(results)}\n\n`);
  process.stdout.write(
    `Node.js ${machine.node}, ${machine.cpus} CPUs, load ${load.toFixed(1)} at the start, ${rounds} rounds, ` +
      `${((Date.now() - startedAt.getTime()) / 1000).toFixed(0)} s. Ratios are taken round by round; on a busy machine only they tell.\n`,
  );
  const target = path.join(import.meta.dirname, "results");
  await mkdir(target, { recursive: true });
  const file = path.join(target, `${startedAt.toISOString().replaceAll(/[:.]/g, "-")}.json`);
  await writeFile(file, JSON.stringify({ startedAt, machine, rounds, results }, undefined, 2));
  process.stdout.write(`Written to ${path.relative(process.cwd(), file)}\n`);
} finally {
  for (const stop of stops) await stop();
}
