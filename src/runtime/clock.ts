import type { Clock } from "#spi";

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // Not timers/promises: it makes an error with a stack trace for each wait that is cut, and most waits are.
  async sleep(waitMs, signal) {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const cut = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", cut);
        resolve();
      }, waitMs);
      signal?.addEventListener("abort", cut, { once: true });
    });
  },
};
