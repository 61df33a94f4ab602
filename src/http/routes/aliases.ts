import { z } from "zod";
import type { AliasInput, ShownMembers } from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { ifMatchOf, sendTagged } from "../plugins/etag.ts";
import { aliasInput, aliasPage, aliasParams, aliasReplacement, aliasView } from "../schemas/aliases.ts";
import { noBody, noQuery, pageQuery } from "../schemas/common.ts";
import type { Server } from "../server.ts";

const tags = ["Aliases"];
const readers = ["designer", "operator", "auditor"] as const;

/** Members that did not come are absent; what a PUT takes back as it was read is checked by the use case. */
function inputOf({ children: _, ...sent }: z.output<typeof aliasReplacement>): AliasInput & ShownMembers {
  const { description, parent, retryPolicy, ...rest } = sent;
  const policy = retryPolicy === undefined ? {} : { retryPolicy };
  return {
    ...rest,
    ...policy,
    ...(description !== undefined && { description }),
    ...(parent !== undefined && { parent }),
  };
}

/** Aliases: create, list, read, replace, delete. */
export function aliasRoutes(app: Server, { cases }: HttpParts): void {
  const { aliases } = cases;
  app.post(
    "/v1/aliases",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "createAlias",
        tags,
        summary: "Create an alias",
        querystring: noQuery,
        body: aliasInput,
        response: { 201: aliasView.describe("Created; `Location` and `ETag` are set.") },
      },
    },
    async (request, reply) => {
      const created = await aliases.create(callOf(request), inputOf(request.body));
      reply.code(201).header("location", `/v1/aliases/${created.value.name}`);
      return sendTagged(request, reply, created, created.value);
    },
  );
  app.get(
    "/v1/aliases",
    {
      config: { access: readers },
      schema: {
        operationId: "listAliases",
        tags,
        summary: "List aliases",
        querystring: pageQuery,
        response: { 200: aliasPage },
      },
    },
    async (request) => aliases.list(callOf(request), request.query),
  );
  app.get(
    "/v1/aliases/:alias",
    {
      config: { access: readers, etag: "read" },
      schema: {
        operationId: "getAlias",
        tags,
        summary: "Read an alias",
        params: aliasParams,
        querystring: noQuery,
        response: { 200: aliasView },
      },
    },
    async (request, reply) => {
      const tagged = await aliases.get(callOf(request), request.params.alias);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  changeRoutes(app, aliases);
}

function changeRoutes(app: Server, aliases: HttpParts["cases"]["aliases"]): void {
  app.put(
    "/v1/aliases/:alias",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "replaceAlias",
        tags,
        summary: "Replace an alias",
        params: aliasParams,
        querystring: noQuery,
        body: aliasReplacement,
        response: { 200: aliasView },
      },
    },
    async (request, reply) => {
      const ifMatch = ifMatchOf(request);
      const tagged = await aliases.replace(callOf(request), request.params.alias, inputOf(request.body), ifMatch);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  app.delete(
    "/v1/aliases/:alias",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "deleteAlias",
        tags,
        summary: "Delete an alias",
        params: aliasParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: z.undefined().describe("Deleted.") },
      },
    },
    async (request, reply) => {
      await aliases.remove(callOf(request), request.params.alias, ifMatchOf(request));
      return reply.code(204).send();
    },
  );
}
