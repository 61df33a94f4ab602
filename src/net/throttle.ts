import type { Clock } from "#spi";

/** The pause a server asked for; it holds for all calls of the connection, on all instances. */
export class Pause {
  readonly #clock: Clock;
  readonly #tell: (untilMs: number) => void;
  #untilMs: number;

  constructor(clock: Clock, heldUntilMs: number | undefined, tell: (untilMs: number) => void) {
    this.#clock = clock;
    this.#untilMs = heldUntilMs ?? 0;
    this.#tell = tell;
  }

  get restMs(): number {
    return Math.max(0, this.#untilMs - this.#clock.now());
  }

  get untilMs(): number | undefined {
    return this.restMs > 0 ? this.#untilMs : undefined;
  }

  /** The server's word: recorded for the other instances too. */
  ask(waitMs: number): void {
    const untilMs = this.#clock.now() + waitMs;
    if (untilMs <= this.#untilMs) return;
    this.#untilMs = untilMs;
    this.#tell(untilMs);
  }

  /** Another instance's record. */
  take(untilMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, untilMs);
  }
}
