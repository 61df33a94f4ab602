import { busy, type Clock, type ConnectorError, conflict, invalidRequest, mistaken, notFound, type Random } from "#spi";
import { isUniqueViolation } from "../store/engines/errors.ts";
import type { ConnectionRecord, Repositories, Store } from "../store/store.ts";
import type { AuditTrail } from "./audit.ts";
import {
  type ConnectionAccess,
  connectionTarget,
  createConnectionAccess,
  findConnection,
  openSecrets,
} from "./connection-access.ts";
import { connectionMistakes, connectorOf, toleratedSecrets } from "./connection-checks.ts";
import { nameMistakes, patchedInput } from "./connection-input.ts";
import { type SortedProperties, sortProperties } from "./connection-properties.ts";
import {
  cachedConnections,
  connectionOwner,
  readConnection,
  type StoredConnection,
  showConnection,
} from "./connection-records.ts";
import { recordFrom, saveSecrets, stillExpected } from "./connection-write.ts";
import type { ListPaging } from "./page.ts";
import { requireUse } from "./principal.ts";
import { canonical, requireMatch, requireShown, tagged } from "./representation.ts";
import type { Vault } from "./secrets.ts";
import { withBuiltUrl } from "./url-builder.ts";
import type {
  Call,
  ConnectionCases,
  ConnectionInput,
  ConnectionView,
  ConnectorCases,
  PropertyReport,
  PropertyWarning,
  Tagged,
} from "./use-cases.ts";
import { warningsOf } from "./validation.ts";

export type { ConnectionAccess, LoadedConnection, LocatedConnection } from "./connection-access.ts";

export interface ConnectionParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly audit: AuditTrail;
  readonly paging: ListPaging;
  readonly connectors: Pick<ConnectorCases, "get" | "validate">;
  readonly clock: Clock;
  readonly random: Random;
}

export function createConnections(parts: ConnectionParts): ConnectionCases & ConnectionAccess {
  const cached = cachedConnections(parts.store);
  return { ...createCases(parts), ...createConnectionAccess(parts, cached) };
}

const changeAttempts = 3;

