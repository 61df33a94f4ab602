import type { AccessTokens, ConnectorDefinition, HttpClient, Session, TokenSource } from "#spi";
import type { Store } from "../store/store.ts";
import { createReadyConnections, type ReadyConnection } from "./configuration.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { Dialogues } from "./dialogues.ts";
import { openSession, type SessionSurroundings } from "./open-session.ts";
import { sessionUnder, streamedPolicy } from "./policy-session.ts";
import type { ResolveConnection } from "./resolved-connection.ts";
import { createSessionPool, type SessionLease, type SessionPool } from "./sessions.ts";
import { requireUsable } from "./usable.ts";
import type { VariableResolver } from "./variable-resolver.ts";

export interface ResolveParts {
  readonly access: ConnectionAccess;
  readonly variables: VariableResolver;
  readonly store: Store;
  readonly surroundings: SessionSurroundings;
  readonly dialogues: Dialogues;
  readonly idleMs: number;
  getConnector(name: string): ConnectorDefinition;
  tokensFor(connectionId: string, source: TokenSource, http: HttpClient): AccessTokens;
}

/** The connections of activities and the sessions they share. */
export interface Connections {
  readonly resolve: ResolveConnection;
  readonly sessions: SessionPool<ReadyConnection>;
  readonly ready: ReturnType<typeof createReadyConnections>["ready"];
  /** The pause the server of this connection asked for, as this instance knows it. */
  throttledUntil(connectionId: string): number | undefined;
}

export function createResolvedConnections(parts: ResolveParts): Connections {
  const { ready } = createReadyConnections(parts);
  const pauses = new Map<string, () => number | undefined>();
  const sessions = createSessionPool<ReadyConnection>({
    open: (target) => open(parts, target, pauses),
    clock: parts.surroundings.clock,
    log: parts.surroundings.log,
    idleMs: parts.idleMs,
  });
  const resolve: ResolveConnection = async (call, reference) => {
    const located = await parts.access.locate(call, reference);
    requireUsable(located);
    const connection = await ready(call, located);
    const policy = call.retryPolicy ?? located.retryPolicy;
    const leaseUnder = async (use?: "stream"): Promise<SessionLease> => {
      const lease = await sessions.acquire(connection);
      if (policy === undefined) return lease;
      return { ...lease, session: sessionUnder(use === "stream" ? streamedPolicy(policy) : policy, lease.session) };
    };
    const { connectionId, version, definition, schema, config, limits } = connection;
    return { connectionId, version, definition, schema, config, limits, session: (use?: "stream") => leaseUnder(use) };
  };
  return { resolve, sessions, ready, throttledUntil: (connectionId) => pauses.get(connectionId)?.() };
}

async function open(
  parts: ResolveParts,
  target: ReadyConnection,
  pauses: Map<string, () => number | undefined>,
): Promise<Session> {
  const { definition, config, options, connectionId } = target;
  const source = definition.tokens?.(config, parts.surroundings.files);
  const state = await parts.store.connectionStates.read(connectionId);
  const dialogue = parts.dialogues.of(connectionId, target, target.changedAt);
  const request = {
    definition,
    config,
    options,
    ...(source === undefined ? {} : { tokens: (http: HttpClient) => parts.tokensFor(connectionId, source, http) }),
    ...(state.throttledUntil === undefined ? {} : { heldUntilMs: state.throttledUntil }),
    ...(dialogue === undefined ? {} : { dialogue }),
    onPause: (untilMs: number) => recordPause(parts, connectionId, untilMs),
  };
  const opened = await openSession(request, parts.surroundings);
  pauses.set(connectionId, () => opened.transport.throttledUntil());
  return withClose(opened.session, () => opened.close());
}

/** A pause is told to the other instances; when that fails, this instance still holds back. */
function recordPause({ store, surroundings }: ResolveParts, connection: string, untilMs: number): void {
  store.connectionStates
    .saveThrottledUntil(connection, untilMs)
    .catch((error: unknown) => surroundings.log.warn({ connection, err: error }, "a pause could not be recorded"));
}

/** The session with another close; a session is an object with methods, so it is wrapped and not copied. */
function withClose(session: Session, close: () => Promise<void>): Session {
  return {
    test: (steps, signal) => session.test(steps, signal),
    query: (query, signal) => session.query(query, signal),
    create: (table, rows, signal) => session.create(table, rows, signal),
    update: (table, rows, signal) => session.update(table, rows, signal),
    delete: (table, rows, signal) => session.delete(table, rows, signal),
    execute: (procedure, signal) => session.execute(procedure, signal),
    ...(session.contents === undefined ? {} : { contents: session.contents }),
    ...(session.changes === undefined ? {} : { changes: session.changes }),
    close,
  };
}
