import { type Clock, ConnectorError } from "#spi";

export const topics = ["connections", "aliases", "variables", "keys", "tokens"] as const;
/** A group of records that caches hold. */
export type Topic = (typeof topics)[number];

/** Tells caches that something they hold was changed, here or by another instance. */
export interface Changes {
  /** Calls the listener after a commit here, or once a change of another instance is seen. Answers how to stop it. */
  on(topic: Topic, listener: () => void): () => void;
  /**
   * To be awaited before a cache is used: signals what other instances committed, asking the store at most once in two
   * seconds. Errors: BUSY when the store could not be asked for so long that a cache may be too old.
   */
  look(): Promise<void>;
  /** For the store: these topics have the versions it just committed. */
  committed(versions: ReadonlyMap<Topic, number>): void;
}

/** Changes are in force on all instances within 5 seconds; looking each 2 leaves room for one failed look. */
const lookEveryMs = 2000;
const trustedForMs = 4500;

/** The change signal over a function that reads the counter of each topic; nothing runs while nobody looks. */
export function createChanges(read: () => Promise<ReadonlyMap<string, number>>, clock: Clock): Changes {
  const known = new Map<Topic, number>();
  const listeners = new Map<Topic, Set<() => void>>(topics.map((topic) => [topic, new Set()]));
  let lookedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  const signal = (topic: Topic, version: number): void => {
    if (known.get(topic) === version) return;
    known.set(topic, version);
    for (const listener of listeners.get(topic) ?? []) listener();
  };
  const lookNow = async (): Promise<void> => {
    const startedAt = clock.now();
    const versions = await read();
    lookedAt = startedAt;
    for (const topic of topics) signal(topic, versions.get(topic) ?? 0);
  };

  return {
    on(topic, listener) {
      listeners.get(topic)?.add(listener);
      return () => listeners.get(topic)?.delete(listener);
    },
    async look() {
      // Absolute, so that a clock set back does not stop looking.
      if (Math.abs(clock.now() - lookedAt) < lookEveryMs) return;
      running ??= lookNow().finally(() => {
        running = undefined;
      });
      try {
        await running;
      } catch (error) {
        if (!(error instanceof ConnectorError) || Math.abs(clock.now() - lookedAt) >= trustedForMs) throw error;
      }
    },
    committed(versions) {
      for (const [topic, version] of versions) signal(topic, version);
    },
  };
}
