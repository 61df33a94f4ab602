import { ConnectorError } from "#spi";
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
