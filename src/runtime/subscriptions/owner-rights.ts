import type { Clock } from "#spi";
import type { Store } from "../../store/store.ts";
import type { SubscriptionOwner } from "../../store/subscription-records.ts";
import { mayUse } from "../principal.ts";

/** Why an owner may no longer be told of events; undefined while his key still may read them. */
export async function withdrawnRight(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  { subscriptionId, keyId }: Pick<SubscriptionOwner, "subscriptionId" | "keyId">,
): Promise<string | undefined> {
  const key = await store.keys.byId(keyId);
  if (key === undefined) return "The API key of this owner was removed.";
  if (key.expiresAt !== undefined && key.expiresAt <= clock.now()) return "The API key of this owner has expired.";
  if (!key.scopes.some((scope) => scope === "operator" || scope === "admin"))
    return "The API key of this owner may no longer read events.";
  const subscription = await store.subscriptions.byId(subscriptionId);
  const connection = subscription && (await store.connections.byId(subscription.connectionId));
  const { connections } = key;
  const limits = { keyId, scopes: [], ...(connections === undefined ? {} : { connections }) };
  if (connection !== undefined && !mayUse(limits, connection))
    return "The API key of this owner may no longer use the connection.";
  return undefined;
}
