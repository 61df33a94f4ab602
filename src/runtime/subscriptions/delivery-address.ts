import { invalidRequest, type Secret } from "#spi";
import type { Repositories } from "../../store/store.ts";
import type { Place, Vault } from "../secrets.ts";

/** An owner's place in a subscription. */
export interface OwnerPlace {
  readonly id: string;
  readonly keyId: string;
}

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Errors: INVALID_REQUEST. What may be reached is judged where it is connected to. */
export function checkAddress(address: string): void {
  const url = URL.parse(address);
  const isPlainLoopback = url?.protocol === "http:" && loopback.has(url.hostname);
  if (url === null || (url.protocol !== "https:" && !isPlainLoopback) || url.username !== "" || url.password !== "")
    throw invalidRequest("delivery.url must be an https address without user name and password.", {
      target: "delivery.url",
    });
}

/** Names the owner whose data key seals the secrets of a subscription's deliveries. */
export const deliveryOwner = (id: string): string => `subscription/${id}`;

export const deliveryPlace = ({ id, keyId }: OwnerPlace): Place => ({
  table: "subscription_owner",
  id,
  field: keyId,
  version: 1,
});

/** The secret deliveries are signed with, as it is stored. */
export async function sealSecret(
  { secrets }: Repositories,
  vault: Vault,
  place: OwnerPlace,
  secret: Secret,
): Promise<string> {
  const owner = deliveryOwner(place.id);
  const dataKey = (await secrets.dataKey(owner)) ?? (await secrets.settleDataKey(vault.newDataKey(owner)));
  return vault.seal(dataKey, deliveryPlace(place), secret);
}
