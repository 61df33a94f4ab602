import { randomBytes } from "node:crypto";
import type { ActivityLimits, Clock, ConnectorDefinition, Log, Row, Session } from "#spi";
import { createPageTokens } from "../../../src/query/page-token.ts";
import { createActivities } from "../../../src/runtime/activities.ts";
import type { ResolvedConnection } from "../../../src/runtime/resolved-connection.ts";
import type { ActivityCases, Call } from "../../../src/runtime/use-cases.ts";
import { notesConnector } from "../../fixtures-connector/notes/manifest.ts";
import { NotesServer } from "../../fixtures-connector/notes/server.ts";

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A clock whose sleeps end only when the test moves the time. */
export class ManualClock implements Clock {
  #now = Date.UTC(2026, 5, 1);
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { until: this.#now + waitMs, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Sleeps that have not ended. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  async advance(ms: number): Promise<void> {
    this.#now += ms;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.until > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export function callBy(signal: AbortSignal = new AbortController().signal): Call {
  return { principal: { keyId: "k", scopes: ["operator"] }, requestId: "r", signal };
}

export interface Harness {
  readonly server: NotesServer;
  readonly activities: ActivityCases;
  readonly clock: ManualClock;
  /** Leases taken and not given back. */
  leases(): number;
}

export interface HarnessOptions {
  readonly limits?: Partial<ActivityLimits>;
  /** Replaces some of the session's answers. */
  readonly session?: (session: Session) => Partial<Session>;
}

/** The five activities over the notes connector. */
export function harness(options: HarnessOptions = {}): Harness {
  const server = new NotesServer();
  const definition: ConnectorDefinition = notesConnector(new Map([["test", server]]));
  const config = definition.parse({ Notebook: "test" });
  const clock = new ManualClock();
  let leases = 0;
  const connection: ResolvedConnection = {
    connectionId: "c1",
    version: "1",
    definition,
    schema: "Notebook",
    config,
    limits: { ...definition.limits(config), ...options.limits },
    async session() {
      const opened = await definition.connect(config, undefined as never);
      leases++;
      let isOpen = true;
      return {
        session: { ...delegate(opened), ...options.session?.(opened) },
        release() {
          if (isOpen) leases--;
          isOpen = false;
        },
      };
    },
  };
  const activities = createActivities({
    resolve: async () => connection,
    pageTokens: createPageTokens({ key: randomBytes(32), now: () => clock.now() }),
    clock,
    log: silentLog,
    activityTimeoutSeconds: 300,
  });
  return { server, activities, clock, leases: () => leases };
}

/** Notes n1 to n<count>: "Note 001", every third pinned, stars 0 to 4 and sometimes none. */
export function fill(server: NotesServer, count: number): void {
  for (let i = 1; i <= count; i++) {
    const row: Row = {
      Title: `Note ${String(i).padStart(3, "0")}`,
      Body: i % 10 === 0 ? "ten" : `body ${i}`,
      Pinned: i % 3 === 0,
      Stars: i % 7 === 0 ? null : i % 5,
    };
    server.add(row);
  }
}

function delegate(session: Session): Session {
  return {
    test: (steps, signal) => session.test(steps, signal),
    query: (query, signal) => session.query(query, signal),
    create: (table, rows, signal) => session.create(table, rows, signal),
    update: (table, rows, signal) => session.update(table, rows, signal),
    delete: (table, rows, signal) => session.delete(table, rows, signal),
    execute: (procedure, signal) => session.execute(procedure, signal),
    close: () => session.close(),
  };
}
