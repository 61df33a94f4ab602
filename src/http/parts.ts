import type { Clock, Log, Random } from "#spi";
import type { UseCases } from "../runtime/use-cases.ts";
import type { MetricsRegistry } from "./metrics-registry.ts";
import type { HttpSettings } from "./settings.ts";

/** Everything the HTTP layer is built from. */
export interface HttpParts {
  readonly cases: UseCases;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: HttpSettings;
  /** Version of the service, as the OpenAPI document states it. */
  readonly version: string;
  readonly metrics: MetricsRegistry;
}
