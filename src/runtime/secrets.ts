import { createHash, hkdfSync } from "node:crypto";
import { ConnectorError, type Log, type Random, Secret } from "#spi";
import type { DataKeyRecord, Store } from "../store/store.ts";
import { keyBytes, openBytes, type Place, sealBytes } from "./envelope.ts";
import { createMasterKey, readMasterKey } from "./master-key.ts";

export type { Place } from "./envelope.ts";

/**
 * Seals and opens stored secrets. Each owner (a connection, a variable) has a random data key, which the master key
 * named in its row wraps; replacing the master key therefore touches the wrapped keys only.
 */
export interface Vault {
  /** Why nothing can be sealed or opened; absent when all is well. */
  readonly sealedBecause?: string;
  /** Errors, also of the others: BUSY while sealed. */
  newDataKey(owner: string): DataKeyRecord;
  seal(dataKey: DataKeyRecord, place: Place, value: Secret): string;
  /** Errors: INTERNAL when the value was altered, or belongs to another place. */
  open(dataKey: DataKeyRecord, place: Place, sealed: string): Secret;
  /** A key for another purpose, the same on all instances. */
  derive(purpose: string, salt?: string): Buffer;
}

/** Names a key without telling anything about it. */
const idOf = (key: Uint8Array): string =>
  createHash("sha256").update("master key id\0").update(key).digest("hex").slice(0, 16);

const wrapPlace = (owner: string, keyId: string): Place => ({ table: "data_key", id: owner, field: keyId, version: 1 });

/** A vault over master keys; the first seals, all open. */
export function createVault(masterKeys: readonly [Uint8Array, ...Uint8Array[]], random: Random): Vault {
  const keyring = new Map(masterKeys.map((key) => [idOf(key), key]));
  const [active] = masterKeys;
  const activeId = idOf(active);
  const unwrap = ({ owner, keyId, wrapped }: DataKeyRecord): Buffer => {
    const master = keyring.get(keyId);
    if (master === undefined) throw new Error(`no master key ${keyId}`);
    return openBytes(master, wrapPlace(owner, keyId), wrapped);
  };
  return {
    newDataKey(owner) {
      const wrapped = sealBytes(active, wrapPlace(owner, activeId), random.bytes(keyBytes), random);
      return { owner, keyId: activeId, wrapped };
    },
    seal: (dataKey, place, value) =>
      reading(() => sealBytes(unwrap(dataKey), place, Buffer.from(value.reveal(), "utf8"), random)),
    open: (dataKey, place, sealed) =>
      reading(() => new Secret(openBytes(unwrap(dataKey), place, sealed).toString("utf8"))),
    derive: (purpose, salt = "") => Buffer.from(hkdfSync("sha256", active, salt, purpose, keyBytes)),
  };
}

function reading<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ConnectorError(
      "INTERNAL",
      "A stored secret cannot be opened: it was altered or sealed with another key.",
      {
        causeCode: "SECRET_UNREADABLE",
        cause,
      },
    );
  }
}

const sealedWaitMs = 30_000;

/** A vault that refuses everything: the key is missing or is not this store's. */
export function sealedVault(because: string): Vault {
  const refuse = (): never => {
    // Whoever asks is not known while sealed: where the key file lies is for the log.
    throw new ConnectorError("BUSY", "The service is sealed: its master key is missing, or not the one of its store.", {
      causeCode: "SEALED",
      waitMs: sealedWaitMs,
    });
  };
  return { sealedBecause: because, newDataKey: refuse, seal: refuse, open: refuse, derive: refuse };
}

const checkKey = "key_check";
const checkPlace: Place = { table: "meta", id: checkKey, field: "value", version: 1 };
const checkText = "the master key of this store";

export interface VaultOptions {
  readonly store: Pick<Store, "meta">;
  readonly masterKeyFile: string;
  /** The embedded store makes its own key at first start; on PostgreSQL none is ever made. */
  readonly mayCreate: boolean;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The vault of a store. Starts sealed, overwriting nothing, when the key is missing or another one than the check value
 * was made with. Errors: INVALID_PROPERTY when the key file is refused.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { store, masterKeyFile, mayCreate, random, log } = options;
  const check = await store.meta.read(checkKey);
  const isFirstStart = check === undefined && mayCreate;
  const key = (await readMasterKey(masterKeyFile)) ?? (isFirstStart ? await makeKey(options) : undefined);
  if (key === undefined) return sealing(log, `there is no master key in ${masterKeyFile}`);
  const proof =
    check ?? (await store.meta.settle(checkKey, sealBytes(key, checkPlace, Buffer.from(checkText), random)));
  if (!opens(key, proof)) return sealing(log, `the master key in ${masterKeyFile} is not the one of this store`);
  return createVault([key], random);
}

async function makeKey({ masterKeyFile, random, log }: VaultOptions): Promise<Buffer> {
  const key = await createMasterKey(masterKeyFile, random);
  log.info({ path: masterKeyFile }, "master key made; keep a copy of it apart from the store");
  return key;
}

function opens(key: Uint8Array, proof: string): boolean {
  try {
    return openBytes(key, checkPlace, proof).toString("utf8") === checkText;
  } catch {
    // Any failure to open means the same: this is not the key.
    return false;
  }
}

function sealing(log: Log, because: string): Vault {
  log.error({ reason: because }, "the service starts sealed");
  return sealedVault(because);
}
