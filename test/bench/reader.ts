// A process that reads or writes as a program without the service would, one job at a time, told by its parent.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What a reader can be told to do. */
export const jobs = {
  ewsList: async (url: string, count: number, file: string) =>
    (await import("./readers/saxes-reader.ts")).readEwsList(`${url}/EWS/Exchange.asmx`, count, file),
  ewsBodies: async (url: string, count: number, file: string) =>
    (await import("./readers/saxes-reader.ts")).readEwsBodies(`${url}/EWS/Exchange.asmx`, count, file),
  ewsCreate: async (url: string, count: number) =>
    (await import("./readers/saxes-reader.ts")).createEws(`${url}/EWS/Exchange.asmx`, count),
  graphList: async (url: string, count: number, file: string) =>
    (await import("./readers/json-reader.ts")).readGraphList(url, count, file),
  graphClientList: async (url: string, count: number, file: string) =>
    (await import("./readers/json-reader.ts")).readWithGraphClient(url, count, file),
  peerList: async (url: string, count: number, file: string) =>
    (await import("./readers/ews-peer.ts")).readListWithPeer(url, count, file),
  peerBodies: async (url: string, count: number, file: string) =>
    (await import("./readers/ews-peer.ts")).readBodiesWithPeer(url, count, file),
  peerCreate: async (url: string, count: number) => (await import("./readers/ews-peer.ts")).createWithPeer(url, count),
} as const;

export interface JobOrder {
  readonly job: keyof typeof jobs;
  readonly url: string;
  readonly count: number;
  readonly file: string;
  /** Whether to tell the checksum of the file. */
  readonly check: boolean;
}

export type JobAnswer =
  | { readonly rows: number; readonly wallMs: number; readonly cpuMs: number; readonly sha256?: string }
  | { readonly error: string };

async function run({ job, url, count, file, check }: JobOrder): Promise<JobAnswer> {
  const before = process.cpuUsage();
  const start = performance.now();
  const rows = await jobs[job](url, count, file);
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const sha256 = check && {
    sha256: createHash("sha256")
      .update(await readFile(file))
      .digest("hex"),
  };
  return { rows, wallMs, cpuMs: (user + system) / 1000, ...sha256 };
}

process.on("message", (order: JobOrder) => {
  run(order)
    .catch((error: unknown): JobAnswer => ({ error: String(error instanceof Error ? error.stack : error) }))
    .then((answer) => process.send?.(answer));
});
