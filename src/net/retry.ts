import type { ConnectorError } from "#spi";

/** Full jitter over an exponential ceiling: 0.5 s, 1 s, 2 s … 30 s. */
export const retryRules = {
  baseMs: 500,
  capMs: 30_000,
  maxTries: 5,
  /** Waits of one call, and its own retries, end here; longer waits are the caller's (Retry-After). */
  withinMs: 60_000,
} as const;

export interface RetryFacts {
  readonly error: Pick<ConnectorError, "code" | "causeCode" | "retry" | "effect" | "waitMs">;
  readonly repeatable: boolean;
  /** Tries made so far, those after an asked wait left out. */
  readonly tries: number;
  /** Since the first try began. */
  readonly elapsedMs: number;
  /** Of that: spent waiting because the server asked. */
  readonly waitedMs: number;
  readonly hasBudget: boolean;
  /** 0 ≤ x < 1. */
  readonly jitter: number;
}

export type RetryDecision =
  | { readonly action: "fail"; readonly why: "permanent" | "effect" | "tries" | "time" | "budget" | "too-long" }
  /** The server named the time: it holds for the whole connection. */
  | { readonly action: "pause"; readonly waitMs: number }
  | { readonly action: "retry"; readonly waitMs: number };

/** May a failed call be tried again, and when. Pure. */
export function decideRetry(facts: RetryFacts): RetryDecision {
  const { error, repeatable, tries, elapsedMs, waitedMs, hasBudget, jitter } = facts;
  const { baseMs, capMs, maxTries, withinMs } = retryRules;
  if (error.retry !== "later" || error.code === "AUTHENTICATION_FAILED") return { action: "fail", why: "permanent" };
  if (error.causeCode === "CANCELLED" || error.causeCode === "TRANSPORT_CLOSED") {
    return { action: "fail", why: "permanent" };
  }
  if (error.effect === "unknown" && !repeatable) return { action: "fail", why: "effect" };
  const asked = error.waitMs ?? 0;
  if (asked > 0) {
    // An asked wait shorter than our own base would only turn into a rush.
    const waitMs = Math.max(asked, baseMs);
    return waitedMs + waitMs <= withinMs ? { action: "pause", waitMs } : { action: "fail", why: "too-long" };
  }
  if (tries >= maxTries) return { action: "fail", why: "tries" };
  const waitMs = Math.round(jitter * Math.min(capMs, baseMs * 2 ** (tries - 1)));
  if (elapsedMs + waitMs > withinMs) return { action: "fail", why: "time" };
  return hasBudget ? { action: "retry", waitMs } : { action: "fail", why: "budget" };
}
