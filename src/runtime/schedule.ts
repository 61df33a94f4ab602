import type { Clock, Log } from "#spi";

/** Something done again and again while the process lives. */
export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
}

/** Runs each chore at its interval, never twice at once; a failed turn is logged and the next one comes. Answers how to stop. */
export function startChores(chores: readonly Chore[], clock: Clock, log: Log): () => void {
  const stopping = new AbortController();
  const repeat = async ({ name, everyMs, run }: Chore): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, stopping.signal);
      await run().catch((error: unknown) => log.warn({ chore: name, error: String(error) }, "a periodic chore failed"));
    }
  };
  for (const chore of chores)
    repeat(chore).catch((error: unknown) => {
      if (!stopping.signal.aborted) log.error({ chore: chore.name, error: String(error) }, "a periodic chore ended");
    });
  return () => stopping.abort(new Error("stopped"));
}
