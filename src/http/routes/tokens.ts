import { z } from "zod";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { connectionParams, noBody, noQuery } from "../schemas/common.ts";
import { tokenInput, tokenView } from "../schemas/tokens.ts";
import type { Server } from "../server.ts";

const tags = ["Tokens"];

/** A connection's token: metadata, one obtained elsewhere, forget, force a refresh. */
export function tokenRoutes(app: Server, { cases }: HttpParts): void {
  app.get(
    "/v1/connections/:connection/token",
    {
      config: { access: ["designer", "auditor"] },
      schema: {
        operationId: "getToken",
        tags,
        summary: "Read metadata of the token",
        params: connectionParams,
        querystring: noQuery,
        response: { 200: tokenView },
      },
    },
    async (request) => cases.tokens.get(callOf(request), request.params.connection),
  );
  app.put(
    "/v1/connections/:connection/token",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "putToken",
        tags,
        summary: "Store a token obtained elsewhere",
        params: connectionParams,
        querystring: noQuery,
        body: tokenInput,
        response: { 200: tokenView },
      },
    },
    async (request) => cases.tokens.put(callOf(request), request.params.connection, request.body),
  );
  app.delete(
    "/v1/connections/:connection/token",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "forgetToken",
        tags,
        summary: "Forget the token",
        params: connectionParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: z.undefined().describe("Forgotten.") },
      },
    },
    async (request, reply) => {
      await cases.tokens.forget(callOf(request), request.params.connection);
      return reply.code(204).send();
    },
  );
  app.post(
    "/v1/connections/:connection/token/refresh",
    {
      config: { access: ["designer"], upstream: true },
      schema: {
        operationId: "refreshToken",
        tags,
        summary: "Renew the token now",
        description: "Concurrent refreshes join one call to the identity provider.",
        params: connectionParams,
        querystring: noQuery,
        body: noBody,
        response: { 200: tokenView },
      },
    },
    async (request) => cases.tokens.refresh(callOf(request), request.params.connection),
  );
}
