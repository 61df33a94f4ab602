import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { Client } from "../service/support/client.ts";
import { dataFolder, startProgram, startServiceProcess, stopProgram } from "../service/support/processes.ts";
import { connect } from "../service/support/stand.ts";
import type { FakeStats } from "./fake/counters.ts";
import type { JobAnswer, JobOrder } from "./reader.ts";
import type { FakeSettings } from "./upstream.ts";

/** The fake upstream, a process of its own. */
export interface Fake {
  readonly url: string;
  /** Changes how it answers, and sets its counters back. */
  set(settings: Partial<FakeSettings>): Promise<void>;
  stats(): Promise<FakeStats>;
  stop(): Promise<unknown>;
}

export async function startFake(items = 10_000): Promise<Fake> {
  const { child, line: url } = await startProgram(["test/bench/upstream.ts", String(items)], {});
  return {
    url,
    set: async (settings) => {
      await fetch(`${url}/__settings`, { method: "POST", body: JSON.stringify(settings) });
    },
    stats: async () => (await (await fetch(`${url}/__stats`)).json()) as FakeStats,
    stop: () => stopProgram(child),
  };
}

/** A running service with the connections `ews` and `graph` to a fake. */
export interface BenchService {
  readonly url: string;
  readonly key: string;
  readonly pid: number;
  readonly startMs: number;
  stop(): Promise<void>;
}

/** Starts the service as `npm start` does. */
export async function startBenchService(fake: Fake, environment: Record<string, string> = {}): Promise<BenchService> {
  const folder = await dataFolder({ cloudOverrides: { GLOBAL: { graph: fake.url, authority: fake.url } } });
  const start = performance.now();
  const service = await startServiceProcess(folder.folder, environment);
  const startMs = performance.now() - start;
  const { admin, url, child } = service;
  const stop = async (): Promise<void> => {
    await stopProgram(child);
    await folder.remove();
  };
  try {
    await connectTo(fake, admin);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, key: admin.key, pid: child.pid ?? 0, startMs, stop };
}

async function connectTo({ url }: Fake, admin: Client): Promise<void> {
  const basic = { AuthScheme: "Basic", User: "alice@fake.example", Password: "x" };
  const server = { Platform: "Exchange2013_SP1", Server: `${url}/EWS/Exchange.asmx` };
  await connect(admin, "ews", { Schema: "EWS", ...server, ...basic });
  const token = { OAuthClientId: "fake", OAuthAccessToken: "fake", OAuthExpiresIn: "86400" };
  await connect(admin, "graph", { Schema: "MSGraph", AuthScheme: "AzureAD", InitiateOAuth: "OFF", ...token });
}

/** A process that does jobs without the service. */
export interface Reader {
  run(order: Omit<JobOrder, "url" | "file">): Promise<Exclude<JobAnswer, { error: string }>>;
  stop(): Promise<unknown>;
}

let readers = 0;

/** Starts a reader that works against a fake and writes below `folder`. */
export function startReader(fake: Fake, folder: string): Reader {
  const child: ChildProcess = fork(path.join(import.meta.dirname, "reader.ts"));
  readers += 1;
  const file = path.join(folder, `reader-${readers}.ndjson`);
  return {
    run: (order) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`the reader ended with ${code}`));
        child.once("exit", ended);
        child.once("message", (answer: JobAnswer) => {
          child.off("exit", ended);
          if ("error" in answer) reject(new Error(answer.error));
          else resolve(answer);
        });
        child.send({ ...order, url: fake.url, file } satisfies JobOrder);
      }),
    stop: () => stopProgram(child),
  };
}
