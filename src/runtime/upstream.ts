import { createHash } from "node:crypto";
import { type Batch, type BoundQuery, type Log, protocolError, type Session } from "#spi";
import type { Deadline } from "./deadline.ts";

/**
 * The batches of a session, pulled one by one under the deadline. A position that comes again means that the server's
 * paging turns in a circle: PROTOCOL, instead of reading for ever.
 */
export async function* upstreamBatches(
  session: Session,
  query: BoundQuery,
  deadline: Deadline,
  log: Log,
): AsyncGenerator<Batch, void> {
  const iterator = session.query(query, deadline.signal)[Symbol.asyncIterator]();
  const seen = new Set<string>(query.from === undefined ? [] : [digest(query.from)]);
  let isAtEnd = false;
  try {
    while (!isAtEnd) {
      const next = await deadline.race(iterator.next());
      if (next.done === true) {
        isAtEnd = true;
        return;
      }
      rejectRepeated(next.value.position, seen);
      yield next.value;
    }
  } finally {
    if (!isAtEnd) await stopReading(iterator, deadline, log);
  }
}

function rejectRepeated(position: string | undefined, seen: Set<string>): void {
  if (position === undefined) return;
  const key = digest(position);
  if (seen.has(key))
    throw protocolError("The server's paging repeats itself: it answered a page that was already read.");
  seen.add(key);
}

/** Cursors can be long links; the short form keeps the memory of a long read small. */
const digest = (position: string): string =>
  position.length <= 44 ? position : createHash("sha256").update(position).digest("base64");

/** Lets the session clean up a read that is not wanted any more. After the deadline its pending step may hang, so nobody waits for it. */
export async function stopReading(iterator: AsyncIterator<Batch>, deadline: Deadline, log: Log): Promise<void> {
  const stopped = Promise.resolve(iterator.return?.()).catch((error: unknown) =>
    log.debug({ err: error }, "a stopped read failed while cleaning up"),
  );
  if (!deadline.signal.aborted) await stopped;
}

/** Asks for the next batch while the reader works on this one: at most two batches are held. */
export async function* oneAhead(source: AsyncGenerator<Batch, void>): AsyncGenerator<Batch, void> {
  let pending = source.next();
  try {
    for (;;) {
      const next = await pending;
      if (next.done === true) return;
      pending = source.next();
      // An error shows when the reader comes for this batch; a reader who never comes does not want it.
      pending.catch(() => undefined);
      yield next.value;
    }
  } finally {
    await source.return();
  }
}
