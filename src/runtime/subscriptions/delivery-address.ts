import { invalidRequest, type Secret } from "#spi";
import { type EgressRules, egressDenied } from "../../net/egress.ts";
import type { Repositories } from "../../store/store.ts";
import type { Place, Vault } from "../secrets.ts";

/** An owner's place in a subscription. */
export interface OwnerPlace {
  readonly id: string;
  readonly keyId: string;
}

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Errors: INVALID_REQUEST, EGRESS_DENIED. Names are judged again when they are resolved. */
export function checkAddress(address: string, egress: EgressRules): void {
  const url = URL.parse(address);
  const isPlainLoopback = url?.protocol === "http:" && loopback.has(url.hostname);
  if (url === null || (url.protocol !== "https:" && !isPlainLoopback) || url.username !== "" || url.password !== "")
    throw invalidRequest("delivery.url must be an https address without user name and password.", {
      target: "delivery.url",
    });
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // URLs write every form of an IPv4 address as four numbers.
  const isName = host === url.hostname && !/^\d+(\.\d+){3}$/.test(host);
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const isPermitted = isName ? egress.permitsName(host) : egress.permits(host, host, port);
  if (!isPermitted) throw egressDenied();
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
