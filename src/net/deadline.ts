import { cancelled, failure } from "./failures.ts";

/**
 * The end of one request, whichever comes first: its total time limit or its caller's signal. Covers all legs and the
 * body; the time runs from the first leg on, so that a token that is renewed before does not count.
 */
export class Deadline {
  readonly #signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #host: string;
  #timer: NodeJS.Timeout | undefined;
  #reason: Error | undefined;
  #stop: ((reason: Error) => void) | undefined;

  constructor(signal: AbortSignal, timeoutMs: number, host: string) {
    this.#signal = signal;
    this.#timeoutMs = timeoutMs;
    this.#host = host;
    if (signal.aborted) this.#reason = cancelled(signal.reason);
    else signal.addEventListener("abort", this.#aborted);
  }

  readonly #aborted = () => this.#end(cancelled(this.#signal.reason));

  readonly #late = () => this.#end(late(this.#host, this.#timeoutMs));

  #end(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#stop?.(reason);
  }

  /** Starts the time, once. Tells this leg of the end from now on, instead of the leg before. */
  watch(stop: (reason: Error) => void): void {
    this.#stop = stop;
    if (this.#timeoutMs > 0) this.#timer ??= setTimeout(this.#late, this.#timeoutMs);
    if (this.#reason !== undefined) stop(this.#reason);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener("abort", this.#aborted);
    this.#stop = undefined;
  }
}

const late = (host: string, timeoutMs: number) =>
  failure("REQUEST_TIMEOUT", `The request to ${host} did not end within ${timeoutMs / 1000} s.`);
