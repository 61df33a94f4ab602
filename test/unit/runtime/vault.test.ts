import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openVault } from "../../../src/runtime/secrets.ts";
import { Secret } from "../../../src/spi/index.ts";
import type { Store } from "../../../src/store/store.ts";
import { keptLog, manualClock, memoryStore, realRandom } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "vault-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const newPath = (): string => {
  count += 1;
  return join(folder, String(count), "master.key");
};
const start = (store: Store, masterKeyFile: string, mayCreate = true, log = keptLog()) =>
  openVault({ store, masterKeyFile, mayCreate, random: realRandom, log });

describe("master key", () => {
  it("is made at the first start, for its owner alone, and opens the store again", async () => {
    const store = await memoryStore(manualClock());
    const path = newPath();
    const first = await start(store, path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, "utf8")).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    const dataKey = first.newDataKey("o");
    const place = { table: "t", id: "o", field: "f", version: 1 };
    const sealed = first.seal(dataKey, place, new Secret("hush"));
    const second = await start(store, path);
    expect(second.open(dataKey, place, sealed).reveal()).toBe("hush");
    expect(second.derive("x")).toEqual(first.derive("x"));
    expect(second.derive("y")).not.toEqual(first.derive("x"));
    await store.close();
  });

  it("is one, however many processes start first at the same time", async () => {
    const store = await memoryStore(manualClock());
    const path = newPath();
    const vaults = await Promise.all(Array.from({ length: 5 }, () => start(store, path)));
    expect(vaults.map((vault) => vault.sealedBecause)).toEqual(Array(5).fill(undefined));
    expect(new Set(vaults.map((vault) => vault.derive("x").toString("hex"))).size).toBe(1);
    await store.close();
  });

  it("missing or wrong: starts sealed, makes no new key and overwrites nothing", async () => {
    const store = await memoryStore(manualClock());
    const path = newPath();
    await start(store, path);
    const check = await store.meta.read("key_check");
    unlinkSync(path);
    const log = keptLog();
    const missing = await start(store, path, true, log);
    expect(missing.sealedBecause).toMatch(/no master key/);
    expect(existsSync(path)).toBe(false);
    expect(log.lines.join()).toMatch(/sealed/);
    expect(() => missing.newDataKey("o")).toThrow(expect.objectContaining({ code: "BUSY", causeCode: "SEALED" }));

    writeFileSync(path, `${Buffer.from(realRandom.bytes(32)).toString("base64")}\n`, { mode: 0o600 });
    const before = readFileSync(path, "utf8");
    expect((await start(store, path)).sealedBecause).toMatch(/not the one of this store/);
    expect(readFileSync(path, "utf8")).toBe(before);
    expect(await store.meta.read("key_check")).toBe(check);
    await store.close();
  });

  it("is never made where it has to be given", async () => {
    const store = await memoryStore(manualClock());
    const path = newPath();
    expect((await start(store, path, false)).sealedBecause).toMatch(/no master key/);
    expect(existsSync(path)).toBe(false);
    expect(await store.meta.read("key_check")).toBeUndefined();
    await store.close();
  });

  it("is refused when others may read it or it is no key", async () => {
    const store = await memoryStore(manualClock());
    const path = newPath();
    await start(store, path);
    for (const mode of [0o644, 0o640, 0o660, 0o700, 0o604]) {
      chmodSync(path, mode);
      await expect(start(store, path)).rejects.toMatchObject({ target: "MASTER_KEY_FILE" });
    }
    chmodSync(path, 0o400);
    expect((await start(store, path)).sealedBecause).toBeUndefined();
    chmodSync(path, 0o600);
    for (const text of ["", "\0".repeat(45), "c2hvcnQ=\n", "no base64 at all, but forty-four characters!\n"]) {
      writeFileSync(path, text);
      await expect(start(store, path)).rejects.toMatchObject({ target: "MASTER_KEY_FILE" });
    }
    await store.close();
  });
});
