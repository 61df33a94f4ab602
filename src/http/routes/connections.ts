import { z } from "zod";
import type { ConnectionInput } from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { ifMatchOf, sendTagged } from "../plugins/etag.ts";
import { connectionParams, flag, noBody, noQuery, pageQuery } from "../schemas/common.ts";
import {
  connectionInput,
  connectionPage,
  connectionPatch,
  connectionReplacement,
  connectionStatus,
  connectionView,
  dialogueReport,
  testReport,
  testReports,
} from "../schemas/connections.ts";
import { validationReport } from "../schemas/connectors.ts";
import type { Server } from "../server.ts";

const tags = ["Connections"];
const location = (id: string): string => `/v1/connections/${encodeURIComponent(id)}`;

/** Stored connections: create, read, replace, patch, delete. */
export function connectionRoutes(app: Server, { cases }: HttpParts): void {
  const { connections } = cases;
  app.post(
    "/v1/connections",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "createConnection",
        tags,
        summary: "Create a connection",
        description: "With `validateOnly=true` nothing is stored and the report is answered.",
        querystring: z.strictObject({ validateOnly: flag.optional() }),
        body: connectionInput,
        response: {
          200: validationReport.describe("The report, with `validateOnly=true`."),
          201: connectionView.describe("Created; `Location` and `ETag` are set."),
        },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const input: ConnectionInput = request.body;
      if (request.query.validateOnly === true) return connections.validate(call, input);
      const created = await connections.create(call, input);
      reply.code(201).header("location", location(created.value.id));
      return sendTagged(request, reply, created, created.value);
    },
  );
  app.get(
    "/v1/connections",
    {
      config: { access: ["designer", "auditor"] },
      schema: {
        operationId: "listConnections",
        tags,
        summary: "List connections",
        querystring: pageQuery,
        response: { 200: connectionPage },
      },
    },
    async (request) => connections.list(callOf(request), request.query),
  );
  app.get(
    "/v1/connections/:connection",
    {
      config: { access: ["designer", "auditor"], etag: "read" },
      schema: {
        operationId: "getConnection",
        tags,
        summary: "Read a connection",
        params: connectionParams,
        querystring: noQuery,
        response: { 200: connectionView },
      },
    },
    async (request, reply) => {
      const tagged = await connections.get(callOf(request), request.params.connection);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  app.put(
    "/v1/connections/:connection",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "replaceConnection",
        tags,
        summary: "Replace a connection",
        description:
          'A secret left out (or sent as {"isSet": true}) is kept, `null` clears it. A changed host, proxy, OAuth URL or TLS trust clears secrets that are not sent again.',
        params: connectionParams,
        querystring: noQuery,
        body: connectionReplacement,
        response: { 200: connectionView },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { connection } = request.params;
      const ifMatch = ifMatchOf(request);
      const { warnings: _, state: __, missingSecrets: ___, ...input } = request.body;
      const tagged = await connections.replace(call, connection, input, ifMatch);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  app.patch(
    "/v1/connections/:connection",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "patchConnection",
        tags,
        summary: "Change parts of a connection",
        description: "JSON merge patch (RFC 7396); application/json is read in the same way.",
        params: connectionParams,
        querystring: noQuery,
        body: connectionPatch,
        response: { 200: connectionView },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { connection } = request.params;
      const ifMatch = ifMatchOf(request);
      const tagged = await connections.patch(call, connection, request.body, ifMatch);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  app.delete(
    "/v1/connections/:connection",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "deleteConnection",
        tags,
        summary: "Delete a connection",
        description: "409 while saved activities refer to it, unless `force=true`.",
        params: connectionParams,
        querystring: z.strictObject({ force: flag.optional() }),
        body: noBody,
        response: { 204: z.undefined().describe("Deleted.") },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { connection } = request.params;
      const ifMatch = ifMatchOf(request);
      await connections.remove(call, connection, {
        force: request.query.force === true,
        ...(ifMatch !== undefined && { ifMatch }),
      });
      return reply.code(204).send();
    },
  );
  connectionTestRoutes(app, { cases });
}

function connectionTestRoutes(app: Server, { cases }: Pick<HttpParts, "cases">): void {
  app.post(
    "/v1/connections/:connection/test",
    {
      config: { access: ["designer", "agent"], upstream: true },
      schema: {
        operationId: "testConnection",
        tags,
        summary: "Test a connection",
        description:
          "Runs on this agent, with `agents=group` on every live agent of its group. A failed test is a 200 answer: the question was answered.",
        params: connectionParams,
        querystring: z.strictObject({ agents: z.enum(["group"]).optional() }),
        body: noBody,
        response: { 200: z.union([testReport, testReports]) },
      },
    },
    async (request) => {
      const { connection } = request.params;
      if (request.query.agents === "group") return cases.tests.testOnGroup(callOf(request), connection);
      return cases.tests.test(callOf(request), connection);
    },
  );
  app.get(
    "/v1/connections/:connection/status",
    {
      config: { access: ["designer", "agent", "auditor"] },
      schema: {
        operationId: "getConnectionStatus",
        tags,
        summary: "Read what is known of a connection",
        description: "Last test, token state, throttled until, open sessions, and what will stop when; calls nothing.",
        params: connectionParams,
        querystring: noQuery,
        response: { 200: connectionStatus },
      },
    },
    async (request) => cases.tests.status(callOf(request), request.params.connection),
  );
  app.get(
    "/v1/connections/:connection/debug",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "getConnectionDialogue",
        tags,
        summary: "Read the recorded conversation with the server",
        description:
          "Where the connection asks for it (a property of its connector, such as EnableDebugOutput) and for a limited time. It is kept in the memory of the agent that answers; secrets are masked and bodies cut.",
        params: connectionParams,
        querystring: noQuery,
        response: { 200: dialogueReport },
      },
    },
    async (request) => cases.tests.dialogue(callOf(request), request.params.connection),
  );
}
