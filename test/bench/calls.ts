import { createHash } from "node:crypto";
import { Agent, request } from "undici";
import { cpuMsOf } from "./process-counters.ts";
import type { BenchService } from "./stand.ts";

/** One client for all measured calls, so that connections are warm. */
export const agent = new Agent({ keepAliveTimeout: 60_000, bodyTimeout: 0, headersTimeout: 0 });

/** What a streamed activity cost. */
export interface StreamMeasured {
  readonly wallMs: number;
  /** Of the service. */
  readonly cpuMs: number;
  /** Until the first record was here. */
  readonly firstRowMs: number;
  readonly rows: number;
  readonly sha256?: string;
}

const recordStart = Buffer.from('{"type":"record"');

/** Counts and sums the record lines of an NDJSON answer. Errors: when it does not end well. */
function checked(bytes: Buffer): { readonly rows: number; readonly sha256: string } {
  const first = bytes.indexOf(recordStart);
  const end = bytes.lastIndexOf('{"type":"end"');
  if (end < 0) throw new Error(`the answer does not end well: ${bytes.subarray(-500)}`);
  const lines = bytes.subarray(first, end).toString().split("\n");
  const records = lines.filter((line) => line.startsWith('{"type":"record"')).map((line) => `${line}\n`);
  return { rows: records.length, sha256: createHash("sha256").update(records.join("")).digest("hex") };
}

/** Reads a query as NDJSON to its end. */
export async function stream(
  service: BenchService,
  connection: string,
  body: object,
  options: { readonly check?: boolean } = {},
): Promise<StreamMeasured> {
  const cpuBefore = await cpuMsOf(service.pid);
  const start = performance.now();
  const answer = await request(`${service.url}/v1/connections/${connection}/query`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${service.key}`,
      "content-type": "application/json",
      accept: "application/x-ndjson",
    },
    body: JSON.stringify(body),
    dispatcher: agent,
  });
  if (answer.statusCode !== 200) throw new Error(await answer.body.text());
  const parts: Buffer[] = [];
  let firstRowMs = Number.NaN;
  let tail = Buffer.alloc(0);
  for await (const part of answer.body) {
    const bytes = part as Buffer;
    if (Number.isNaN(firstRowMs) && bytes.includes(recordStart)) firstRowMs = performance.now() - start;
    if (options.check === true) parts.push(bytes);
    else tail = Buffer.concat([tail.subarray(-64), bytes]).subarray(-128);
  }
  const wallMs = performance.now() - start;
  const cpuMs = (await cpuMsOf(service.pid)) - cpuBefore;
  if (options.check === true) return { wallMs, cpuMs, firstRowMs, ...checked(Buffer.concat(parts)) };
  const count = /"type":"end","count":(\d+)/.exec(tail.toString());
  if (count === null) throw new Error(`the answer does not end well: ${tail}`);
  return { wallMs, cpuMs, firstRowMs, rows: Number(count[1]) };
}

/** One JSON call of the service; answers its text. */
export async function post(service: BenchService, path: string, body: string): Promise<string> {
  const answer = await request(`${service.url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.key}`, "content-type": "application/json" },
    body,
    dispatcher: agent,
  });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(text);
  return text;
}

/** Any call, its answer read and dropped. */
export async function bytes(url: string, options: Parameters<typeof request>[1]): Promise<void> {
  const answer = await request(url, { ...options, dispatcher: agent });
  await answer.body.arrayBuffer();
}
