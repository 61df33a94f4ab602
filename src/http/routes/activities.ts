import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { invalidRequest } from "#spi";
import type { Call, WriteBody } from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import {
  executeAnswer,
  jsonAnswer,
  outcomesFormat,
  rowsFormat,
  sendRows,
  streamReport,
  writeAnswer,
} from "../plugins/answer-formats.ts";
import { overridesOf, useMembers } from "../plugins/connection-use.ts";
import { answerOnce, idempotencyKeyOf, refuseAsync, sendAnswer } from "../plugins/idempotency.ts";
import { requireRowLimit } from "../row-limit.ts";
import {
  activityQuery,
  executeAnswers,
  executeBody,
  explanation,
  queryAnswers,
  queryBody,
  uploadQuery,
  writeAnswers,
  writeBody,
} from "../schemas/activities.ts";
import { connectionParams } from "../schemas/common.ts";
import type { Server } from "../server.ts";
import { answerUpload, uploadOf, type WriteKind } from "../upload.ts";

const tags = ["Activities"];

const activityCall = (request: FastifyRequest): Call => ({
  ...callOf(request),
  ...overridesOf(request.query as z.output<typeof activityQuery>),
});

function queryRoutes(app: Server, parts: HttpParts): void {
  const { cases, settings } = parts;
  app.post(
    "/v1/connections/:connection/query",
    {
      bodyLimit: settings.limits.bodyBytes,
      config: { access: ["operator"], upstream: true, answers: queryAnswers },
      schema: {
        operationId: "query",
        tags,
        summary: "Query records",
        description:
          "By table, columns and condition, or by a SELECT statement. JSON answers one page; `Accept: application/x-ndjson` streams frames and `Accept: text/csv` answers CSV, both to `limit` or the end.",
        params: connectionParams,
        querystring: activityQuery,
        body: queryBody,
      },
    },
    async (request, reply) => {
      refuseAsync(request);
      const format = rowsFormat(request);
      const call = activityCall(request);
      const { connection } = request.params;
      if (format === "application/json") {
        const page = await cases.activities.query(call, connection, request.body);
        streamReport(parts, request, call, "query").rows(page.records.length);
        return sendAnswer(reply, jsonAnswer({ ...page, ...useMembers(request) }));
      }
      const stream = await cases.activities.queryStream(call, connection, request.body);
      return sendRows(
        reply,
        format,
        { ...stream, ...useMembers(request) },
        streamReport(parts, request, call, "query"),
      );
    },
  );
  app.post(
    "/v1/connections/:connection/query/explain",
    {
      config: { access: ["operator", "designer"] },
      schema: {
        operationId: "explainQuery",
        tags,
        summary: "Tell how a query would be answered",
        description: "What the server does, what this service does, and which calls it takes. Sends nothing.",
        params: connectionParams,
        querystring: activityQuery,
        body: queryBody,
        response: { 200: explanation },
      },
    },
    async (request) => cases.activities.explain(activityCall(request), request.params.connection, request.body),
  );
}

function requireBodyOnly({ table, onRowError }: { readonly table?: string; readonly onRowError?: string }): void {
  if (table !== undefined || onRowError !== undefined)
    throw invalidRequest("A JSON body names table and onRowError itself; the query string is for NDJSON uploads.");
}

const descriptions: Readonly<Record<WriteKind, string>> = {
  create: "Create rows",
  update: "Update rows",
  delete: "Delete rows",
};

function writeRoute(app: Server, parts: HttpParts, kind: WriteKind): void {
  const { cases, settings } = parts;
  const { limits } = settings;
  app.post(
    `/v1/connections/:connection/${kind}`,
    {
      bodyLimit: limits.largeBodyBytes,
      config: {
        access: ["operator"],
        writes: true,
        idempotent: true,
        upstream: true,
        upload: true,
        answers: writeAnswers,
      },
      schema: {
        operationId: `${kind}Rows`,
        tags,
        summary: descriptions[kind],
        description:
          "Rows as JSON, as a statement, or as an NDJSON upload of record frames (`?table=` names the table then). Every row gets an outcome; 4xx only when nothing was attempted.",
        params: connectionParams,
        querystring: uploadQuery,
        body: writeBody,
      },
    },
    async (request, reply) => {
      refuseAsync(request);
      const format = outcomesFormat(request);
      const call = activityCall(request);
      const { connection } = request.params;
      const upload = uploadOf(request);
      if (upload !== undefined) return answerUpload(parts, request, reply, { call, connection, kind, bytes: upload });
      const body: WriteBody = request.body;
      requireBodyOnly(request.query);
      if ("rows" in body) requireRowLimit(body.rows, limits.rowsPerCall);
      return answerOnce(parts, request, reply, call, {
        body: () => JSON.stringify(body),
        work: async () => {
          const result = await cases.activities.write(call, connection, kind, body);
          streamReport(parts, request, call, kind).rows(result.outcomes.length);
          return writeAnswer(format, { ...result, ...useMembers(request) });
        },
      });
    },
  );
}

function executeRoute(app: Server, parts: HttpParts): void {
  const { cases, settings } = parts;
  app.post(
    "/v1/connections/:connection/execute",
    {
      bodyLimit: settings.limits.largeBodyBytes,
      config: { access: ["operator"], writes: true, idempotent: true, upstream: true, answers: executeAnswers },
      schema: {
        operationId: "executeProcedure",
        tags,
        summary: "Execute a procedure",
        description:
          "By name and inputs, or by an EXECUTE statement. `Accept: application/x-ndjson` streams frames and `Accept: text/csv` answers CSV, both as the rows come and without a limit, unless the request has an Idempotency-Key.",
        params: connectionParams,
        querystring: activityQuery,
        body: executeBody,
      },
    },
    async (request, reply) => {
      refuseAsync(request);
      const format = rowsFormat(request);
      const call = activityCall(request);
      // What is kept for a repeated key is a whole; without one the rows leave as they come.
      if (format !== "application/json" && idempotencyKeyOf(request) === undefined) {
        const stream = await cases.activities.executeStream(call, request.params.connection, request.body);
        const report = streamReport(parts, request, call, "execute");
        return sendRows(reply, format, { ...stream, ...useMembers(request) }, report);
      }
      return answerOnce(parts, request, reply, call, {
        body: () => JSON.stringify(request.body),
        work: async () => {
          const result = await cases.activities.execute(call, request.params.connection, request.body);
          streamReport(parts, request, call, "execute").rows(result.results.length);
          return executeAnswer(format, { ...result, ...useMembers(request) });
        },
      });
    },
  );
}

/** Query, Create, Update, Delete and Execute, and explain. */
export function activityRoutes(app: Server, parts: HttpParts): void {
  queryRoutes(app, parts);
  for (const kind of ["create", "update", "delete"] as const) writeRoute(app, parts, kind);
  executeRoute(app, parts);
}
