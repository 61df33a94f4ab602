const buckets = 10;

/** Counts what happened within the last stretch of time, in ten steps. */
export class RollingCount {
  readonly #stepMs: number;
  readonly #counts = new Array<number>(buckets).fill(0);
  #step = 0;

  constructor(windowMs: number) {
    this.#stepMs = windowMs / buckets;
  }

  add(nowMs: number): void {
    this.#advance(nowMs);
    const at = this.#step % buckets;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  total(nowMs: number): number {
    this.#advance(nowMs);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  clear(): void {
    this.#counts.fill(0);
  }

  #advance(nowMs: number): void {
    const step = Math.floor(nowMs / this.#stepMs);
    for (let passed = Math.min(step - this.#step, buckets); passed > 0; passed--) {
      this.#counts[(step - passed + 1) % buckets] = 0;
    }
    this.#step = Math.max(step, this.#step);
  }
}
