import type { Code, ConnectorError } from "#spi";
import type { SubscriptionRecord } from "../../store/subscription-records.ts";

/** Trouble that may go away by itself; any other ends a subscription at the third turn in a row. */
const passing: ReadonlySet<Code> = new Set([
  "BUSY",
  "TIMEOUT",
  "UNREACHABLE",
  "CERTIFICATE",
  "PROTOCOL",
  "CONFLICT",
  "RATE_LIMITED",
  "INTERNAL",
]);
const finalTries = 3;
/** Any other trouble ends it after so long. */
export const longestTroubleMs = 24 * 3_600_000;
const longestWaitMs = 15 * 60_000;
const shortestWaitMs = 1000;

/** The record after a turn that failed, and when the next one comes. */
export function failed(
  record: SubscriptionRecord,
  error: ConnectorError,
  now: number,
  pollMs: number,
): { readonly record: SubscriptionRecord; readonly waitMs: number } {
  const failures = record.failures + 1;
  const failingSince = record.failingSince ?? now;
  const isRefused = !passing.has(error.code) && failures >= finalTries;
  const isOver = isRefused || now - failingSince >= longestTroubleMs;
  const code = isOver
    ? isRefused
      ? "SUBSCRIPTION_REFUSED"
      : "SUBSCRIPTION_UNREACHABLE"
    : (error.causeCode ?? error.code);
  const waitMs = Math.min(longestWaitMs, Math.max(pollMs, shortestWaitMs) * 2 ** Math.min(failures - 1, 10));
  return {
    record: {
      ...record,
      state: isOver ? "ended" : "renewing",
      reason: { code, detail: error.message },
      failures,
      failingSince,
    },
    waitMs: Math.max(waitMs, error.waitMs ?? 0),
  };
}
