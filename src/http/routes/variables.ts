import { z } from "zod";
import type { VariableInput } from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { ifMatchOf, sendTagged } from "../plugins/etag.ts";
import { noBody, noQuery, pageQuery } from "../schemas/common.ts";
import {
  variableInput,
  variablePage,
  variableParams,
  variableReplacement,
  variableView,
} from "../schemas/variables.ts";
import type { Server } from "../server.ts";

const tags = ["Variables"];

/** What PUT takes back as it was read is not handed on. */
function replacementOf({ updatedAt: _, value, ...definition }: z.output<typeof variableReplacement>): VariableInput {
  return value === undefined ? definition : { ...definition, value };
}

/** Variables: create, list, read, replace, delete. */
export function variableRoutes(app: Server, { cases }: HttpParts): void {
  const { variables } = cases;
  app.post(
    "/v1/variables",
    {
      config: { access: ["designer"] },
      schema: {
        operationId: "createVariable",
        tags,
        summary: "Create a variable",
        querystring: noQuery,
        body: variableInput,
        response: { 201: variableView.describe("Created; `Location` and `ETag` are set.") },
      },
    },
    async (request, reply) => {
      const created = await variables.create(callOf(request), request.body);
      reply.code(201).header("location", `/v1/variables/${encodeURIComponent(created.value.name)}`);
      return sendTagged(request, reply, created, created.value);
    },
  );
  app.get(
    "/v1/variables",
    {
      config: { access: ["designer", "auditor"] },
      schema: {
        operationId: "listVariables",
        tags,
        summary: "List variables",
        querystring: pageQuery,
        response: { 200: variablePage },
      },
    },
    async (request) => variables.list(callOf(request), request.query),
  );
  app.get(
    "/v1/variables/:variable",
    {
      config: { access: ["designer", "auditor"], etag: "read" },
      schema: {
        operationId: "getVariable",
        tags,
        summary: "Read a variable",
        params: variableParams,
        querystring: noQuery,
        response: { 200: variableView },
      },
    },
    async (request, reply) => {
      const tagged = await variables.get(callOf(request), request.params.variable);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  app.put(
    "/v1/variables/:variable",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "replaceVariable",
        tags,
        summary: "Replace a variable",
        params: variableParams,
        querystring: noQuery,
        body: variableReplacement,
        response: { 200: variableView },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { variable } = request.params;
      const ifMatch = ifMatchOf(request);
      const tagged = await variables.replace(call, variable, replacementOf(request.body), ifMatch);
      return sendTagged(request, reply, tagged, tagged.value);
    },
  );
  app.delete(
    "/v1/variables/:variable",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "deleteVariable",
        tags,
        summary: "Delete a variable",
        params: variableParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: z.undefined().describe("Deleted.") },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { variable } = request.params;
      const ifMatch = ifMatchOf(request);
      await variables.remove(call, variable, ifMatch);
      return reply.code(204).send();
    },
  );
}
