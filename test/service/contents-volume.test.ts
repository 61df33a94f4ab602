import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { Readable } from "node:stream";
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

const limitMb = 160;
/** What a content of any size may add to a service that has answered small calls before. */
const growthLimitMb = 20;
const megabyte = randomBytes(1024 * 1024);

let sandbox: Awaited<ReturnType<typeof startSandboxProcess>>;
let folder: Awaited<ReturnType<typeof dataFolder>>;
beforeAll(async () => {
  sandbox = await startSandboxProcess(1);
  folder = await dataFolder(sandbox.description);
}, 60_000);
afterAll(async () => {
  await stopProgram(sandbox.child);
  await folder.remove();
});

const auth = (service: ServiceProcess) => ({ authorization: `Bearer ${service.admin.key}` });

/** So many megabytes, each with a number of its own in front. */
function* content(megabytes: number): Generator<Buffer> {
  for (let index = 0; index < megabytes; index += 1) {
    const block = Buffer.from(megabyte);
    block.writeUInt32BE(index);
    yield block;
  }
}

function digestOf(megabytes: number): string {
  const hash = createHash("sha256");
  for (const block of content(megabytes)) hash.update(block);
  return hash.digest("base64");
}

/** Sends a content; answers where it is now. */
function upload(service: ServiceProcess, path: string, megabytes: number, isSized: boolean): Promise<string> {
  const length = isSized ? { "content-length": megabytes * megabyte.length } : {};
  const headers = { ...auth(service), "content-type": "application/octet-stream", ...length };
  return new Promise((resolve, reject) => {
    const sending = request(new URL(path, service.url), { method: "POST", headers }, async (response) => {
      const chunks = (await Array.fromAsync(response)) as Buffer[];
      if (response.statusCode === 201) resolve(String(response.headers.location));
      else reject(new Error(Buffer.concat(chunks).toString()));
    });
    sending.on("error", reject);
    Readable.from(content(megabytes)).pipe(sending);
  });
}

async function download(service: ServiceProcess, location: string) {
  const answer = await fetch(new URL(location, service.url), { headers: auth(service) });
  expect(answer.status).toBe(200);
  const hash = createHash("sha256");
  for await (const bytes of answer.body ?? []) hash.update(bytes);
  return hash.digest("base64");
}

describe.each([
  { connection: "ews", table: "Drafts", subject: "Subject", id: "ItemId", megabytes: 30 },
  { connection: "graph", table: "Messages", subject: "subject", id: "id", megabytes: 150 },
])("$megabytes MB over $connection", ({ connection, table, subject, id, megabytes }) => {
  const title = `go up and down within ${limitMb} MB, and ${growthLimitMb} MB above what the service had before`;
  test(title, { timeout: 180_000 }, async () => {
    const service = await startServiceProcess(folder.folder, { LOG_LEVEL: "warn" });
    try {
      if ((await service.admin.get("/v1/connections/ews")).status === 404)
        await connectBoth({ sandbox: sandbox as never, admin: service.admin });
      const made = await service.admin.run(connection, "create", { table, rows: [{ [subject]: "files" }] });
      const key = encodeURIComponent(made.outcomes[0].key[id]);
      const attachments = `/v1/connections/${connection}/tables/${table}/records/${key}/attachments`;
      await download(service, await upload(service, `${attachments}?name=small.bin`, 1, true));
      const beforeMb = await peakMemoryMb(service.child.pid);

      const location = await upload(service, `${attachments}?name=large.bin`, megabytes, true);
      expect(await download(service, location)).toBe(digestOf(megabytes));
      // Without announced size: chunks, which Graph cannot take before their size is known.
      const chunked = await upload(service, `${attachments}?name=chunked.bin`, megabytes / 2, false);
      expect(await download(service, chunked)).toBe(digestOf(megabytes / 2));

      const afterMb = await peakMemoryMb(service.child.pid);
      if (beforeMb === undefined || afterMb === undefined) return;
      console.log(`${connection}: ${beforeMb.toFixed(1)} MB before, ${afterMb.toFixed(1)} MB at most`);
      expect(afterMb - beforeMb).toBeLessThan(growthLimitMb);
      expect(afterMb).toBeLessThan(limitMb);
    } finally {
      expect(await stopProgram(service.child)).toBe(0);
    }
  });
});
