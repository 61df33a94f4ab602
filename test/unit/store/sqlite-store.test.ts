import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { type Clock, ConnectorError } from "../../../src/spi/index.ts";
import { openStore } from "../../../src/store/open.ts";
import { describeStore } from "../../contract/store.contract.ts";
import { keptLog } from "../runtime/fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "store-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ten times as fast as the wall clock, so that looking for changes needs no real waiting. */
const fastClock: Clock = {
  now: () => Math.round(Date.now() * 10) % 2 ** 52,
  sleep: () => Promise.reject(new Error("nobody sleeps here")),
};
const open = (dataDir: string) => openStore({ address: "file:", dataDir, clock: fastClock, log: keptLog() });

describeStore("SQLite", async () => {
  const dataDir = join(folder, "contract");
  return { store: await open(dataDir), another: () => open(dataDir) };
});

describe("embedded store file", () => {
  it("is the owner's alone and opens again with all it had", async () => {
    const dataDir = join(folder, "reopen");
    const store = await open(dataDir);
    await store.meta.write("kept", "yes");
    const modes = ["store.sqlite", "store.sqlite-wal"].map((name) => statSync(join(dataDir, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await store.close();
    const again = await open(dataDir);
    expect(await again.meta.read("kept")).toBe("yes");
    await again.close();
  });

  it("leaves a newer schema alone and says that it does not know it", async () => {
    const dataDir = join(folder, "newer");
    const store = await open(dataDir);
    await store.meta.write("schema_version", "999");
    await store.close();
    const older = await open(dataDir);
    expect(await older.isSchemaKnown()).toBe(false);
    expect(await older.meta.read("schema_version")).toBe("999");
    await older.close();
  });

  it("answers BUSY, not a driver error, when the file is no database", async () => {
    const dataDir = join(folder, "damaged");
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, "store.sqlite"), "x".repeat(8192));
    await expect(open(dataDir)).rejects.toMatchObject({ code: "BUSY", causeCode: "STORE_UNAVAILABLE" });
  });

  it("waits for another process that is writing without blocking this one", async () => {
    const dataDir = join(folder, "contended");
    const store = await open(dataDir);
    const other = new DatabaseSync(join(dataDir, "store.sqlite"));
    other.exec("BEGIN IMMEDIATE");
    setTimeout(() => other.exec("COMMIT"), 50);
    await store.canary();
    expect(other.isTransaction).toBe(false);
    other.close();
    await store.close();
  });

  it("refuses an address of no engine", async () => {
    const wrong = openStore({ address: "mysql://x", dataDir: folder, clock: fastClock, log: keptLog() });
    await expect(wrong).rejects.toBeInstanceOf(ConnectorError);
  });
});
