import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "#spi";
import type { Client } from "../support/client.ts";

/** Short waits are a hundredth as long: what the service does each second it does each ten milliseconds. Limits stay. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  async sleep(waitMs, signal) {
    signal?.throwIfAborted();
    await wait(
      waitMs > 5000 ? waitMs : Math.max(1, waitMs / 100),
      undefined,
      signal === undefined ? {} : { signal },
    ).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
  },
};

/** One event as a reader gets it. */
export interface Told {
  readonly id: string;
  readonly changeType: string;
  readonly key: Record<string, string>;
  readonly source: string;
  readonly duplicate?: true;
}

/** Reads events page by page, remembering where it is. */
export function reader(client: Client | (() => Client), path: string) {
  const of = typeof client === "function" ? client : () => client;
  let cursor: string | undefined;
  const events: Told[] = [];
  return {
    events,
    /** Everything there is now. */
    async read(): Promise<readonly Told[]> {
      for (;;) {
        const page = await of().ok(`${path}/events?limit=1000${cursor === undefined ? "" : `&cursor=${cursor}`}`);
        cursor = page.nextCursor;
        events.push(...page.items);
        if (page.items.length < 1000) return events;
      }
    },
    /** Reads until the events are as wanted. */
    async until(isEnough: (events: readonly Told[]) => boolean, limitMs = 20_000): Promise<readonly Told[]> {
      const end = Date.now() + limitMs;
      for (;;) {
        const all = await this.read();
        if (isEnough(all)) return all;
        if (Date.now() > end) throw new Error(`not told within ${limitMs} ms: ${JSON.stringify(all.slice(-5))}`);
        await wait(20);
      }
    },
  };
}

/** Numbers from 0 to 1 that a seed makes the same each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