function createCases(parts: ConnectionParts): ConnectionCases {
  const { store, audit, paging, connectors, clock, random } = parts;
  const findNow = (call: Call, reference: string): Promise<StoredConnection> =>
    findConnection(call, reference, (wanted) => readConnection(store, wanted));
  /** Not by the caller's rights: a rename may just have taken the connection out of a limited key's sight. */
  const representation = async (
    id: string,
    cleared: readonly PropertyWarning[] = [],
  ): Promise<Tagged<ConnectionView>> => {
    const saved = await readConnection(store, id);
    if (saved === undefined) throw notFound("The connection was removed by another request.", { target: id });
    const { value, etag } = tagged(showConnection(saved));
    const warnings = [...cleared, ...warningsOf(connectors.validate(value.connector, value.properties))];
    return warnings.length === 0 ? { value, etag } : { value: { ...value, warnings }, etag };
  };

  /** One try of a change: what it cleared by itself; undefined when another request changed the connection in between. */
  const change = async (
    call: Call,
    current: StoredConnection,
    input: ConnectionInput,
    ifMatch: string | undefined,
  ): Promise<readonly PropertyWarning[] | undefined> => {
    const { record } = current;
    if (input.connector !== record.connector) throw cannotChangeConnector(record.connector);
    const definition = connectors.get(record.connector);
    const stored = { open: record.properties, secrets: new Set(current.secrets.map(({ field }) => field)) };
    const built = withBuiltUrl(definition, input, record.properties);
    const sorted = sortProperties(definition, built.input.properties, stored);
    const identity = { ...record, version: record.version + 1, updatedAt: clock.now() };
    const next = recordFrom(input, sorted, identity, stillExpected(record, input, sorted));
    // A repeated request whose answer was lost is no conflict with itself, so this comes before If-Match.
    if (isUnchanged(parts.vault, current, next, sorted)) return [];
    requireMatch(ifMatch, tagged(showConnection(current)).etag);
    const report = connectors.validate(definition.name, sorted.candidate);
    const isTolerated = toleratedSecrets(definition, connectors, sorted, showConnection(current).properties);
    refuse([...connectionMistakes(input.name, sorted, report, isTolerated), ...built.mistakes]);
    const isSaved = await store.transaction(
      async (repositories) => {
        if (next.name !== record.name) await requireFreeName(repositories, next.name);
        if (!(await repositories.connections.update(next, record.version))) return false;
        if (next.name !== record.name) await repositories.savedActivities.followRename(next.id, record.name, next.name);
        await saveSecrets(parts.vault, repositories, next, sorted);
        await audit.append(repositories, call, "connection.update", connectionTarget(next));
        return true;
      },
      ["connections"],
    );
    return isSaved ? clearedByMove(input.properties, sorted) : undefined;
  };

  const changeWith = async (
    call: Call,
    reference: string,
    ifMatch: string | undefined,
    inputFor: (current: StoredConnection) => ConnectionInput,
  ) => {
    for (let attempt = 1; attempt <= changeAttempts; attempt += 1) {
      const current = await findNow(call, reference);
      const input = inputFor(current);
      const cleared = await orTaken(input.name, change(call, current, input, ifMatch));
      if (cleared !== undefined) return representation(current.record.id, cleared);
    }
    throw busy("The connection is being changed by others at the same time.", 1000);
  };

  return {
    async create(call, input) {
      requireUse(call.principal, input);
      const definition = connectorOf(connectors, input.connector);
      const built = withBuiltUrl(definition, input);
      const sorted = sortProperties(definition, built.input.properties);
      const report = connectors.validate(definition.name, sorted.candidate);
      refuse([...connectionMistakes(input.name, sorted, report), ...built.mistakes]);
      const now = clock.now();
      const record = recordFrom(input, sorted, { id: random.uuid(), version: 1, createdAt: now, updatedAt: now });
      const work = async (repositories: Repositories): Promise<void> => {
        await requireFreeName(repositories, record.name);
        await repositories.connections.insert(record);
        await saveSecrets(parts.vault, repositories, record, sorted);
        await audit.append(repositories, call, "connection.create", connectionTarget(record));
      };
      await orTaken(input.name, store.transaction(work, ["connections"]));
      return representation(record.id);
    },

    async validate(call, input) {
      requireUse(call.principal, input);
      const definition = connectorOf(connectors, input.connector);
      const built = withBuiltUrl(definition, input);
      const sorted = sortProperties(definition, built.input.properties);
      const report = connectors.validate(definition.name, sorted.candidate);
      const name = await nameReport(store, input.name);
      const url = built.mistakes.map(({ code, detail }) => ({ code, detail }));
      const properties = [
        name,
        ...(url.length === 0 ? [] : [{ key: "urlBuilder", visible: true, required: false, errors: url, warnings: [] }]),
        ...report.properties.map((property) => withSecretMistakes(property, sorted)),
      ];
      const errorCount = properties.reduce((count, { errors }) => count + errors.length, 0);
      return { ...report, errorCount, properties };
    },

    list(call, request) {
      const only = call.principal.connections;
      const fetch = async (after: unknown, limit: number): Promise<readonly StoredConnection[]> => {
        const slice = typeof after === "string" ? { after, limit } : { limit };
        const records = await store.connections.list(slice, only);
        const secrets = await store.secrets.listOf(records.map(({ id }) => connectionOwner(id)));
        return records.map((record) => ({
          record,
          secrets: secrets.filter(({ owner }) => owner === connectionOwner(record.id)),
        }));
      };
      return paging.page("connections", request, fetch, ({ record }) => record.name, showConnection);
    },

    get: async (call, reference) => tagged(showConnection(await findNow(call, reference))),

    replace: (call, reference, { id, createdAt, updatedAt: _, ...input }, ifMatch) =>
      changeWith(call, reference, ifMatch, (current) => {
        requireShown(showConnection(current), { id, createdAt });
        return input;
      }),

    patch: (call, reference, patch, ifMatch) =>
      changeWith(call, reference, ifMatch, (current) => patchedInput(showConnection(current), patch)),

    async remove(call, reference, { force, ifMatch }) {
      const current = await findNow(call, reference);
      requireMatch(ifMatch, tagged(showConnection(current)).etag);
      const { id } = current.record;
      await store.transaction(
        async (repositories) => {
          const referring = await repositories.savedActivities.namesReferringTo(id);
          if (referring.length > 0 && !force) throw stillReferred("saved activities", referring);
          await leaveAliases(repositories, id, force);
          await repositories.secrets.removeOwner(connectionOwner(id));
          await repositories.connections.remove(id);
          await audit.append(repositories, call, "connection.remove", connectionTarget(current.record));
        },
        ["connections", "aliases", "tokens"],
      );
    },
  };
}

