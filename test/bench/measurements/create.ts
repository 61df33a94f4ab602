import { post } from "../calls.ts";
import type { BenchContext } from "../context.ts";
import { cpuMsOf } from "../process-counters.ts";
import { newMessage } from "../readers/ews-requests.ts";
import { type Result, ratioResult, shown } from "../result.ts";
import { startReader } from "../stand.ts";
import { interleaved, ratios, spread } from "../statistics.ts";

const messages = 2000;
const ofPeer = 300;

/** Bulk creation against SOAP written by hand and against ews-javascript-api. */
export async function create({ fake, service, rounds, folder, progress }: BenchContext): Promise<readonly Result[]> {
  await fake.set({ delayMs: 0, concurrency: 0 });
  const reader = startReader(fake, folder);
  const peer = startReader(fake, folder);
  const rows = Array.from({ length: messages }, (_, index) => newMessage(index));
  const body = JSON.stringify({ table: "Inbox", rows });
  const own = async (): Promise<number> => {
    const before = await cpuMsOf(service.pid);
    const { summary } = JSON.parse(await post(service, "/v1/connections/ews/create", body));
    if (summary.succeeded !== messages) throw new Error(`created: ${JSON.stringify(summary)}`);
    return (((await cpuMsOf(service.pid)) - before) / messages) * 1000;
  };
  const others = async (job: "ewsCreate" | "peerCreate", count: number): Promise<number> => {
    const { rows: made, cpuMs } = await (job === "ewsCreate" ? reader : peer).run({ job, count, check: false });
    if (made !== count) throw new Error(`${job} created ${made} of ${count}`);
    return (cpuMs / count) * 1000;
  };
  try {
    const measured = await interleaved(rounds, {
      service: (round) => {
        progress(`creation, round ${round}`);
        return own();
      },
      script: () => others("ewsCreate", messages),
      peer: () => others("peerCreate", ofPeer),
    });
    const cpu = (name: keyof typeof measured): string => shown(spread(measured[name]).median);
    return [
      ratioResult(
        `Creation of ${messages} messages of 4 KB: service CPU against own SOAP`,
        `${cpu("service")} ms/1k, script ${cpu("script")}`,
        ratios(measured.service, measured.script),
        { id: "G7", atMost: 1.3 },
      ),
      ratioResult(
        "Creation: ews-javascript-api against the service",
        `ews-javascript-api ${cpu("peer")} ms/1k`,
        ratios(measured.peer, measured.service),
        { id: "G7", atLeast: 2 },
      ),
    ];
  } finally {
    await reader.stop();
    await peer.stop();
  }
}
