import { ConnectorError, conflict, type Random } from "#spi";
import type { IdempotencyKey, IdempotencyRecord, Store } from "../store/store.ts";
import type { IdempotencyCases, StoredAnswer } from "./use-cases.ts";

export interface IdempotencyParts {
  readonly store: Store;
  readonly random: Random;
  /** The longest a request may run (`ACTIVITY_TIMEOUT_SECONDS` and some): after it, its claim is held by nobody. */
  readonly runningLimitMs: number;
}

const keepMs = 24 * 60 * 60 * 1000;
const longestWaitMs = 5000;

/**
 * Answers by `Idempotency-Key`: one request of a key runs, all others get its answer. Whoever claimed a key completes it
 * with an answer that attempted something, whatever its status, and releases it after a refusal that attempted nothing.
 */
export function createIdempotencyCases(parts: IdempotencyParts): IdempotencyCases & { prune(): Promise<void> } {
  const { store, random, runningLimitMs } = parts;
  return {
    async begin({ principal, path, key: text, fingerprint }) {
      const key: IdempotencyKey = { principal: principal.keyId, path, key: text };
      const claim = random.uuid();
      const limits = { runningMs: runningLimitMs, keepMs };
      if (await store.idempotency.claim(key, fingerprint, claim, limits)) return claimed(store, key, claim);
      const known = await store.idempotency.read(key);
      // Released between the two statements: the claim is free again.
      if (known === undefined) {
        if (await store.idempotency.claim(key, fingerprint, claim, limits)) return claimed(store, key, claim);
        throw stillRunning(longestWaitMs);
      }
      return { replay: answerOf(known, fingerprint) };
    },
    prune: () => store.idempotency.prune(),
  };
}

function claimed(store: Store, key: IdempotencyKey, claim: string) {
  return {
    release: (): Promise<void> => store.idempotency.release(key, claim),
    complete: async (answer: StoredAnswer): Promise<void> => {
      await store.idempotency.complete(key, claim, answer, keepMs);
    },
  };
}

function answerOf(known: IdempotencyRecord, fingerprint: string): StoredAnswer {
  if (known.fingerprint !== fingerprint)
    throw conflict("This Idempotency-Key was used with another request; use a new key.");
  if (known.answer !== undefined) return known.answer;
  if (known.runningForMs > 0) throw stillRunning(Math.min(longestWaitMs, known.runningForMs));
  // Its process died in the middle. Running it again could do a write twice, and no answer can be invented.
  throw new ConnectorError(
    "CONFLICT",
    "The first request with this Idempotency-Key ended without an answer; whether it took effect is unknown. Look, then use a new key.",
    { effect: "unknown", causeCode: "IDEMPOTENCY_ANSWER_LOST" },
  );
}

const stillRunning = (waitMs: number): ConnectorError =>
  conflict("The first request with this Idempotency-Key is still running.", { waitMs });
