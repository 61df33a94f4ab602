import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "#spi";

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(waitMs, signal) {
    signal?.throwIfAborted();
    await wait(waitMs, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted ? signal.reason : error;
    });
  },
};
