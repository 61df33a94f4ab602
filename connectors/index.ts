import type { ConnectorDefinition } from "#spi";
import { exchangeConnector } from "./microsoft-exchange/manifest.ts";
import { type Machine, microsoftHost } from "./microsoft-identity/host.ts";
import { smtpConnector } from "./smtp/manifest.ts";

export type { Machine } from "./microsoft-identity/host.ts";

/** The installed connectors: one import and one entry each. */
export async function installedConnectors(machine: Machine): Promise<readonly ConnectorDefinition[]> {
  const host = await microsoftHost(machine);
  return [exchangeConnector(host), smtpConnector(host)];
}
