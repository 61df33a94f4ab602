import {
  asConnectorError,
  busy,
  type Clock,
  ConnectorError,
  type Log,
  type Random,
  type Secret,
  type TokenSet,
  timedOut,
} from "#spi";
import type { Store } from "../store/store.ts";
import { isFresh } from "./token-life.ts";
import type { StoredTokens, TokenRecords } from "./token-records.ts";
import type { TokenTarget } from "./tokens.ts";

/** One request to the identity provider may take this long. */
const askLimitMs = 20_000;
/** Longer than one request, so that a lease never runs out under a request that still may rotate the grant. */
const leaseMs = 30_000;
/** Longer than a lease, so that the tokens of an instance that died in the middle are renewed within one call. */
const leaseWaitMs = 35_000;
/** Waiting instances look at the row each 15 to 40 ms. */
const pollMs = { least: 15, spread: 25 };

export interface RenewalParts {
  readonly store: Store;
  readonly records: TokenRecords;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Names this process among all that share the store. */
  readonly instance: string;
}

/** What the memory of this process adds to the stored row. */
export interface RenewalView {
  isRefused(token: Secret): boolean;
  /** Tokens read from the row, perhaps too old to be handed out without need. */
  found(tokens: TokenSet): void;
  /** The tokens could not be saved although the old ones may be dead already. */
  keepUnsaved(tokens: TokenSet, seen: number): void;
}

export interface Renewed {
  readonly tokens: TokenSet;
  /** Asked for by this process just now, not read from the row. */
  readonly asked: boolean;
}

/**
 * Gets a fresh token set: from the row when another instance was faster, else from the identity provider under the
 * lease. `force` accepts only what was written after the call began.
 */
export async function renew(
  parts: RenewalParts,
  target: TokenTarget,
  view: RenewalView,
  force: boolean,
): Promise<Renewed> {
  const { clock, records } = parts;
  const { connectionId, source } = target;
  const isUsable = (tokens: TokenSet | undefined): tokens is TokenSet =>
    tokens !== undefined && isFresh(tokens, clock.now()) && !view.isRefused(tokens.accessToken);

  const atStart = await records.read(connectionId, source.fingerprint);
  let seen = atStart;
  for (;;) {
    const current = seen.tokens ?? source.given;
    if (current !== undefined) view.found(current);
    const isNew = seen.version > atStart.version;
    if (isUsable(current) && (!force || isNew)) return { tokens: current, asked: false };
    if (seen.state === "authorization-required" && (!force || isNew)) throw authorizationRequired();
    if (!source.canRenew(current)) throw source.whyNot?.(current) ?? authorizationRequired();
    const lease = await takeLease(parts, connectionId, seen, () => records.read(connectionId, source.fingerprint));
    if ("changed" in lease) {
      seen = lease.changed;
      continue;
    }
    const asked = await askUnderLease(parts, target, view, seen, lease.owner);
    if ("tokens" in asked) return asked;
    seen = asked.changed;
  }
}

/** Compare-and-set by the version seen: whoever gets it knows that the row still is as it was read. */
async function takeLease(
  parts: RenewalParts,
  connectionId: string,
  seen: StoredTokens,
  read: () => Promise<StoredTokens>,
): Promise<{ readonly owner: string } | { readonly changed: StoredTokens }> {
  const { store, clock, random, instance } = parts;
  const owner = `${instance}/${random.uuid()}`;
  const acquire = (): Promise<boolean> =>
    store.tokens.acquire(connectionId, seen.version, owner, leaseMs).catch(async (error: unknown) => {
      // The statement may have been committed although its answer was lost.
      await release(parts, connectionId, owner);
      throw error;
    });
  const until = clock.now() + leaseWaitMs;
  for (;;) {
    if (await acquire()) return { owner };
    const now = await read();
    if (now.version !== seen.version) return { changed: now };
    if (clock.now() >= until)
      // Never without the lease: two requests with one refresh token can get the whole grant revoked.
      throw busy("Another instance is renewing the token of this connection.", pollMs.spread * 40, {
        causeCode: "TOKEN_RENEWAL_BUSY",
      });
    await clock.sleep(pollMs.least + pollMs.spread * random.fraction());
  }
}

