import { type Clock, ConnectorError, timedOut } from "#spi";

/** The end of a synchronous activity: its time limit or its caller's leaving, whichever comes first. */
export interface Deadline {
  /** Aborted at the end, with the error to answer as reason. */
  readonly signal: AbortSignal;
  /** The result of a step, or the reason of the end when that comes first; `graceMs` lets the step answer for itself. */
  race<T>(step: Promise<T>, graceMs?: number): Promise<T>;
  /** The activity is done; the clock stops. */
  end(): void;
}

/** Ends the wait of a deadline that was kept; made once, since it has a stack trace and every activity ends one. */
const done = new Error("The activity has ended.");

export function startDeadline(
  caller: AbortSignal,
  clock: Clock,
  limitSeconds: number,
  late: (limitSeconds: number) => ConnectorError = tooLong,
): Deadline {
  const controller = new AbortController();
  const clockStop = new AbortController();
  const leave = () => controller.abort(caller.reason);
  if (caller.aborted) leave();
  else caller.addEventListener("abort", leave, { once: true });
  clock.sleep(limitSeconds * 1000, clockStop.signal).then(
    () => controller.abort(late(limitSeconds)),
    // The sleep only rejects when end() has stopped it.
    () => undefined,
  );
  const { signal } = controller;
  return {
    signal,
    race: (step, graceMs = 0) => raceEnd(step, signal, graceMs === 0 ? undefined : () => clock.sleep(graceMs)),
    end() {
      clockStop.abort(done);
      caller.removeEventListener("abort", leave);
    },
  };
}

function tooLong(limitSeconds: number): ConnectorError {
  const detail = `The activity did not end within ${limitSeconds} seconds (ACTIVITY_TIMEOUT_SECONDS). Ask for less at a time.`;
  return timedOut(detail);
}

function raceEnd<T>(step: Promise<T>, signal: AbortSignal, grace: (() => Promise<void>) | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      if (grace === undefined) reject(signal.reason);
      else void grace().then(() => reject(signal.reason));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
    step
      .finally(() => signal.removeEventListener("abort", giveUp))
      .then(resolve, (error) => {
        // A step that was cut tells of the cut in its own words; only a ConnectorError under grace knows more.
        const isWordOfCut = signal.aborted && !(grace !== undefined && error instanceof ConnectorError);
        reject(isWordOfCut ? signal.reason : error);
      });
  });
}
