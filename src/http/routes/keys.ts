import { z } from "zod";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { noBody, noQuery, pageQuery } from "../schemas/common.ts";
import { createdKey, keyInput, keyPage, keyParams, keyPatch, keyView } from "../schemas/keys.ts";
import type { Server } from "../server.ts";

const tags = ["Keys"];

/** API keys: create, list, read, change, revoke. */
export function keyRoutes(app: Server, { cases }: HttpParts): void {
  const { keys } = cases;
  app.post(
    "/v1/keys",
    {
      config: { access: "admin-only" },
      schema: {
        operationId: "createKey",
        tags,
        summary: "Create an API key",
        description: "The key itself is shown in this answer only.",
        querystring: noQuery,
        body: keyInput,
        response: { 201: createdKey },
      },
    },
    async (request, reply) => {
      const created = await keys.create(callOf(request), request.body);
      reply.code(201).header("location", `/v1/keys/${encodeURIComponent(created.id)}`);
      return created;
    },
  );
  app.get(
    "/v1/keys",
    {
      config: { access: ["auditor"] },
      schema: {
        operationId: "listKeys",
        tags,
        summary: "List API keys",
        querystring: pageQuery,
        response: { 200: keyPage },
      },
    },
    async (request) => keys.list(callOf(request), request.query),
  );
  app.get(
    "/v1/keys/:key",
    {
      config: { access: ["auditor"] },
      schema: {
        operationId: "getKey",
        tags,
        summary: "Read an API key",
        params: keyParams,
        querystring: noQuery,
        response: { 200: keyView },
      },
    },
    async (request) => keys.get(callOf(request), request.params.key),
  );
  app.patch(
    "/v1/keys/:key",
    {
      config: { access: "admin-only" },
      schema: {
        operationId: "changeKey",
        tags,
        summary: "Change name, scopes, connections or expiry of an API key",
        params: keyParams,
        querystring: noQuery,
        body: keyPatch,
        response: { 200: keyView },
      },
    },
    async (request) => keys.patch(callOf(request), request.params.key, request.body),
  );
  app.delete(
    "/v1/keys/:key",
    {
      config: { access: "admin-only" },
      schema: {
        operationId: "revokeKey",
        tags,
        summary: "Revoke an API key",
        description: "In force on all instances within 5 seconds.",
        params: keyParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: z.undefined().describe("Revoked.") },
      },
    },
    async (request, reply) => {
      await keys.remove(callOf(request), request.params.key);
      return reply.code(204).send();
    },
  );
}