async function askUnderLease(
  parts: RenewalParts,
  target: TokenTarget,
  view: RenewalView,
  seen: StoredTokens,
  owner: string,
): Promise<Renewed | { readonly changed: StoredTokens }> {
  const { clock, log, records } = parts;
  const { connectionId, source, http } = target;
  const current = seen.tokens ?? source.given;
  let answered: TokenSet;
  try {
    answered = await limited(clock, (signal) => source.renew(current, http, signal));
  } catch (error) {
    return afterFailure(parts, target, seen, owner, asConnectorError(error));
  }
  const tokens = completed(answered, current, clock.now());
  try {
    if (await records.save(connectionId, source.fingerprint, seen.version, { state: "valid", tokens }, owner))
      return { tokens, asked: true };
  } catch (error) {
    log.error(
      { connection: connectionId, error: String(error) },
      "a renewed token could not be saved; it is kept in memory and saved as soon as the store can be written",
    );
    view.keepUnsaved(tokens, seen.version);
    return { tokens, asked: true };
  }
  log.warn({ connection: connectionId }, "the tokens were changed by somebody else during their renewal");
  return { changed: await records.read(connectionId, source.fingerprint) };
}

/** Only a dead grant marks the connection, and only when nobody else renewed it in the meantime. */
async function afterFailure(
  parts: RenewalParts,
  { connectionId, source }: TokenTarget,
  seen: StoredTokens,
  owner: string,
  error: ConnectorError,
): Promise<{ readonly changed: StoredTokens }> {
  const { records } = parts;
  if (error.code === "AUTHORIZATION_REQUIRED") {
    const now = await records.read(connectionId, source.fingerprint);
    if (now.version !== seen.version) {
      await release(parts, connectionId, owner);
      return { changed: now };
    }
    await records.save(connectionId, source.fingerprint, seen.version, { state: "authorization-required" }, owner);
    throw error;
  }
  // After a time-out the request may still rotate the grant: then the lease is left to run out.
  if (error.code !== "TIMEOUT") await release(parts, connectionId, owner);
  throw error;
}

/** A lease that cannot be given back runs out; what happened before is more worth telling. */
async function release({ store, log }: RenewalParts, connectionId: string, owner: string): Promise<void> {
  await store.tokens.release(connectionId, owner).catch((error: unknown) => {
    log.warn({ connection: connectionId, error: String(error) }, "the renewal lease could not be given back");
  });
}

/** An answer without a refresh token means: keep the old one. */
function completed(answered: TokenSet, current: TokenSet | undefined, nowMs: number): TokenSet {
  const refreshToken = answered.refreshToken ?? current?.refreshToken;
  return {
    ...answered,
    obtainedAt: answered.obtainedAt ?? nowMs,
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

async function limited<T>(clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const request = new AbortController();
  const timer = new AbortController();
  const limit = clock.sleep(askLimitMs, timer.signal).then(() => {
    const error = timedOut("The identity provider did not answer in time.", { causeCode: "TOKEN_TIMEOUT" });
    request.abort(error);
    throw error;
  });
  try {
    return await Promise.race([work(request.signal), limit]);
  } finally {
    timer.abort();
    // Ending the timer rejects it; nobody waits for it any more.
    limit.catch(() => undefined);
  }
}

export const authorizationRequired = (): ConnectorError =>
  new ConnectorError(
    "AUTHORIZATION_REQUIRED",
    "The connection has no token that can be used or renewed; somebody has to authorize it.",
    { causeCode: "TOKEN_NOT_RENEWABLE" },
  );
