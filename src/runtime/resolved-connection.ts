import type { ActivityLimits, ConnectorDefinition } from "#spi";
import type { Deadline } from "./deadline.ts";
import type { SessionLease } from "./sessions.ts";
import type { Call } from "./use-cases.ts";

/** A connection ready for activities: access checked, variables resolved, configuration parsed. */
export interface ResolvedConnection {
  readonly connectionId: string;
  /** Changes with everything a session depends on: properties, secrets, variables. */
  readonly version: string;
  readonly definition: ConnectorDefinition;
  /** The schema its tables and procedures belong to. */
  readonly schema: string;
  readonly config: unknown;
  readonly limits: ActivityLimits;
  /** Opens or reuses a session; the lease must be released. Retry policies wait less in answers that stream. */
  session(use?: "stream"): Promise<SessionLease>;
}

/**
 * Finds a connection by id or name for this caller. Errors: NOT_FOUND, FORBIDDEN, CONFLICT (not active),
 * INVALID_PROPERTY (unresolved variables, missing secrets).
 */
export type ResolveConnection = (call: Call, connection: string) => Promise<ResolvedConnection>;

/** A session before the deadline; one that opens later goes back unused. */
export async function leaseWithin(
  deadline: Deadline,
  connection: ResolvedConnection,
  use?: "stream",
): Promise<SessionLease> {
  const opening = connection.session(use);
  try {
    return await deadline.race(opening);
  } catch (error) {
    opening.then(
      (lease) => lease.release(),
      // The failure to open was the very error thrown, or came after the answer.
      () => undefined,
    );
    throw error;
  }
}
