/** What the fake has been asked since the counters were set back. */
export interface FakeStats {
  readonly requests: Readonly<Record<string, number>>;
  readonly peakInFlight: number;
  readonly peakFindItems: number;
  /** The most rows that FindItem calls in flight asked for together. */
  readonly peakFindRows: number;
  readonly refused: number;
  readonly cpuMs: number;
}

/** Counts requests and how many are in flight. */
export class Counters {
  #requests: Record<string, number> = {};
  #inFlight = 0;
  #findItems = 0;
  #findRows = 0;
  #peaks = { inFlight: 0, findItems: 0, findRows: 0 };
  #cpu = process.cpuUsage();
  refused = 0;

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Counts a request; what it answers is called when the answer has been sent. */
  begin(operation: string, rows: number): () => void {
    const isFind = operation === "FindItem" ? 1 : 0;
    this.#requests[operation] = (this.#requests[operation] ?? 0) + 1;
    this.#inFlight += 1;
    this.#findItems += isFind;
    this.#findRows += rows;
    this.#peaks = {
      inFlight: Math.max(this.#peaks.inFlight, this.#inFlight),
      findItems: Math.max(this.#peaks.findItems, this.#findItems),
      findRows: Math.max(this.#peaks.findRows, this.#findRows),
    };
    return () => {
      this.#inFlight -= 1;
      this.#findItems -= isFind;
      this.#findRows -= rows;
    };
  }

  reset(): void {
    this.#requests = {};
    this.#peaks = { inFlight: 0, findItems: 0, findRows: 0 };
    this.#cpu = process.cpuUsage();
    this.refused = 0;
  }

  stats(): FakeStats {
    const { user, system } = process.cpuUsage(this.#cpu);
    const { inFlight, findItems, findRows } = this.#peaks;
    return {
      requests: { ...this.#requests },
      peakInFlight: inFlight,
      peakFindItems: findItems,
      peakFindRows: findRows,
      refused: this.refused,
      cpuMs: (user + system) / 1000,
    };
  }
}