function isUnchanged(
  vault: Vault,
  current: StoredConnection,
  next: ConnectionRecord,
  sorted: SortedProperties,
): boolean {
  if (sorted.mistakes.length > 0 || sorted.dropped.size > 0) return false;
  const { version, updatedAt } = current.record;
  if (canonical({ ...next, version, updatedAt }) !== canonical(current.record)) return false;
  if (sorted.sent.size === 0) return true;
  const stored = openSecrets(vault, current);
  return [...sorted.sent].every(([key, secret]) => stored.get(key)?.equals(secret) === true);
}

/** Secrets nobody asked to clear: they must not go to the new place unless they are sent again. */
function clearedByMove(
  properties: ConnectionInput["properties"],
  { dropped, moved }: SortedProperties,
): readonly PropertyWarning[] {
  const asked = new Set(Object.keys(properties).filter((key) => properties[key] === null || properties[key] === ""));
  return [...dropped]
    .filter((key) => moved.length > 0 && !asked.has(key))
    .map((property) => ({
      property,
      code: "SECRET_CLEARED",
      detail: `${property} was cleared, since ${moved.join(", ")} changed and it was not sent again.`,
    }));
}

function refuse(mistakes: Parameters<typeof mistaken>[0]): void {
  if (mistakes.length > 0) throw mistaken(mistakes);
}

/** An id in a path is tried before a name, so a name that is an id would hide that connection. */
async function requireFreeName({ connections }: Pick<Repositories, "connections">, name: string): Promise<void> {
  if ((await connections.byId(name)) !== undefined) throw taken(name);
}

async function orTaken<T>(name: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw isUniqueViolation(error) ? taken(name) : error;
  });
}

const taken = (name: string): ConnectorError =>
  conflict(`The name ${name} is taken by another connection.`, { target: "name" });

const cannotChangeConnector = (connector: string): ConnectorError =>
  invalidRequest(`The connector of a connection cannot be changed; it stays ${connector}.`, {
    mistakes: [{ pointer: "/connector", code: "INVALID_REQUEST", detail: `Must be ${connector}.` }],
  });

const namesShown = 5;
const stillReferred = (what: string, names: readonly string[]): ConnectorError =>
  conflict(
    `${names.length} ${what} refer to this connection: ${names.slice(0, namesShown).join(", ")}${
      names.length > namesShown ? ", …" : ""
    }. Remove them first, or delete with force=true.`,
  );

/** A connection that is removed by force leaves the aliases that stand for it. Errors: CONFLICT. */
async function leaveAliases({ aliases }: Repositories, id: string, force: boolean): Promise<void> {
  const referring = (await aliases.all()).filter(({ connectionIds }) => connectionIds.includes(id));
  if (referring.length > 0 && !force) {
    throw stillReferred(
      "aliases",
      referring.map(({ name }) => name),
    );
  }
  for (const alias of referring) {
    const connectionIds = alias.connectionIds.filter((one) => one !== id);
    await aliases.update({ ...alias, connectionIds, version: alias.version + 1 }, alias.version);
  }
}

async function nameReport({ connections }: Pick<Store, "connections">, name: string): Promise<PropertyReport> {
  const isTaken = ((await connections.byName(name)) ?? (await connections.byId(name))) !== undefined;
  const errors = [
    ...nameMistakes(name).map(({ code, detail }) => ({ code, detail })),
    ...(isTaken ? [{ code: "CONFLICT" as const, detail: taken(name).message }] : []),
  ];
  return { key: "name", visible: true, required: true, errors, warnings: [] };
}

function withSecretMistakes(property: PropertyReport, { mistakes }: SortedProperties): PropertyReport {
  const found = mistakes.filter(({ pointer }) => pointer === `/properties/${property.key}`);
  if (found.length === 0) return property;
  return { ...property, errors: found.map(({ code, detail }) => ({ code, detail })) };
}
