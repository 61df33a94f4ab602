import { callOf } from "../call.ts";
import { listPage } from "../list-page.ts";
import type { HttpParts } from "../parts.ts";
import { agentPage } from "../schemas/agents.ts";
import { pageQuery } from "../schemas/common.ts";
import type { Server } from "../server.ts";

/** Live instances with their versions. */
export function agentRoutes(app: Server, { cases }: HttpParts): void {
  app.get(
    "/v1/agents",
    {
      config: { access: ["agent", "auditor"] },
      schema: {
        operationId: "listAgents",
        tags: ["Agents"],
        summary: "List live agents",
        querystring: pageQuery,
        response: { 200: agentPage },
      },
    },
    async (request) => listPage(await cases.agents.list(callOf(request)), request.query),
  );
}
