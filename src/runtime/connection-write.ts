import { present } from "../store/codec.ts";
import type { ConnectionRecord, Repositories } from "../store/store.ts";
import type { SortedProperties } from "./connection-properties.ts";
import { connectionOwner, secretPlace } from "./connection-records.ts";
import type { Vault } from "./secrets.ts";
import type { ConnectionInput } from "./use-cases.ts";

export type Identity = Pick<ConnectionRecord, "id" | "version" | "createdAt" | "updatedAt">;

/** The record a request makes; `expected` = secrets that were to be filled in and are neither sent nor cleared now. */
export const recordFrom = (
  { name, connector, description, active, credentialActive, tags, urlBuilder }: ConnectionInput,
  { open }: SortedProperties,
  { id, version, createdAt, updatedAt }: Identity,
  expected: readonly string[] = [],
): ConnectionRecord => ({
  id,
  name,
  connector,
  ...(description === undefined ? {} : { description }),
  active: active ?? true,
  credentialActive: credentialActive ?? true,
  tags: tags ?? [],
  properties: open,
  ...(urlBuilder === undefined ? {} : { urlBuilder: present<Record<string, string | number>>({ ...urlBuilder }) }),
  expectedSecrets: expected,
  version,
  createdAt,
  updatedAt,
});

/** Stores the secrets that came and removes those that went, sealed for this version. */
export async function saveSecrets(
  vault: Vault,
  { secrets }: Repositories,
  { id, version }: ConnectionRecord,
  { sent, dropped }: SortedProperties,
): Promise<void> {
  const owner = connectionOwner(id);
  for (const field of dropped) await secrets.remove(owner, field);
  if (sent.size === 0) return;
  const dataKey = (await secrets.dataKey(owner)) ?? (await secrets.settleDataKey(vault.newDataKey(owner)));
  for (const [field, secret] of sent)
    await secrets.put({
      owner,
      field,
      version,
      sealed: vault.seal(dataKey, secretPlace(owner, field, version), secret),
    });
}

/** Secrets that are still to be filled in after a change: neither sent nor cleared by it. */
export function stillExpected(
  { expectedSecrets }: Pick<ConnectionRecord, "expectedSecrets">,
  { properties }: Pick<ConnectionInput, "properties">,
  { sent }: SortedProperties,
): readonly string[] {
  const isCleared = (key: string): boolean => properties[key] === null || properties[key] === "";
  return expectedSecrets.filter((key) => !sent.has(key) && !isCleared(key));
}
