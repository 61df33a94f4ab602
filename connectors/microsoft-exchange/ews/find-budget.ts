/**
 * Exchange counts the rows of all FindItem calls of an account that run at the same time against one budget of 1000
 * (EWSFindCountLimit): beyond it pages come back short or refused. So pages in flight never ask for more together.
 */
export class FindBudget {
  readonly #limit: number;
  #taken = 0;
  readonly #waiting: { readonly count: number; readonly start: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `find` once its rows fit. Rejects with the signal's reason when aborted while waiting. */
  async run<T>(rows: number, signal: AbortSignal, find: () => Promise<T>): Promise<T> {
    const count = Math.min(rows, this.#limit);
    await this.#take(count, signal);
    try {
      return await find();
    } finally {
      this.#taken -= count;
      this.#admit();
    }
  }

  #take(count: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0 && this.#taken + count <= this.#limit) {
      this.#taken += count;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        const at = this.#waiting.indexOf(waiter);
        if (at < 0) return;
        this.#waiting.splice(at, 1);
        reject(signal.reason);
        this.#admit();
      };
      const waiter = {
        count,
        start: () => {
          signal.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      this.#waiting.push(waiter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #admit(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && this.#taken + next.count <= this.#limit;
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#taken += next.count;
      next.start();
    }
  }
}
