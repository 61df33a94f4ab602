import type { Value } from "#spi";
import type { ConnectionRecord, DataKeyRecord, Repositories, SecretRecord, Store } from "../store/store.ts";
import { createFreshCache } from "./fresh-cache.ts";
import { isoTime } from "./representation.ts";
import type { Place } from "./secrets.ts";
import type { ConnectionView, UrlBuilder } from "./use-cases.ts";

/** A connection with its secrets, still sealed. */
export interface StoredConnection {
  readonly record: ConnectionRecord;
  readonly secrets: readonly SecretRecord[];
  readonly dataKey?: DataKeyRecord;
}

/** Whose data key a connection's secrets are sealed with, and the place each is bound to. */
export const connectionOwner = (id: string): string => `connection/${id}`;
export const secretPlace = (owner: string, field: string, version: number): Place => ({
  table: "secret",
  id: owner,
  field,
  version,
});

/** Reads a connection by id or name, id first. */
export async function readConnection(
  repositories: Pick<Repositories, "connections" | "secrets">,
  reference: string,
): Promise<StoredConnection | undefined> {
  const { connections, secrets } = repositories;
  const record = (await connections.byId(reference)) ?? (await connections.byName(reference));
  if (record === undefined) return undefined;
  const owner = connectionOwner(record.id);
  const sealed = await secrets.list(owner);
  const dataKey = sealed.length === 0 ? undefined : await secrets.dataKey(owner);
  return { record, secrets: sealed, ...(dataKey === undefined ? {} : { dataKey }) };
}

/** The same without a look into the store for each call; secrets stay sealed in memory too. */
export function cachedConnections(store: Store): (reference: string) => Promise<StoredConnection | undefined> {
  const cache = createFreshCache<StoredConnection | undefined>(store.changes, "connections");
  return (reference) => cache.get(reference, () => readConnection(store, reference));
}

/** The connection as the API shows it. */
export function showConnection({ record, secrets }: StoredConnection): ConnectionView {
  const { id, name, connector, description, active, credentialActive, tags, properties, urlBuilder } = record;
  const { expectedSecrets: missing } = record;
  const shown: Record<string, Value> = { ...properties };
  for (const { field } of secrets) shown[field] = { isSet: true };
  return {
    id,
    name,
    connector,
    ...(description === undefined ? {} : { description }),
    active,
    credentialActive,
    state: missing.length === 0 ? "configured" : "unconfigured",
    ...(missing.length === 0 ? {} : { missingSecrets: missing }),
    tags,
    properties: shown,
    ...(urlBuilder === undefined ? {} : { urlBuilder: urlBuilder as unknown as UrlBuilder }),
    createdAt: isoTime(record.createdAt),
    updatedAt: isoTime(record.updatedAt),
  };
}
