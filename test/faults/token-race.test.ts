import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { createVault } from "../../src/runtime/secrets.ts";
import { createTokenService } from "../../src/runtime/tokens.ts";
import { Secret } from "../../src/spi/index.ts";
import { openStore } from "../../src/store/open.ts";
import { keptLog, realRandom } from "../unit/runtime/fixtures.ts";
import { startRotatingServer } from "./rotating-server.ts";

const folder = mkdtempSync(join(tmpdir(), "token-race-"));
afterAll(() => rmSync(folder, { recursive: true }));
const worker = new URL("token-worker.ts", import.meta.url).pathname;

const instances = 3;
const lifeMs = 1000;
const runMs = 4000;

/** A store with one connection whose tokens are due for renewal at once. */
async function prepare(): Promise<void> {
  const key = Buffer.from(realRandom.bytes(32));
  writeFileSync(join(folder, "key"), key.toString("base64"));
  const log = keptLog();
  const store = await openStore({ address: "file:", dataDir: folder, clock: systemClock, log });
  await store.connections.insert({
    ...{
      id: "c",
      name: "c",
      connector: "x",
      active: true,
      tags: [],
      credentialActive: true,
      expectedSecrets: [],
      properties: {},
    },
    ...{ version: 1, createdAt: 1, updatedAt: 1 },
  });
  const service = createTokenService({
    ...{ store, log, clock: systemClock, random: realRandom },
    vault: createVault([key], realRandom),
    instance: "setup",
  });
  const tokens = { accessToken: new Secret("access 0"), refreshToken: new Secret("refresh 0"), expiresAt: 1 };
  await service.put("c", "client", tokens, async () => {});
  await store.close();
}

describe("token renewal by several instances", () => {
  it("asks a strict rotating provider hardly more often than one instance would, and never twice with one grant", async () => {
    await prepare();
    const { url, tally, server } = await startRotatingServer(lifeMs);
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: instances }, () => run(process.execPath, [worker, folder, url, String(runMs)])),
    );
    server.close();
    const results = outputs.map(
      ({ stdout }) => JSON.parse(stdout) as { served: number; expired: number; errors: string[] },
    );
    // One instance alone would ask each half life, from the first call to the last.
    const ideal = Math.ceil((tally.lastAt - tally.firstAt) / (lifeMs / 2)) + 1;
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    expect(results.map(({ expired }) => expired)).toEqual([0, 0, 0]);
    expect(tally.reuse).toBe(0);
    expect(tally.calls).toBeLessThanOrEqual(Math.floor(ideal * 1.1));
    expect(tally.calls).toBeGreaterThan(runMs / lifeMs);
    for (const { served } of results) expect(served).toBeGreaterThan(1000);
  });
});
