import type { HttpParts } from "../parts.ts";
import { addHealth } from "../plugins/health.ts";
import { addMetrics } from "../plugins/metrics.ts";
import { addOpenApiRoute } from "../plugins/openapi.ts";
import type { Server } from "../server.ts";

/** Health, metrics and the OpenAPI document. */
export function serviceRoutes(app: Server, parts: HttpParts): void {
  addHealth(app, parts);
  addMetrics(app, parts);
  addOpenApiRoute(app);
}
