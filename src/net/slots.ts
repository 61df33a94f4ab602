import { cancelled } from "./failures.ts";

/** A number of places that calls wait for in their order. */
export class Slots {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isIdle(): boolean {
    return this.#taken === 0 && this.#waiting.size === 0;
  }

  /** Resolves with the way to give the place back, to be called once; rejects when the signal ends the waiting. */
  async take(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw cancelled(signal.reason);
    if (this.#taken < this.#limit) this.#taken++;
    else await this.#wait(signal);
    return () => this.#giveBack();
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const aborted = () => {
      this.#waiting.delete(resolve);
      reject(cancelled(signal.reason));
    };
    this.#waiting.add(resolve);
    signal.addEventListener("abort", aborted, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", aborted));
  }

  /** The place goes straight to the next in line, so nobody can jump the queue. */
  #giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
