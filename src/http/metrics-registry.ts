export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, by?: number): void;
  /** One series, its labels printed once: for hot paths. */
  series(labels: Labels): { add(by?: number): void };
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
}
export interface Histogram {
  observe(value: number, labels?: Labels): void;
  /** One series, its labels printed once: for hot paths. */
  series(labels: Labels): { observe(value: number): void };
}

/** Counters, gauges and histograms of this instance, printed as Prometheus text. */
export interface MetricsRegistry {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Runs before each print, for gauges that are read rather than counted. */
  beforePrint(read: () => void): void;
  print(): string;
}

interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  print(): readonly string[];
}

const escapeLabel = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.join(",");
}

const sample = (name: string, labels: string, value: number): string =>
  labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`;

class Values implements Family, Counter, Gauge {
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly #name: string;
  readonly #values = new Map<string, number>();

  constructor(type: "counter" | "gauge", name: string, help: string) {
    this.type = type;
    this.#name = name;
    this.help = help;
  }

  add(labels: Labels = {}, by = 1): void {
    this.#addTo(labelText(labels), by);
  }

  series(labels: Labels): { add(by?: number): void } {
    const key = labelText(labels);
    return { add: (by = 1) => this.#addTo(key, by) };
  }

  #addTo(key: string, by: number): void {
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  set(value: number, labels: Labels = {}): void {
    this.#values.set(labelText(labels), value);
  }

  print(): readonly string[] {
    return [...this.#values].map(([labels, value]) => sample(this.#name, labels, value));
  }
}

interface Buckets {
  readonly counts: number[];
  sum: number;
  count: number;
}

class BucketFamily implements Family, Histogram {
  readonly type = "histogram";
  readonly help: string;
  readonly #name: string;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Buckets>();

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.help = help;
    this.#bounds = bounds;
  }

  observe(value: number, labels: Labels = {}): void {
    this.#observeIn(this.#buckets(labels), value);
  }

  series(labels: Labels): { observe(value: number): void } {
    const buckets = this.#buckets(labels);
    return { observe: (value) => this.#observeIn(buckets, value) };
  }

  #buckets(labels: Labels): Buckets {
    const key = labelText(labels);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const made = { counts: this.#bounds.map(() => 0), sum: 0, count: 0 };
    this.#series.set(key, made);
    return made;
  }

  #observeIn(buckets: Buckets, value: number): void {
    const index = this.#bounds.findIndex((bound) => value <= bound);
    if (index >= 0) buckets.counts[index]! += 1;
    buckets.sum += value;
    buckets.count += 1;
  }

  print(): readonly string[] {
    return [...this.#series].flatMap(([labels, buckets]) => this.#printSeries(labels, buckets));
  }

  #printSeries(labels: string, buckets: Buckets): readonly string[] {
    const prefix = labels === "" ? "" : `${labels},`;
    let running = 0;
    const lines = this.#bounds.map((bound, index) => {
      running += buckets.counts[index]!;
      return sample(`${this.#name}_bucket`, `${prefix}le="${bound}"`, running);
    });
    return [
      ...lines,
      sample(`${this.#name}_bucket`, `${prefix}le="+Inf"`, buckets.count),
      sample(`${this.#name}_sum`, labels, buckets.sum),
      sample(`${this.#name}_count`, labels, buckets.count),
    ];
  }
}

/** An empty registry; asking for a name again answers the same family. */
export function createMetrics(): MetricsRegistry {
  const families = new Map<string, Family>();
  const reads: (() => void)[] = [];
  const family = <F extends Family>(name: string, make: () => F): F => {
    const known = families.get(name) as F | undefined;
    if (known !== undefined) return known;
    const made = make();
    families.set(name, made);
    return made;
  };
  return {
    counter: (name, help) => family(name, () => new Values("counter", name, help)),
    gauge: (name, help) => family(name, () => new Values("gauge", name, help)),
    histogram: (name, help, bounds) => family(name, () => new BucketFamily(name, help, bounds)),
    beforePrint: (read) => void reads.push(read),
    print() {
      for (const read of reads) read();
      const lines = [...families].flatMap(([name, printed]) => [
        `# HELP ${name} ${printed.help}`,
        `# TYPE ${name} ${printed.type}`,
        ...printed.print(),
      ]);
      return `${lines.join("\n")}\n`;
    },
  };
}
