import { randomBytes, randomUUID } from "node:crypto";
import type { Clock, Log, Random } from "../../../src/spi/index.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";

/** A clock that stands still until a test moves it; sleepers wake when their time has come. */
export interface ManualClock extends Clock {
  advance(byMs: number): void;
}

export function manualClock(startMs = Date.UTC(2026, 10, 21)): ManualClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  return {
    now: () => nowMs,
    sleep: (waitMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { until: nowMs + waitMs, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance(byMs) {
      nowMs += byMs;
      for (const sleeper of sleepers) {
        if (sleeper.until > nowMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

/** A clock that never makes anybody wait: each sleep moves the time on at once. */
export function hurriedClock(startMs = Date.UTC(2026, 10, 21)): Clock & { advance(byMs: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    async sleep(waitMs, signal) {
      signal?.throwIfAborted();
      nowMs += waitMs;
      await new Promise((resolve) => setImmediate(resolve));
    },
    advance(byMs) {
      nowMs += byMs;
    },
  };
}

export const realRandom: Random = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
  uuid: () => randomUUID(),
};

/** Keeps what is logged, as the text a log file would hold. */
export interface KeptLog extends Log {
  readonly lines: string[];
}

export function keptLog(): KeptLog {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  return { lines, debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
}

/** A store of its own, gone with the test. */
export const memoryStore = (clock: Clock): Promise<Store> =>
  openStore({ address: "file::memory:", dataDir: "unused", clock, log: keptLog() });
