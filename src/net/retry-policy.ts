import { AsyncLocalStorage } from "node:async_hooks";
import { type RetryDecision, type RetryFacts, retryRules } from "./retry.ts";

/** What one line of a policy looks at: the request's method, the answer, and what the connector made of it. */
export interface RetryCondition {
  readonly field: "method" | "status" | "header" | "body" | "error" | "responseCode";
  /** The header's name. */
  readonly name?: string;
  readonly operator: "is" | "is not" | "contains" | "not contains";
  readonly value: string;
}

/** When failed upstream calls are repeated, in place of the service's own rules for what its conditions match. */
export interface RetryPolicy {
  /** One of these must hold; it holds when all of its lines do. */
  readonly conditions: readonly { readonly all: readonly RetryCondition[] }[];
  readonly strategy: "fixed-interval" | "exponential-backoff" | "retry-after";
  readonly intervalSeconds: number;
  /** Repetitions; 0 = none. */
  readonly count: number;
  /** All waits of one call together. */
  readonly maxElapsedSeconds: number;
}

/** The latest request of a call and its answer, as far as a policy may see it: no credentials, the start of the body. */
export interface LastAnswer {
  method: string;
  status?: number;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  body: string;
}

/** Of an error answer's body, this much is looked at. */
export const noticedBodyBytes = 64 * 1024;

interface InForce {
  readonly policy: RetryPolicy;
  readonly last?: LastAnswer;
}
const inForce = new AsyncLocalStorage<InForce>();

/** Runs something whose upstream calls follow the policy. */
export const underPolicy = <T>(policy: RetryPolicy, run: () => T): T => inForce.run({ policy }, run);

export const policyInForce = (): RetryPolicy | undefined => inForce.getStore()?.policy;

/** Where the transport notes the answer to the call that runs now; undefined where nobody asks. */
export const answerNote = (): LastAnswer | undefined => inForce.getStore()?.last;

/** Runs one try; what was answered last is in `last` afterwards. */
export const noting = <T>(policy: RetryPolicy, last: LastAnswer, run: () => T): T => inForce.run({ policy, last }, run);

export const nothingAnswered = (): LastAnswer => ({ method: "", headers: {}, body: "" });

interface PolicyFacts extends Pick<RetryFacts, "error" | "repeatable" | "tries" | "waitedMs" | "elapsedMs"> {
  /** The remote party's own code, e.g. `ErrorServerBusy`. */
  readonly responseCode: string | undefined;
  readonly last: LastAnswer;
}

/**
 * What the policy says about a failed call; undefined when none of its conditions matches. A call that may have been
 * acted upon is not repeated, nor a refused login, whatever the policy says. Pure.
 */
export function decideByPolicy(policy: RetryPolicy, facts: PolicyFacts): RetryDecision | undefined {
  const { error, repeatable, tries, waitedMs, elapsedMs } = facts;
  if (error.causeCode === "CANCELLED" || error.causeCode === "TRANSPORT_CLOSED") return undefined;
  // A wrong password does not get better; repeated, it locks the account.
  if (error.code === "AUTHENTICATION_FAILED") return undefined;
  if (!policy.conditions.some(({ all }) => all.every((condition) => holds(condition, facts)))) return undefined;
  if (error.effect === "unknown" && !repeatable) return { action: "fail", why: "effect" };
  const limitMs = policy.maxElapsedSeconds * 1000;
  if (policy.strategy === "retry-after") {
    if (error.waitMs === undefined) return { action: "fail", why: "permanent" };
    // A server that asks for no time at all, again and again, must not turn this into a rush without an end.
    const waitMs = Math.max(error.waitMs, retryRules.baseMs);
    if (Math.max(waitedMs, elapsedMs) + waitMs > limitMs) return { action: "fail", why: "too-long" };
    return { action: "pause", waitMs };
  }
  if (tries > policy.count) return { action: "fail", why: "tries" };
  const factor = policy.strategy === "exponential-backoff" ? 2 ** (tries - 1) : 1;
  const waitMs = policy.intervalSeconds * 1000 * factor;
  return elapsedMs + waitMs > limitMs ? { action: "fail", why: "time" } : { action: "retry", waitMs };
}

function holds({ field, name, operator, value }: RetryCondition, facts: PolicyFacts): boolean {
  const found = valuesOf(field, name, facts).map((one) => one.toLowerCase());
  const wanted = value.toLowerCase();
  switch (operator) {
    case "is":
      return found.some((one) => one === wanted);
    case "is not":
      return found.every((one) => one !== wanted);
    case "contains":
      return found.some((one) => one.includes(wanted));
    case "not contains":
      return found.every((one) => !one.includes(wanted));
  }
}

/** All that a field stands for; an error is known by its code and its finer cause. */
function valuesOf(
  field: RetryCondition["field"],
  name: string | undefined,
  { last, error, responseCode }: PolicyFacts,
): readonly string[] {
  switch (field) {
    case "method":
      return [last.method];
    case "status":
      return last.status === undefined ? [] : [String(last.status)];
    case "header":
      return [last.headers[(name ?? "").toLowerCase()] ?? []].flat();
    case "body":
      return [last.body];
    case "error":
      return [error.code, ...(error.causeCode === undefined ? [] : [error.causeCode])];
    case "responseCode":
      return responseCode === undefined ? [] : [responseCode];
  }
}
