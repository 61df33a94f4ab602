import type { ConnectorError } from "#spi";
import { failure } from "./failures.ts";
import { RollingCount } from "./rolling-count.ts";

export const circuitRules = {
  windowMs: 30_000,
  /** Fewer calls than this say nothing about the server. */
  minCalls: 10,
  failedShare: 0.5,
  openMs: 30_000,
  /** Refused logins in a row; directories commonly lock an account after 5 to 10 within half an hour. */
  maxRefusals: 5,
  heldMs: 300_000,
} as const;

/** Holds calls back when the server fails or refuses, and lets a single one through to find out whether that is over. */
export class Circuit {
  readonly #calls = new RollingCount(circuitRules.windowMs);
  readonly #failures = new RollingCount(circuitRules.windowMs);
  #refusals = 0;
  #openUntilMs: number | undefined;
  #reason: ConnectorError | undefined;
  #isProbing = false;

  /** Throws while calls are held back. Answers how to tell the end of the call, `undefined` when it went well. */
  enter(nowMs: number): (endMs: number, error: ConnectorError | undefined) => void {
    if (this.#openUntilMs === undefined) return (endMs, error) => this.#left(endMs, error, false);
    if (nowMs < this.#openUntilMs || this.#isProbing) throw this.#heldBack(nowMs);
    this.#isProbing = true;
    return (endMs, error) => this.#left(endMs, error, true);
  }

  #left(nowMs: number, error: ConnectorError | undefined, isProbe: boolean): void {
    const isRefused = error?.code === "AUTHENTICATION_FAILED";
    const isFailed = error !== undefined && isServersFailure(error);
    this.#calls.add(nowMs);
    if (isFailed) this.#failures.add(nowMs);
    this.#refusals = isRefused ? this.#refusals + 1 : isFailed ? this.#refusals : 0;
    const isBad = isRefused || isFailed;
    if (isProbe) this.#isProbing = false;
    if (isBad && (isProbe || this.#isTooMuch(nowMs))) this.#open(nowMs, error);
    else if (isProbe) this.#close();
  }

  #isTooMuch(nowMs: number): boolean {
    const { minCalls, failedShare, maxRefusals } = circuitRules;
    const calls = this.#calls.total(nowMs);
    const isFailing = calls >= minCalls && this.#failures.total(nowMs) >= failedShare * calls;
    return isFailing || this.#refusals >= maxRefusals;
  }

  #open(nowMs: number, error: ConnectorError): void {
    const isRefused = error.code === "AUTHENTICATION_FAILED";
    this.#openUntilMs = nowMs + (isRefused ? circuitRules.heldMs : circuitRules.openMs);
    this.#reason = error;
  }

  #close(): void {
    this.#openUntilMs = undefined;
    this.#reason = undefined;
    this.#calls.clear();
    this.#failures.clear();
  }

  #heldBack(nowMs: number): ConnectorError {
    const reason = this.#reason;
    const waitMs = Math.max(0, (this.#openUntilMs ?? nowMs) - nowMs);
    const evidence = { latest: reason?.causeCode ?? reason?.code, heldForMs: waitMs };
    const latest = reason === undefined ? "" : ` The latest: ${reason.message}`;
    if (reason?.code === "AUTHENTICATION_FAILED") {
      return failure(
        "CREDENTIALS_HELD_BACK",
        `The credentials were refused several times and are held back.${latest}`,
        {
          evidence,
          waitMs,
        },
      );
    }
    return failure("CIRCUIT_OPEN", `Most of the latest calls to this server failed.${latest}`, { evidence, waitMs });
  }
}

/** Failures that tell of the server or the way to it; an answer of any kind is none. */
const isServersFailure = ({ code, causeCode }: ConnectorError): boolean =>
  (code === "UNREACHABLE" || code === "TIMEOUT") && causeCode !== "CANCELLED" && causeCode !== "TRANSPORT_CLOSED";
