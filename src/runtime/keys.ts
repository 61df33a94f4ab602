import { type Clock, ConnectorError, type Log, type Mistake, mistaken, notFound, type Random } from "#spi";
import type { ApiKeyRecord, Store } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import { createFreshCache } from "./fresh-cache.ts";
import { claimedId, hashOf, isSameHash, newKey } from "./key-text.ts";
import type { ListPaging } from "./page.ts";
import { isoTime } from "./representation.ts";
import type { Vault } from "./secrets.ts";
import {
  type Call,
  type KeyCases,
  type KeyInput,
  type KeyView,
  type Principal,
  type Scope,
  scopes,
} from "./use-cases.ts";

export interface KeyParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly paging: ListPaging;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Coarse on purpose: "last used" must not cost a commit for every request. */
const lastUsedEveryMs = 60 * 60 * 1000;
const pepperSaltKey = "api_key_pepper_salt";
const saltBytes = 16;

/** The pepper of key hashes, the same on all instances: without the master key stored hashes are useless. */
export async function keyPepper({
  store,
  vault,
  random,
}: Pick<KeyParts, "store" | "vault" | "random">): Promise<Buffer> {
  const proposed = Buffer.from(random.bytes(saltBytes)).toString("hex");
  return vault.derive("api key pepper", await store.meta.settle(pepperSaltKey, proposed));
}

/** API keys: made, limited, revoked and recognised. */
export function createKeyCases(parts: KeyParts): KeyCases {
  const { store, audit, paging, clock, random, log } = parts;
  const cache = createFreshCache<ReadonlyMap<string, ApiKeyRecord>>(store.changes, "keys");
  // All keys at once, so that invented ids cost no look into the store.
  const all = () => cache.get("all", async () => new Map((await store.keys.all()).map((key) => [key.id, key])));
  let pepper: Promise<Buffer> | undefined;
  const hash = async (text: string): Promise<Buffer> => {
    pepper ??= keyPepper(parts).catch((error) => {
      pepper = undefined;
      throw error;
    });
    return hashOf(await pepper, text);
  };

  const touched = new Map<string, number>();
  const touch = ({ id, lastUsedAt }: ApiKeyRecord): void => {
    const now = clock.now();
    if (now - (touched.get(id) ?? lastUsedAt ?? Number.NEGATIVE_INFINITY) < lastUsedEveryMs) return;
    touched.set(id, now);
    store.keys.touch(id, now).catch((error: unknown) => {
      touched.delete(id);
      log.warn({ keyId: id, error: String(error) }, "the last use of an API key could not be noted");
    });
  };

  const find = async (id: string): Promise<ApiKeyRecord> => {
    const record = await store.keys.byId(id);
    if (record === undefined) throw notFound(`There is no API key ${id}.`);
    return record;
  };

  return {
    async authenticate(presented) {
      const [keys, presentedHash] = [await all(), await hash(presented)];
      const record = keys.get(claimedId(presented));
      const isRight = isSameHash(presentedHash, record?.hash);
      if (record === undefined || !isRight) throw unauthenticated("The API key is not valid.");
      if (record.expiresAt !== undefined && record.expiresAt <= clock.now())
        throw unauthenticated("The API key has expired.");
      touch(record);
      return principalOf(record);
    },

    async create(call, input) {
      checkInput(input, clock.now());
      requireReach(call, input);
      const { id, text } = newKey(random);
      const record = {
        ...limitsOf(input),
        id,
        hash: (await hash(text)).toString("hex"),
        createdAt: clock.now(),
      };
      await store.transaction(
        async (repositories) => {
          await repositories.keys.insert(record);
          await audit.append(repositories, call, "key.create", `key/${id}`);
        },
        ["keys"],
      );
      return { ...show(record), key: text };
    },

    list: (_, request) =>
      paging.page(
        "keys",
        request,
        (after, limit) => store.keys.list(typeof after === "string" ? { after, limit } : { limit }),
        ({ id }) => id,
        show,
      ),

    get: async (_, id) => show(await find(id)),

    async patch(call, id, patch) {
      const current = await find(id);
      requireReach(call, current);
      const { name, scopes: scopesNow, connections, expiresAt } = show(current);
      const merged = withoutNulls({ name, scopes: scopesNow, connections, expiresAt, ...patch });
      checkInput(merged, patch.expiresAt === undefined ? undefined : clock.now());
      requireReach(call, merged);
      const { hash: kept, createdAt, lastUsedAt } = current;
      const record: ApiKeyRecord = {
        ...limitsOf(merged),
        id,
        hash: kept,
        createdAt,
        ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
      };
      await store.transaction(
        async (repositories) => {
          if (!(await repositories.keys.update(record))) throw notFound(`There is no API key ${id}.`);
          await audit.append(repositories, call, "key.update", `key/${id}`);
        },
        ["keys"],
      );
      return show(record);
    },

    async remove(call, id) {
      if (call.principal.connections !== undefined) requireReach(call, await find(id));
      await store.transaction(
        async (repositories) => {
          if (!(await repositories.keys.remove(id))) throw notFound(`There is no API key ${id}.`);
          await audit.append(repositories, call, "key.remove", `key/${id}`);
        },
        ["keys"],
      );
    },
  };
}

