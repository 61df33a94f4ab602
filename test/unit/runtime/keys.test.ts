import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { type AdminKeyParts, ensureAdminKey } from "../../../src/runtime/admin-key.ts";
import { sealedVault } from "../../../src/runtime/secrets.ts";
import { Secret } from "../../../src/spi/index.ts";
import { realRandom } from "./fixtures.ts";
import { callBy, refusalOf, type Workplace, workplace } from "./workplace.ts";

const call = callBy();
const folder = mkdtempSync(join(tmpdir(), "keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

let here: Workplace;
beforeEach(async () => {
  here = await workplace();
  return () => here.store.close();
});

describe("API keys", () => {
  it("are shown once, stored as a keyed hash, and recognised", async () => {
    const created = await here.keys.create(call, { name: "n", scopes: ["operator"], connections: ["mail"] });
    expect(created.key).toMatch(new RegExp(`^exk_${created.id}_[A-Za-z0-9_-]{43}$`));
    expect(await here.keys.authenticate(created.key)).toEqual({
      keyId: created.id,
      scopes: ["operator"],
      connections: ["mail"],
    });
    const [stored] = await here.store.keys.all();
    expect(stored?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(await here.store.keys.all())).not.toContain(created.key.slice(-40));
    expect(await here.keys.get(call, created.id)).not.toHaveProperty("key");
    expect(await here.keys.get(call, created.id)).not.toHaveProperty("hash");
  });

  it("are refused when one character differs, when unknown, malformed or empty", async () => {
    const { key, id } = await here.keys.create(call, { scopes: ["admin"] });
    const wrong = [
      `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`,
      key.replace(id, "0123456789abcdef"),
      `${key}A`,
      key.slice(0, -1),
      id,
      "exk_",
      "",
      "bootstrap",
    ];
    for (const presented of wrong) expect(await refusalOf(here.keys.authenticate(presented))).toBe("UNAUTHENTICATED");
    expect(await refusalOf(here.keys.authenticate(key))).toBe("accepted");
  });

  it("mean nothing under another master key", async () => {
    const { key } = await here.keys.create(call, { scopes: ["admin"] });
    const other = await workplace({ store: here.store });
    expect(await refusalOf(other.keys.authenticate(key))).toBe("UNAUTHENTICATED");
    const sealed = await workplace({ store: here.store, vault: { ...sealedVault("no key") } });
    expect(await refusalOf(sealed.keys.authenticate(key))).toBe("BUSY");
  });

  it("expire", async () => {
    const expiresAt = new Date(here.clock.now() + 60_000).toISOString();
    const { key } = await here.keys.create(call, { scopes: ["admin"], expiresAt });
    here.clock.advance(59_999);
    expect(await refusalOf(here.keys.authenticate(key))).toBe("accepted");
    here.clock.advance(1);
    expect(await refusalOf(here.keys.authenticate(key))).toBe("UNAUTHENTICATED");
  });

  it("are revoked or narrowed within five seconds on every instance, without a store access for each request", async () => {
    const { key, id } = await here.keys.create(call, { scopes: ["admin", "operator"] });
    let loads = 0;
    const all = () => {
      loads += 1;
      return here.store.keys.all();
    };
    const store = { ...here.store, keys: { ...here.store.keys, all } };
    const second = await workplace({ store, vault: here.vault, clock: here.clock });
    for (let n = 0; n < 50; n += 1) await second.keys.authenticate(key);
    for (let n = 0; n < 50; n += 1) await refusalOf(second.keys.authenticate(key.replace(id, "0123456789abcdef")));
    expect(loads).toBe(1);
    await here.keys.patch(call, id, { scopes: ["operator"] });
    here.clock.advance(5000);
    expect((await second.keys.authenticate(key)).scopes).toEqual(["operator"]);
    await here.keys.remove(call, id);
    expect(await refusalOf(here.keys.authenticate(key))).toBe("UNAUTHENTICATED");
    here.clock.advance(5000);
    expect(await refusalOf(second.keys.authenticate(key))).toBe("UNAUTHENTICATED");
  });

  it("fail closed when the store cannot say for too long whether they were revoked", async () => {
    const { key } = await here.keys.create(call, { scopes: ["admin"] });
    await here.keys.authenticate(key);
    await here.store.close();
    here.clock.advance(2500);
    const error = await here.keys.authenticate(key).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
  });

  it("note their last use coarsely", async () => {
    const { key, id } = await here.keys.create(call, { scopes: ["admin"] });
    await here.keys.authenticate(key);
    const firstUse = new Date(here.clock.now()).toISOString();
    await expect.poll(async () => (await here.keys.get(call, id)).lastUsedAt).toBe(firstUse);
    here.clock.advance(30 * 60_000);
    await here.keys.authenticate(key);
    expect((await here.keys.get(call, id)).lastUsedAt).toBe(firstUse);
    here.clock.advance(31 * 60_000);
    await here.keys.authenticate(key);
    await expect.poll(async () => (await here.keys.get(call, id)).lastUsedAt).not.toBe(firstUse);
  });

  it("are checked when made and changed", async () => {
    const past = new Date(here.clock.now() - 1).toISOString();
    expect(await refusalOf(here.keys.create(call, { scopes: [] }))).toBe("INVALID_REQUEST /scopes");
    expect(await refusalOf(here.keys.create(call, { scopes: ["root" as never], expiresAt: past }))).toBe(
      "INVALID_REQUEST /scopes/0 /expiresAt",
    );
    const { id } = await here.keys.create(call, { scopes: ["admin"], connections: ["a"], name: "n" });
    const patched = await here.keys.patch(call, id, { connections: null, name: "m" });
    expect(patched).toMatchObject({ name: "m", scopes: ["admin"] });
    expect(patched).not.toHaveProperty("connections");
    expect(await refusalOf(here.keys.patch(call, "none", { name: "x" }))).toBe("NOT_FOUND");
    expect((await here.audited()).map((line) => line.split(" ")[1])).toEqual(["key.create", "key.update"]);
  });
});

describe("the first admin key", () => {
  let count = 0;
  const partsFor = (over: Partial<AdminKeyParts> = {}): AdminKeyParts => {
    count += 1;
    const { store, vault, audit, clock, log } = here;
    return {
      store,
      vault,
      audit,
      clock,
      log,
      random: realRandom,
      adminKeyFile: join(folder, `${count}`, "admin.key"),
      ...over,
    };
  };

  it("is written for the owner alone, once, and never logged", async () => {
    const parts = partsFor();
    expect(await ensureAdminKey(parts)).toEqual({ writtenTo: parts.adminKeyFile });
    const key = readFileSync(parts.adminKeyFile, "utf8").trim();
    expect(statSync(parts.adminKeyFile).mode & 0o777).toBe(0o600);
    expect((await here.keys.authenticate(key)).scopes).toEqual(["admin"]);
    expect(here.log.lines.join("\n")).not.toContain(key.slice(-43));
    expect(here.log.lines.join("\n")).toContain(parts.adminKeyFile);
    expect(await ensureAdminKey(parts)).toEqual({});
    expect(readFileSync(parts.adminKeyFile, "utf8").trim()).toBe(key);
  });

  it("is the one of the file after a crash before it was stored, unless others could read it", async () => {
    const parts = partsFor();
    await ensureAdminKey(parts);
    const key = readFileSync(parts.adminKeyFile, "utf8").trim();
    const again = await workplace();
    const { store, vault, audit } = again;
    await ensureAdminKey({ ...parts, store, vault, audit });
    expect(readFileSync(parts.adminKeyFile, "utf8").trim()).toBe(key);
    expect(await refusalOf(again.keys.authenticate(key))).toBe("accepted");
    await again.store.close();

    const third = await workplace();
    chmodSync(parts.adminKeyFile, 0o644);
    await ensureAdminKey({ ...parts, store: third.store, vault: third.vault, audit: third.audit });
    expect(readFileSync(parts.adminKeyFile, "utf8").trim()).not.toBe(key);
    expect(statSync(parts.adminKeyFile).mode & 0o777).toBe(0o600);
    await third.store.close();
  });

  it("is one, when several instances start first", async () => {
    const all = [partsFor(), partsFor(), partsFor()];
    const written = await Promise.all(all.map(ensureAdminKey));
    expect(written.filter(({ writtenTo }) => writtenTo !== undefined).length).toBe(1);
    expect(all.filter(({ adminKeyFile }) => existsSync(adminKeyFile)).length).toBe(1);
    expect((await here.store.keys.all()).length).toBe(1);
  });

  it("comes from ADMIN_KEY where that is set, and follows it", async () => {
    const first = "a".repeat(32);
    const parts = partsFor({ adminKey: new Secret(first) });
    await ensureAdminKey(parts);
    expect(existsSync(parts.adminKeyFile)).toBe(false);
    expect(await here.keys.authenticate(first)).toEqual({ keyId: "bootstrap", scopes: ["admin"] });
    await ensureAdminKey({ ...parts, adminKey: new Secret("b".repeat(40)) });
    expect(await refusalOf(here.keys.authenticate(first))).toBe("UNAUTHENTICATED");
    expect(await refusalOf(here.keys.authenticate("b".repeat(40)))).toBe("accepted");
    await expect(ensureAdminKey({ ...parts, adminKey: new Secret("short") })).rejects.toMatchObject({
      target: "ADMIN_KEY",
    });
  });

  it("is not made while sealed, nor beside existing keys", async () => {
    const sealed = partsFor({ vault: sealedVault("no key") });
    expect(await ensureAdminKey(sealed)).toEqual({});
    await here.keys.create(call, { scopes: ["operator"] });
    const parts = partsFor();
    writeFileSync(join(folder, "unrelated"), "x");
    expect(await ensureAdminKey(parts)).toEqual({});
    expect(existsSync(parts.adminKeyFile)).toBe(false);
  });
});
