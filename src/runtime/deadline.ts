import { type Clock, type ConnectorError, timedOut } from "#spi";

/** The end of a synchronous activity: its time limit or its caller's leaving, whichever comes first. */
export interface Deadline {
  /** Aborted at the end, with the error to answer as reason. */
  readonly signal: AbortSignal;
  /** The result of a step, or the reason of the end when that comes first; `graceMs` lets the step answer for itself. */
  race<T>(step: Promise<T>, graceMs?: number): Promise<T>;
  /** The activity is done; the clock stops. */
  end(): void;
}

export function startDeadline(caller: AbortSignal, clock: Clock, limitMs: number): Deadline {
  const controller = new AbortController();
  const clockStop = new AbortController();
  const leave = () => controller.abort(caller.reason);
  if (caller.aborted) leave();
  else caller.addEventListener("abort", leave, { once: true });
  clock.sleep(limitMs, clockStop.signal).then(
    () => controller.abort(tooLong(limitMs)),
    // The sleep only rejects when end() has stopped it.
    () => undefined,
  );
  const { signal } = controller;
  return {
    signal,
    race: (step, graceMs = 0) => raceEnd(step, signal, () => (graceMs === 0 ? undefined : clock.sleep(graceMs))),
    end() {
      clockStop.abort();
      caller.removeEventListener("abort", leave);
    },
  };
}

function tooLong(limitMs: number): ConnectorError {
  const detail = `The activity did not end within ${limitMs / 1000} seconds (ACTIVITY_TIMEOUT_SECONDS). Ask for less at a time.`;
  return timedOut(detail);
}

function raceEnd<T>(step: Promise<T>, signal: AbortSignal, grace: () => Promise<void> | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => void Promise.resolve(grace()).then(() => reject(signal.reason));
    const settle = (act: () => void) => {
      signal.removeEventListener("abort", giveUp);
      act();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    step.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}
