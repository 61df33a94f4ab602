import type { Clock, Log, Session } from "#spi";

/** A session in use. Released exactly once per lease; more often does no harm. */
export interface SessionLease {
  readonly session: Session;
  release(): void;
}

/** What a session is opened for. */
export interface SessionTarget {
  readonly connectionId: string;
  readonly version: string;
}

/** Sessions of all connections: one for each connection and version, shared by calls, closed when idle. */
export interface SessionPool<T extends SessionTarget> {
  acquire(target: T): Promise<SessionLease>;
  openCount(connectionId: string): number;
  /** Closes the sessions of a changed or deleted connection as soon as nobody uses them. */
  retire(connectionId: string): void;
  /** Closes everything, in use or not. */
  close(): Promise<void>;
}

export interface SessionPoolParts<T extends SessionTarget> {
  open(target: T): Promise<Session>;
  readonly clock: Clock;
  readonly log: Log;
  readonly idleMs: number;
}

interface Entry {
  readonly connectionId: string;
  readonly version: string;
  readonly session: Promise<Session>;
  uses: number;
  isRetired: boolean;
  /** Ends the wait for idleness. */
  idle?: AbortController;
}

/** Ends the wait of an idle session; made once, since it has a stack trace and every use ends a wait. */
const used = new Error("The session is used again.");

export function createSessionPool<T extends SessionTarget>(parts: SessionPoolParts<T>): SessionPool<T> {
  const { clock, log, idleMs } = parts;
  const entries = new Set<Entry>();

  const closeEntry = async (entry: Entry): Promise<void> => {
    entries.delete(entry);
    entry.isRetired = true;
    entry.idle?.abort();
    try {
      const session = await entry.session;
      await session.close();
    } catch (error) {
      log.warn({ connection: entry.connectionId, err: error }, "closing a session failed");
    }
  };

  const retireEntry = (entry: Entry): void => {
    entry.isRetired = true;
    if (entry.uses === 0) void closeEntry(entry);
  };

  const closeWhenIdle = async (entry: Entry): Promise<void> => {
    const idle = new AbortController();
    entry.idle = idle;
    // The wait is cut by the next use; a closed session needs no waiting either.
    await clock.sleep(idleMs, idle.signal).catch(() => undefined);
    if (!idle.signal.aborted && entry.uses === 0) await closeEntry(entry);
  };

  const leave = (entry: Entry): void => {
    entry.uses--;
    if (entry.uses > 0 || !entries.has(entry)) return;
    if (entry.isRetired) void closeEntry(entry);
    else void closeWhenIdle(entry);
  };

  const enter = ({ connectionId, version }: T, open: () => Promise<Session>): Entry => {
    for (const entry of entries) {
      if (entry.connectionId !== connectionId || entry.isRetired) continue;
      if (entry.version === version) return entry;
      retireEntry(entry);
    }
    const entry: Entry = { connectionId, version, session: open(), uses: 0, isRetired: false };
    entries.add(entry);
    return entry;
  };

  return {
    async acquire(target) {
      const entry = enter(target, () => parts.open(target));
      entry.uses++;
      entry.idle?.abort(used);
      try {
        const session = await entry.session;
        return { session, release: once(() => leave(entry)) };
      } catch (error) {
        entries.delete(entry);
        throw error;
      }
    },
    openCount: (connectionId) => [...entries].filter((entry) => entry.connectionId === connectionId).length,
    retire(connectionId) {
      for (const entry of entries) if (entry.connectionId === connectionId) retireEntry(entry);
    },
    async close() {
      await Promise.all([...entries].map(closeEntry));
    },
  };
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
