import { ConnectorError, notFound, type PropertyValue, type PropertyValues, type Secret } from "#spi";
import type { RetryPolicy } from "../net/retry-policy.ts";
import type { ConnectionRecord } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import { type StoredConnection, secretPlace } from "./connection-records.ts";
import { foreignConnection, requireUse } from "./principal.ts";
import type { Vault } from "./secrets.ts";
import type { Call } from "./use-cases.ts";

/** A connection found for use, nothing opened. */
export interface LocatedConnection {
  readonly id: string;
  readonly name: string;
  /** Raised with every change: what was made from another version must not be used. */
  readonly version: number;
  readonly connector: string;
  readonly active: boolean;
  readonly credentialActive: boolean;
  /** Secrets an import left to be filled in. */
  readonly missingSecrets: readonly string[];
  /** Of the alias it was found by. */
  readonly retryPolicy?: RetryPolicy;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}
/** The same with its property values: variables unresolved, secrets opened, defaults not filled in. */
export interface LoadedConnection extends LocatedConnection {
  readonly values: PropertyValues;
}

/** How the rest of the service gets at connections. */
export interface ConnectionAccess {
  /** By id, then by name; no store access while nothing changed. Errors: NOT_FOUND, FORBIDDEN. */
  locate(call: Call, reference: string): Promise<LocatedConnection>;
  /**
   * For opening a session. The use of its secrets is committed to the audit first, so this is not for every call.
   * Errors: NOT_FOUND, FORBIDDEN, BUSY.
   */
  load(call: Call, reference: string): Promise<LoadedConnection>;
}

interface AccessParts {
  readonly vault: Vault;
  readonly audit: AuditTrail;
}

export type ReadConnection = (reference: string) => Promise<StoredConnection | undefined>;

/** Errors: NOT_FOUND, FORBIDDEN. */
export async function findConnection(call: Call, reference: string, read: ReadConnection): Promise<StoredConnection> {
  const found = await read(reference);
  if (found === undefined) {
    const { connections } = call.principal;
    if (connections !== undefined && !connections.includes(reference)) throw foreignConnection();
    throw notFound(`There is no connection ${reference}.`, { target: reference });
  }
  requireUse(call.principal, found.record);
  return found;
}

/** Access over a reader that answers from memory while nothing changed. */
export function createConnectionAccess({ vault, audit }: AccessParts, cached: ReadConnection): ConnectionAccess {
  return {
    async locate(call, reference) {
      return located(await findConnection(call, reference, cached));
    },
    async load(call, reference) {
      const found = await findConnection(call, reference, cached);
      if (found.secrets.length > 0) await audit.record(call, "secret.use", connectionTarget(found.record), "started");
      const values = { ...openValues(found.record), ...Object.fromEntries(openSecrets(vault, found)) };
      return { ...located(found), values };
    },
  };
}

const located = ({
  record: { id, name, version, connector, active, credentialActive, expectedSecrets, updatedAt },
}: StoredConnection): LocatedConnection => ({
  id,
  name,
  version,
  connector,
  active,
  credentialActive,
  missingSecrets: expectedSecrets,
  changedAt: updatedAt,
});

/** Validation lets only text, numbers and flags be stored. */
const openValues = ({ properties }: ConnectionRecord): Record<string, PropertyValue> =>
  properties as Record<string, PropertyValue>;

/** A connection's secrets by property, opened. */
export function openSecrets(vault: Vault, { secrets, dataKey, record }: StoredConnection): Map<string, Secret> {
  if (secrets.length > 0 && dataKey === undefined)
    throw new ConnectorError("INTERNAL", `The connection ${record.name} has lost its data key.`);
  return new Map(
    secrets.flatMap(({ owner, field, version, sealed }) =>
      dataKey === undefined ? [] : [[field, vault.open(dataKey, secretPlace(owner, field, version), sealed)]],
    ),
  );
}

/** How the audit names a connection. */
export const connectionTarget = ({ id }: Pick<ConnectionRecord, "id">): string => `connection/${id}`;
