import {
  type AccessTokens,
  asConnectorError,
  type Clock,
  ConnectorError,
  type HttpClient,
  type Log,
  type Random,
  type Secret,
  type TokenSet,
  type TokenSource,
} from "#spi";
import type { Repositories, Store } from "../store/store.ts";
import type { Vault } from "./secrets.ts";
import { isAlive, isFresh } from "./token-life.ts";
import { createTokenRecords, type StoredTokens, type TokenRecords } from "./token-records.ts";
import { type RenewalView, type Renewed, renew } from "./token-renewal.ts";
import { createUnsavedTokens } from "./unsaved-tokens.ts";

/** For which connection, how to ask, and over which transport. */
export interface TokenTarget {
  readonly connectionId: string;
  readonly source: TokenSource;
  readonly http: HttpClient;
}

/**
 * Decides when a token is asked for: memory, then one renewal at a time in this process, then the lease row, then the
 * identity provider; what it answers is saved before anybody gets it.
 */
export interface TokenService {
  accessTokens(target: TokenTarget): AccessTokens;
  /** A new token now, whatever life the present one has; joins a request that is under way. */
  refresh(target: TokenTarget, signal: AbortSignal): Promise<TokenSet>;
  /** What is stored, or stands in the properties. */
  stored(target: Pick<TokenTarget, "connectionId" | "source">): Promise<StoredTokens>;
  /** Tokens obtained elsewhere, or by an authorization, replace what is stored; `also` is committed with them. */
  put(connectionId: string, fingerprint: string, tokens: TokenSet, also: Also): Promise<void>;
  forget(connectionId: string, also: Also): Promise<void>;
}

/** More work of the same transaction, such as the audit record. */
export type Also = (repositories: Repositories) => Promise<void>;

export interface TokenServiceParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Names this process among all that share the store. */
  readonly instance: string;
}

/** After a failure nobody asks for so long, doubling with each further one. */
const coolDownMs = { network: 2000, credentials: 10_000, longest: 60_000 };
/** More refusals of fresh tokens than this within a minute mean that new tokens do not help. */
const refusalsPerMinute = 10;
const minuteMs = 60_000;
const rememberedRefusals = 5;
const writeAttempts = 3;

interface Entry {
  tokens?: TokenSet;
  flight?: { readonly force: boolean; readonly result: Promise<Renewed> };
  coolDown?: { readonly until: number; readonly error: ConnectorError; readonly failures: number };
  readonly refused: Secret[];
  refusedAt: number[];
}

