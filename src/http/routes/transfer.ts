import { z } from "zod";
import type { TransferDocument } from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { noQuery } from "../schemas/common.ts";
import { conflictRule, importSummary, transferDocument } from "../schemas/transfer.ts";
import type { Server } from "../server.ts";

const tags = ["Export and import"];

/** Definitions from one installation to another. */
export function transferRoutes(app: Server, { cases, settings }: HttpParts): void {
  app.get(
    "/v1/export",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "exportDefinitions",
        tags,
        summary: "Export connections, aliases, saved activities and variables",
        description: "By name, without any secret.",
        querystring: noQuery,
        response: { 200: transferDocument },
      },
    },
    async (request) => cases.transfer.exportAll(callOf(request)),
  );
  app.post(
    "/v1/import",
    {
      bodyLimit: settings.limits.largeBodyBytes,
      config: { access: ["designer"] },
      schema: {
        operationId: "importDefinitions",
        tags,
        summary: "Import what was exported",
        description: "All or nothing; every mistake is told at once.",
        querystring: z.strictObject({ onConflict: conflictRule }),
        body: transferDocument,
        response: { 200: importSummary },
      },
    },
    async (request) =>
      cases.transfer.importAll(callOf(request), request.body as TransferDocument, request.query.onConflict),
  );
}
