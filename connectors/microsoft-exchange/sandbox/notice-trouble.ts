import type { FaultSwitch } from "./faults.ts";

/** What happens to one notice on its way: how often it is sent, and after which waits. */
export type Fate = readonly number[];

/** Lets notices be lost, late and doubled, by chances that a seed makes the same each time. */
export class NoticeTrouble {
  readonly #switchOf: () => FaultSwitch | undefined;
  #state = 0;
  #seed: number | undefined;

  constructor(switchOf: () => FaultSwitch | undefined) {
    this.#switchOf = switchOf;
  }

  /** Waits in milliseconds, one for each time the notice is sent; none = it is lost. */
  next(): Fate {
    const trouble = this.#switchOf();
    if (trouble === undefined) return [0];
    const { drop = 0, duplicate = 0, delay = 0, waitMs = 100, seed = 1 } = trouble;
    if (seed !== this.#seed) {
      this.#seed = seed;
      this.#state = seed >>> 0;
    }
    const isDropped = this.#fraction() < drop;
    const isDoubled = this.#fraction() < duplicate;
    const [first, second] = [this.#wait(delay, waitMs), this.#wait(delay, waitMs)];
    if (isDropped) return [];
    return isDoubled ? [first, second] : [first];
  }

  #wait(chance: number, longestMs: number): number {
    const isLate = this.#fraction() < chance;
    const share = this.#fraction();
    return isLate ? Math.ceil(share * longestMs) : 0;
  }

  /** mulberry32. */
  #fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