const unauthenticated = (message: string): ConnectorError => new ConnectorError("UNAUTHENTICATED", message);

/** A limited key must not get further by way of another. Errors: FORBIDDEN. */
function requireReach({ principal }: Call, { connections }: Pick<KeyInput, "connections">): void {
  const { connections: reach } = principal;
  if (reach === undefined || connections?.every((connection) => reach.includes(connection)) === true) return;
  throw new ConnectorError("FORBIDDEN", "This API key is limited, and handles only keys limited to its connections.");
}

const principalOf = ({ id, scopes: held, connections }: ApiKeyRecord): Principal => ({
  keyId: id,
  scopes: held as readonly Scope[],
  ...(connections === undefined ? {} : { connections }),
});

const show = ({ id, name, scopes: held, connections, createdAt, expiresAt, lastUsedAt }: ApiKeyRecord): KeyView => ({
  id,
  ...(name === undefined ? {} : { name }),
  scopes: held as readonly Scope[],
  ...(connections === undefined ? {} : { connections }),
  ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }),
  createdAt: isoTime(createdAt),
  ...(lastUsedAt === undefined ? {} : { lastUsedAt: isoTime(lastUsedAt) }),
});

const limitsOf = ({ name, scopes: wanted, connections, expiresAt }: KeyInput) => ({
  ...(name === undefined ? {} : { name }),
  scopes: [...new Set(wanted)],
  ...(connections === undefined ? {} : { connections: [...new Set(connections)] }),
  ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
});

/** In a merge patch null takes a limit away. */
const withoutNulls = (merged: Record<keyof KeyInput, unknown>): KeyInput =>
  Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null && value !== undefined)) as never;

/** `now` absent: the expiry is the stored one, which may be past. */
function checkInput({ scopes: wanted, expiresAt }: KeyInput, now: number | undefined): void {
  const mistakes: Mistake[] = [];
  const refuse = (pointer: string, detail: string): void => {
    mistakes.push({ pointer, code: "INVALID_REQUEST", detail });
  };
  if (!Array.isArray(wanted) || wanted.length === 0) refuse("/scopes", "A key needs at least one scope.");
  else
    for (const [index, scope] of wanted.entries())
      if (!scopes.includes(scope)) refuse(`/scopes/${index}`, `${scope} is no scope; there are ${scopes.join(", ")}.`);
  if (expiresAt !== undefined) {
    const time = Date.parse(expiresAt);
    if (Number.isNaN(time)) refuse("/expiresAt", "expiresAt is a time such as 2027-01-31T00:00:00Z.");
    else if (now !== undefined && time <= now) refuse("/expiresAt", "expiresAt lies in the past.");
  }
  if (mistakes.length > 0) throw mistaken(mistakes);
}