export function createTokenService(parts: TokenServiceParts): TokenService {
  const { store, clock, log } = parts;
  const records: TokenRecords = createTokenRecords(parts);
  const unsaved = createUnsavedTokens(records, clock, log);
  const entries = new Map<string, Entry>();
  let generation = 0;
  // Tokens put or forgotten elsewhere: what is in memory is not what is stored any more.
  store.changes.on("tokens", () => {
    generation += 1;
    for (const entry of entries.values()) {
      delete entry.tokens;
      delete entry.coolDown;
    }
  });

  const entryOf = ({ connectionId, source }: Pick<TokenTarget, "connectionId" | "source">): Entry => {
    const key = `${connectionId}\n${source.fingerprint}`;
    const known = entries.get(key);
    if (known !== undefined) return known;
    const made: Entry = { refused: [], refusedAt: [] };
    entries.set(key, made);
    return made;
  };
  const isRefused = (entry: Entry, token: Secret): boolean => entry.refused.some((refused) => refused.equals(token));

  const start = (target: TokenTarget, entry: Entry, force: boolean): Promise<Renewed> => {
    const { connectionId, source } = target;
    const view: RenewalView = {
      isRefused: (token) => isRefused(entry, token),
      found: (tokens) => {
        if (!isRefused(entry, tokens.accessToken)) entry.tokens ??= tokens;
      },
      keepUnsaved: (tokens, seen) => unsaved.keep(connectionId, source.fingerprint, tokens, seen),
    };
    const work = async (): Promise<Renewed> => {
      const before = generation;
      await unsaved.flush(connectionId, source.fingerprint);
      const renewed = await renew({ ...parts, records }, target, view, force);
      // Put or forgotten meanwhile: then the row decides the next time.
      if (generation === before) entry.tokens = renewed.tokens;
      delete entry.coolDown;
      return renewed;
    };
    const result = work()
      .catch((error: unknown) => {
        noteFailure(entry, asConnectorError(error), clock.now());
        throw error;
      })
      .finally(() => {
        delete entry.flight;
      });
    entry.flight = { force, result };
    return result;
  };

  /** The present token still lives although it is time for a new one: trouble at the provider need not stop anybody yet. */
  const lastResort = (entry: Entry, error: unknown): TokenSet => {
    const { tokens } = entry;
    const isTemporary = asConnectorError(error).retry === "later";
    if (!isTemporary || tokens === undefined || !isAlive(tokens, clock.now())) throw error;
    log.warn({ error: String(error) }, "the token could not be renewed yet; the present one is used on");
    return tokens;
  };

  const access = async (target: TokenTarget): Promise<TokenSet> => {
    const entry = entryOf(target);
    try {
      if (entry.flight === undefined) throwCoolDown(entry, clock.now());
      return (await (entry.flight?.result ?? start(target, entry, false))).tokens;
    } catch (error) {
      return lastResort(entry, error);
    }
  };

  const invalidate = async (target: TokenTarget, refused: Secret): Promise<boolean> => {
    const entry = entryOf(target);
    const now = clock.now();
    if (entry.tokens !== undefined && !entry.tokens.accessToken.equals(refused)) return true;
    delete entry.tokens;
    if (!isRefused(entry, refused)) {
      entry.refused.push(refused);
      entry.refusedAt.push(now);
    }
    entry.refused.splice(0, entry.refused.length - rememberedRefusals);
    entry.refusedAt = entry.refusedAt.filter((at) => at > now - minuteMs);
    if (entry.refusedAt.length > refusalsPerMinute) {
      entry.coolDown = { until: now + coolDownMs.longest, error: refusedRepeatedly(), failures: 1 };
      return false;
    }
    const stored = await records.read(target.connectionId, target.source.fingerprint);
    const current = stored.tokens ?? target.source.given;
    if (current !== undefined && !isRefused(entry, current.accessToken) && isFresh(current, now)) return true;
    return stored.state !== "authorization-required" && target.source.canRenew(current);
  };

  const write = async (
    connectionId: string,
    fingerprint: string,
    next: { readonly state: "none" | "valid"; readonly tokens?: TokenSet },
    also: Also,
  ): Promise<void> => {
    const work = async (repositories: Repositories): Promise<boolean> => {
      const within = createTokenRecords({ store: repositories, vault: parts.vault });
      const { version } = await within.read(connectionId, fingerprint);
      if (!(await within.save(connectionId, fingerprint, version, next))) return false;
      await also(repositories);
      return true;
    };
    for (let attempt = 1; attempt <= writeAttempts; attempt += 1) if (await store.transaction(work, ["tokens"])) return;
    throw new ConnectorError("BUSY", "The tokens are being changed by others at the same time.", { waitMs: 1000 });
  };

  return {
    accessTokens: (target) => ({
      async access(signal) {
        await store.changes.look();
        const { tokens } = entryOf(target);
        if (tokens !== undefined && isFresh(tokens, clock.now())) return tokens;
        return orAborted(access(target), signal);
      },
      invalidate: (refused) => invalidate(target, refused),
    }),
    async refresh(target, signal) {
      const entry = entryOf(target);
      const running = await entry.flight?.result.catch(() => undefined);
      if (running?.asked === true) return running.tokens;
      return (await orAborted(entry.flight?.result ?? start(target, entry, true), signal)).tokens;
    },
    async stored({ connectionId, source }) {
      const found = await records.read(connectionId, source.fingerprint);
      if (found.tokens !== undefined || source.given === undefined || found.state !== "none") return found;
      return { ...found, state: "valid", tokens: source.given };
    },
    put: (connectionId, fingerprint, tokens, also) =>
      write(connectionId, fingerprint, { state: "valid", tokens }, also),
    forget: (connectionId, also) => write(connectionId, "", { state: "none" }, also),
  };
}

function throwCoolDown({ coolDown }: Entry, nowMs: number): void {
  if (coolDown === undefined || coolDown.until <= nowMs) return;
  const { error, until } = coolDown;
  throw error.retry === "later" ? error.with({ waitMs: until - nowMs }) : error;
}

/** A dead grant is marked in the row instead; trouble of our own store says nothing about the provider. */
function noteFailure(entry: Entry, error: ConnectorError, nowMs: number): void {
  const isStore = error.causeCode === "STORE_UNAVAILABLE" || error.causeCode === "TOKEN_RENEWAL_BUSY";
  if (error.code === "AUTHORIZATION_REQUIRED" || isStore) return;
  const failures = (entry.coolDown?.failures ?? 0) + 1;
  const first = error.code === "AUTHENTICATION_FAILED" ? coolDownMs.credentials : coolDownMs.network;
  const waitMs = Math.max(error.waitMs ?? 0, Math.min(coolDownMs.longest, first * 2 ** (failures - 1)));
  entry.coolDown = { until: nowMs + waitMs, error, failures };
}

const refusedRepeatedly = (): ConnectorError =>
  new ConnectorError("AUTHENTICATION_FAILED", "The mail server refuses every token the identity provider issues.", {
    causeCode: "TOKEN_REFUSED_REPEATEDLY",
  });

/** A caller who leaves ends his own waiting, never the renewal: it may be rotating the grant. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
