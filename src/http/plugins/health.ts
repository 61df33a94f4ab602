import type { HttpParts } from "../parts.ts";
import { healthBody } from "../schemas/service.ts";
import type { Server } from "../server.ts";

const tags = ["Service"];

/** `/livez`: the process answers. `/readyz`: it can work; never depends on a mail server. */
export function addHealth(app: Server, parts: HttpParts): void {
  app.get(
    "/livez",
    {
      config: { access: "public", admission: "exempt" },
      schema: {
        operationId: "getLiveness",
        tags,
        summary: "Is the process alive",
        description: "200 as long as the process answers at all.",
        response: { 200: healthBody },
      },
    },
    async () => ({ status: "live" }),
  );
  app.get(
    "/readyz",
    {
      config: { access: "public", admission: "exempt" },
      schema: {
        operationId: "getReadiness",
        tags,
        summary: "Can the service work",
        description: "200 when it can, else 503 with one word why not: sealed, draining, store, migrating.",
        response: { 200: healthBody, 503: healthBody.describe("Not ready; `status` is the reason.") },
      },
    },
    async (_request, reply) => {
      const status = await parts.cases.health.readiness();
      if (status !== "ready") reply.code(503).header("retry-after", "1");
      return { status };
    },
  );
}
