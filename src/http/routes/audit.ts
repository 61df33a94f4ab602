import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { auditPage, auditQuery } from "../schemas/audit.ts";
import type { Server } from "../server.ts";

/** Who did what, when, and how it ended. */
export function auditRoutes(app: Server, { cases }: HttpParts): void {
  app.get(
    "/v1/audit",
    {
      config: { access: ["auditor"] },
      schema: {
        operationId: "listAudit",
        tags: ["Audit"],
        summary: "List audit records, newest first",
        querystring: auditQuery,
        response: { 200: auditPage },
      },
    },
    async (request) => cases.audit.list(callOf(request), request.query),
  );
}
