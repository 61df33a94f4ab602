import { startProgram, stopProgram } from "../../service/support/processes.ts";
import { bytes } from "../calls.ts";
import type { BenchContext } from "../context.ts";
import { cpuMsOf } from "../process-counters.ts";
import { type Result, ratioResult, shown } from "../result.ts";
import { startBenchService } from "../stand.ts";
import { interleaved, ratios, spread } from "../statistics.ts";

const calls = 2000;
const lanes = 16;

/** CPU of a process for each of many small calls. */
async function load(url: string, pid: number): Promise<number> {
  const before = await cpuMsOf(pid);
  const all = Array.from({ length: lanes }, async () => {
    for (let call = 0; call < calls / lanes; call += 1) await bytes(`${url}/livez`, { method: "GET" });
  });
  await Promise.all(all);
  return ((await cpuMsOf(pid)) - before) / calls;
}

/** The front: a route of the service, without its request log, against raw node:http that answers the same. */
export async function front({ fake, rounds }: BenchContext): Promise<readonly Result[]> {
  const raw = await startProgram(["test/bench/pass-through.ts", fake.url], {});
  const service = await startBenchService(fake, { LOG_LEVEL: "warn" });
  try {
    const measured = await interleaved(rounds, {
      service: () => load(service.url, service.pid),
      raw: () => load(raw.line, raw.child.pid ?? 0),
    });
    const micro = (values: readonly number[]): string => `${shown(spread(values).median * 1000)} µs`;
    return [
      ratioResult(
        "GET /livez, log off: CPU against raw node:http",
        `${micro(measured.service)} CPU, raw ${micro(measured.raw)}`,
        ratios(measured.service, measured.raw),
        { id: "G12", atMost: 1.4 },
      ),
    ];
  } finally {
    await service.stop();
    await stopProgram(raw.child);
  }
}
