import { asConnectorError, type Clock, type Log, type TokenSet } from "#spi";
import type { TokenRecords } from "./token-records.ts";

/** Renewed tokens the store did not take, saved as soon as it can be written again. */
export interface UnsavedTokens {
  keep(connectionId: string, fingerprint: string, tokens: TokenSet, seen: number): void;
  /** The tokens kept for the connection, if any: newer than what is stored. */
  of(connectionId: string, fingerprint: string): TokenSet | undefined;
  /** Tries to save now. Errors: those of the store. */
  flush(connectionId: string, fingerprint: string): Promise<void>;
}

interface Unsaved {
  readonly tokens: TokenSet;
  readonly seen: number;
}

const firstRetryMs = 200;
const longestRetryMs = 30_000;

export function createUnsavedTokens(records: TokenRecords, clock: Clock, log: Log): UnsavedTokens {
  const unsaved = new Map<string, Unsaved>();
  const keyOf = (connectionId: string, fingerprint: string): string => `${connectionId}\n${fingerprint}`;

  const flush: UnsavedTokens["flush"] = async (connectionId, fingerprint) => {
    const key = keyOf(connectionId, fingerprint);
    const kept = unsaved.get(key);
    if (kept === undefined) return;
    const next = { state: "valid" as const, tokens: kept.tokens };
    const isSaved = await records.save(connectionId, fingerprint, kept.seen, next);
    if (unsaved.get(key) === kept) unsaved.delete(key);
    if (isSaved) log.info({ connection: connectionId }, "the renewed token is saved now");
    else log.error({ connection: connectionId }, "a renewed token was not saved: other tokens were stored meanwhile");
  };

  /** The connection is gone, or something else no waiting can heal. */
  const forget = (connectionId: string, fingerprint: string): void => {
    unsaved.delete(keyOf(connectionId, fingerprint));
  };

  const retry = async (connectionId: string, fingerprint: string, kept: Unsaved): Promise<void> => {
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(longestRetryMs, waitMs * 2)) {
      await clock.sleep(waitMs);
      if (unsaved.get(keyOf(connectionId, fingerprint)) !== kept) return;
      try {
        return await flush(connectionId, fingerprint);
      } catch (error) {
        log.error({ connection: connectionId, error: String(error) }, "a renewed token still cannot be saved");
        if (asConnectorError(error).code !== "BUSY") return forget(connectionId, fingerprint);
      }
    }
  };

  return {
    keep(connectionId, fingerprint, tokens, seen) {
      const kept = { tokens, seen };
      unsaved.set(keyOf(connectionId, fingerprint), kept);
      retry(connectionId, fingerprint, kept).catch((error: unknown) =>
        log.error({ connection: connectionId, error: String(error) }, "saving a renewed token was given up"),
      );
    },
    of: (connectionId, fingerprint) => unsaved.get(keyOf(connectionId, fingerprint))?.tokens,
    flush,
  };
}
