import type { ConnectorDefinition } from "#spi";
import type { ExchangeConfig } from "../../connectors/microsoft-exchange/config.ts";
import type { Surroundings } from "./record.ts";

/** What a session belongs to, for the records. */
export type Place = Omit<Surroundings, "testId">;

/** Schema and platform of a configuration, for connectors that have several. */
const places: Readonly<Record<string, (config: unknown) => Omit<Place, "connector">>> = {
  "microsoft-exchange": (config) => {
    const parsed = config as ExchangeConfig;
    return parsed.schema === "EWS" ? { schema: "EWS", platform: parsed.ews.platform } : { schema: parsed.schema };
  },
};

/** The place of a connection; a connector that has one schema needs no entry above. */
export function placeOf({ name, schemas }: ConnectorDefinition, config: unknown): Place {
  return { connector: name, ...(places[name]?.(config) ?? { schema: schemas[0]?.name ?? "" }) };
}
