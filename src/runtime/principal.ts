import { ConnectorError } from "#spi";
import type { Store } from "../store/store.ts";
import type { Principal } from "./use-cases.ts";

/** The service itself, where no key stands behind what is done. */
export const servicePrincipal: Principal = { keyId: "service", scopes: ["admin"] };

/** May this key use the connection? A limit names ids or names. */
export const mayUse = ({ connections }: Principal, { id, name }: { id?: string; name: string }): boolean =>
  connections === undefined || connections.includes(name) || (id !== undefined && connections.includes(id));

/** Errors: FORBIDDEN. */
export function requireUse(principal: Principal, connection: { id?: string; name: string }): void {
  if (!mayUse(principal, connection)) throw foreignConnection();
}

/** The same answer for a connection of others and for none, so that a limited key cannot ask which exist. */
export const foreignConnection = (): ConnectorError =>
  new ConnectorError("FORBIDDEN", "This API key is limited to other connections.");

/** The ids of the connections a limited key may use; nothing when it is not limited. */
export async function allowedConnectionIds(
  store: Pick<Store, "connections">,
  { connections }: Principal,
): Promise<readonly string[] | undefined> {
  if (connections === undefined) return undefined;
  // Each entry is the id of one connection, the name of one, or both.
  const found = await store.connections.list({ limit: connections.length * 2 }, connections);
  return found.map(({ id }) => id);
}

/** For what concerns all connections at once. Errors: FORBIDDEN. */
export function requireUnlimited({ principal }: { readonly principal: Principal }, why: string): void {
  if (principal.connections !== undefined)
    throw new ConnectorError("FORBIDDEN", `This API key is limited to connections; ${why}.`);
}
