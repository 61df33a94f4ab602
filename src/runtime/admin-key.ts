import { readFile, rm, stat, unlink } from "node:fs/promises";
import { type Clock, ConnectorError, type Log, type Random, type Secret } from "#spi";
import type { ApiKeyRecord, Store } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import { bootstrapId, claimedId, hashOf, newKey } from "./key-text.ts";
import { keyPepper } from "./keys.ts";
import { writeDurably } from "./master-key.ts";
import { servicePrincipal } from "./principal.ts";
import type { Vault } from "./secrets.ts";

export interface AdminKeyParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** `ADMIN_KEY`: in force for as long as it is set, replaced when it changes. */
  readonly adminKey?: Secret;
  /** Where a key is written when none is given and the store has no key at all. */
  readonly adminKeyFile: string;
}

const shortestAdminKey = 32;
const actor = { principal: servicePrincipal, requestId: "start" };

/**
 * Sees to it that somebody can sign in. Answers where the first admin key lies when one was made; the key itself goes
 * to that file alone. Does nothing while sealed.
 */
export async function ensureAdminKey(parts: AdminKeyParts): Promise<{ readonly writtenTo?: string }> {
  if (parts.vault.sealedBecause !== undefined) return {};
  if (parts.adminKey !== undefined) {
    await enforce(parts, parts.adminKey);
    return {};
  }
  if (!(await parts.store.keys.isEmpty())) return {};
  return makeFirst(parts);
}

async function enforce(parts: AdminKeyParts, adminKey: Secret): Promise<void> {
  const { store, audit, clock } = parts;
  const text = adminKey.reveal();
  if (text.length < shortestAdminKey)
    throw new ConnectorError("INVALID_PROPERTY", `ADMIN_KEY needs at least ${shortestAdminKey} characters.`, {
      target: "ADMIN_KEY",
    });
  const hash = hashOf(await keyPepper(parts), text).toString("hex");
  const known = await store.keys.byId(bootstrapId);
  if (known?.hash === hash) return;
  const record: ApiKeyRecord = { id: bootstrapId, name: "ADMIN_KEY", hash, scopes: ["admin"], createdAt: clock.now() };
  await store.transaction(
    async (repositories) => {
      await repositories.keys.remove(bootstrapId);
      await repositories.keys.insert(record);
      await audit.append(repositories, actor, "key.create", `key/${bootstrapId}`);
    },
    ["keys"],
  );
}

/** The file comes first: after a crash in between, the next start takes the key it finds there. */
async function makeFirst(parts: AdminKeyParts): Promise<{ readonly writtenTo?: string }> {
  const { store, audit, clock, random, adminKeyFile, log } = parts;
  const text = await settleFile(adminKeyFile, random);
  const id = claimedId(text);
  const hash = hashOf(await keyPepper(parts), text).toString("hex");
  await store.transaction(
    async (repositories) => {
      // The row lock of this write makes two first starts take turns.
      await repositories.meta.write("first_key", id);
      if (!(await repositories.keys.isEmpty())) return;
      await repositories.keys.insert({ id, name: "first admin key", hash, scopes: ["admin"], createdAt: clock.now() });
      await audit.append(repositories, actor, "key.create", `key/${id}`);
    },
    ["keys"],
  );
  if ((await store.keys.byId(id)) === undefined) {
    // Another instance was first; its file is on its own machine.
    await unlink(adminKeyFile);
    return {};
  }
  log.info({ path: adminKeyFile }, "first admin key written");
  return { writtenTo: adminKeyFile };
}

/** The key of the file, made first if there is none. What others may have read, or is no key, is replaced. */
async function settleFile(path: string, random: Random): Promise<string> {
  const found = await readPrivateKey(path);
  if (found !== undefined) return found;
  await rm(path, { force: true });
  await writeDurably(path, `${newKey(random).text}\n`);
  return (await readFile(path, "utf8")).trim();
}

async function readPrivateKey(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const key = text.trim();
  if (claimedId(key) === bootstrapId) return undefined;
  const { mode } = await stat(path);
  return process.platform !== "win32" && (mode & 0o077) !== 0 ? undefined : key;
}
