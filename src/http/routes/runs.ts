import { z } from "zod";
import { unsupported } from "#spi";
import { noBody, noQuery, pageQuery } from "../schemas/common.ts";
import type { Server } from "../server.ts";

const tags = ["Runs"];
const description = "Answers 422 UNSUPPORTED: this version keeps no asynchronous runs.";
const runParams = z.object({ run: z.string().min(1).max(200) });

async function refuse(): Promise<never> {
  throw unsupported("This version keeps no asynchronous runs; every activity answers synchronously.");
}

/** Asynchronous runs; refused plainly, so that a caller learns it at once. */
export function runRoutes(app: Server): void {
  app.get(
    "/v1/runs",
    {
      config: { access: ["operator", "auditor"] },
      schema: { operationId: "listRuns", tags, summary: "List runs", description, querystring: pageQuery },
    },
    refuse,
  );
  app.get(
    "/v1/runs/:run",
    {
      config: { access: ["operator", "auditor"] },
      schema: {
        operationId: "getRun",
        tags,
        summary: "Read a run",
        description,
        params: runParams,
        querystring: noQuery,
      },
    },
    refuse,
  );
  app.get(
    "/v1/runs/:run/results",
    {
      config: { access: ["operator"] },
      schema: {
        operationId: "getRunResults",
        tags,
        summary: "Read the results of a run",
        description,
        params: runParams,
        querystring: pageQuery,
      },
    },
    refuse,
  );
  app.post(
    "/v1/runs/:run/cancel",
    {
      config: { access: ["operator"] },
      schema: {
        operationId: "cancelRun",
        tags,
        summary: "Cancel a run",
        description,
        params: runParams,
        querystring: noQuery,
        body: noBody,
      },
    },
    refuse,
  );
}
