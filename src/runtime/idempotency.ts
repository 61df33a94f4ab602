import { ConnectorError, conflict, type Random } from "#spi";
import type { IdempotencyKey, IdempotencyRecord, Store } from "../store/store.ts";
import { openBytes, type Place, sealBytes } from "./envelope.ts";
import type { Vault } from "./secrets.ts";
import type { IdempotencyCases, StoredAnswer } from "./use-cases.ts";

export interface IdempotencyParts {
  readonly store: Store;
  readonly vault: Pick<Vault, "derive">;
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
  const seal = sealer(parts);
  return {
    async begin({ principal, path, key: text, fingerprint }) {
      const key: IdempotencyKey = { principal: principal.keyId, path, key: text };
      const claim = random.uuid();
      const limits = { runningMs: runningLimitMs, keepMs };
      if (await store.idempotency.claim(key, fingerprint, claim, limits)) return claimed(store, key, claim, seal);
      const known = await store.idempotency.read(key);
      // Released between the two statements: the claim is free again.
      if (known === undefined) {
        if (await store.idempotency.claim(key, fingerprint, claim, limits)) return claimed(store, key, claim, seal);
        throw stillRunning(longestWaitMs);
      }
      return { replay: seal.open(key, answerOf(known, fingerprint)) };
    },
    prune: () => store.idempotency.prune(),
  };
}

/** Answers hold mail, and those of some procedures tokens: they are kept sealed, each for its own key. */
function sealer({ vault, random }: Pick<IdempotencyParts, "vault" | "random">) {
  let derived: Buffer | undefined;
  const secret = (): Buffer => (derived ??= vault.derive("idempotent answers"));
  const placeOf = ({ principal, path, key }: IdempotencyKey): Place => ({
    table: "idempotency",
    id: JSON.stringify([principal, path, key]),
    field: "body",
    version: 1,
  });
  return {
    seal: (key: IdempotencyKey, answer: StoredAnswer): StoredAnswer => ({
      ...answer,
      body: sealBytes(secret(), placeOf(key), Buffer.from(answer.body), random),
    }),
    open: (key: IdempotencyKey, answer: StoredAnswer): StoredAnswer => ({
      ...answer,
      body: openBytes(secret(), placeOf(key), answer.body).toString("utf8"),
    }),
  };
}

function claimed(store: Store, key: IdempotencyKey, claim: string, { seal }: ReturnType<typeof sealer>) {
  return {
    release: (): Promise<void> => store.idempotency.release(key, claim),
    complete: async (answer: StoredAnswer): Promise<void> => {
      await store.idempotency.complete(key, claim, seal(key, answer), keepMs);
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
