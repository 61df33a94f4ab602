import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  dataFolder,
  peakMemoryMb,
  type ServiceProcess,
  startSandboxProcess,
  startServiceProcess,
  stopProgram,
} from "./support/processes.ts";
import { connectBoth } from "./support/stand.ts";

const count = 10_000;
const limitMb = 160;

let sandbox: Awaited<ReturnType<typeof startSandboxProcess>>;
let folder: Awaited<ReturnType<typeof dataFolder>>;
beforeAll(async () => {
  sandbox = await startSandboxProcess(count);
  folder = await dataFolder(sandbox.description);
});
afterAll(async () => {
  await stopProgram(sandbox.child);
  await folder.remove();
});

/** Reads a stream to its end; answers how many distinct values the column had, and the last frame. */
async function readStream(
  service: ServiceProcess,
  connection: string,
  activity: "query" | "execute",
  body: object,
  column: string,
) {
  const answer = await fetch(`${service.url}/v1/connections/${connection}/${activity}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${service.admin.key}`,
      "content-type": "application/json",
      accept: "application/x-ndjson",
    },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  const seen = new Set<string>();
  let last: unknown;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of answer.body ?? []) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      last = JSON.parse(line);
      const { record } = last as { readonly record?: Record<string, string> };
      if (record !== undefined) seen.add(record[column] ?? "");
    }
  }
  return { distinct: seen.size, last };
}

describe.each([
  { connection: "ews", table: "Inbox", subject: "Subject" },
  { connection: "graph", table: "Messages", subject: "subject" },
])("ten thousand messages over $connection", ({ connection, table, subject }) => {
  test(`stream as NDJSON within ${limitMb} MB, after a first start`, { timeout: 120_000 }, async () => {
    // A compile cache of its own, so that it is a first start.
    const NODE_COMPILE_CACHE = path.join(folder.folder, `compiled-${connection}`);
    const service = await startServiceProcess(folder.folder, { LOG_LEVEL: "warn", NODE_COMPILE_CACHE });
    try {
      if ((await service.admin.get("/v1/connections/ews")).status === 404)
        await connectBoth({ sandbox: sandbox as never, admin: service.admin });
      const read = await readStream(service, connection, "query", { table }, subject);
      expect(read).toEqual({ distinct: count, last: { type: "end", count } });
      const action = {
        procedure: "Look Up Messages by User ID",
        input: { user: "alice@sandbox.example", select: "subject" },
      };
      const streamed = await readStream(service, connection, "execute", action, "subject");
      expect(streamed.last).toEqual({ type: "end", count });
      const peakMb = await peakMemoryMb(service.child.pid);
      if (peakMb !== undefined) expect(peakMb).toBeLessThan(limitMb);
    } finally {
      expect(await stopProgram(service.child)).toBe(0);
    }
  });
});
