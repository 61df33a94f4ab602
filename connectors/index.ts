import type { ConnectorDefinition } from "#spi";
import { exchangeHost, type Machine } from "./microsoft-exchange/host.ts";
import { exchangeConnector } from "./microsoft-exchange/manifest.ts";

export type { Machine } from "./microsoft-exchange/host.ts";

/** The installed connectors: one import and one entry each. */
export async function installedConnectors(machine: Machine): Promise<readonly ConnectorDefinition[]> {
  return [exchangeConnector(await exchangeHost(machine))];
}
