/** How many entries FindItem calls may read: one budget for all calls of an account that run at the same time. */
export class FindBudget {
  readonly #limit: number;
  readonly #inUse = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Grants what is left of the budget, at least one entry, and takes it back with `release`. */
  reserve(account: string, wanted: number): { granted: number; release: () => void } {
    const used = this.#inUse.get(account) ?? 0;
    const granted = Math.max(1, Math.min(wanted, this.#limit - used));
    this.#inUse.set(account, used + granted);
    return { granted, release: () => this.#inUse.set(account, (this.#inUse.get(account) ?? granted) - granted) };
  }
}
