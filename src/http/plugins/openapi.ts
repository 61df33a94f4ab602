import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance, FastifySchema } from "fastify";
import { createJsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { documentBase } from "../openapi/base.ts";
import { finishDocument } from "../openapi/finish.ts";
import { operationNotes } from "../openapi/notes.ts";
import { noBody } from "../schemas/common.ts";
import type { Server } from "../server.ts";

const transformSchemas = createJsonSchemaTransform({ skipList: [] });

/** The schema as documented: answers that no serializer prints added, bodies that must be empty left out. */
function documentedSchema(
  schema: FastifySchema,
  answers: Readonly<Record<string, unknown>> | undefined,
): FastifySchema {
  const { body, ...rest } = schema;
  return {
    ...rest,
    ...(body !== undefined && body !== noBody && { body }),
    ...(answers !== undefined && { response: { ...(schema.response as object), ...answers } }),
  };
}

/** Collects the document from the routes that are registered after it. */
export function addOpenApi(app: Server, version: string): void {
  app.register(swagger, {
    openapi: documentBase(version),
    transform: (document) => {
      const { schema, route } = document;
      const documented = documentedSchema(schema ?? {}, route.config?.answers);
      const transformed = transformSchemas({ ...document, schema: documented });
      return { ...transformed, schema: { ...transformed.schema, ...operationNotes(route, transformed.schema) } };
    },
    transformObject: (document) => {
      const transformed = jsonSchemaTransformObject(document);
      return finishDocument(transformed as Parameters<typeof finishDocument>[0]) as typeof transformed;
    },
  } as Parameters<typeof swagger>[1]);
}

// The page's script sets style attributes at run time, which no hash can name; scripts load from this service alone.
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/docs`: the API page with all its files from this service; it holds no data, so it needs no key. */
export function addDocsPage(app: Server): void {
  app.register(async (scope: FastifyInstance) => {
    scope.addHook("onRoute", (route) => {
      route.config = { ...route.config, access: "public" };
    });
    await scope.register(swaggerUi, {
      routePrefix: "/docs",
      staticCSP: docsPolicy,
      uiConfig: { url: "/openapi.json", persistAuthorization: false },
    });
  });
}

/** `/openapi.json`: the document, printed once. */
export function addOpenApiRoute(app: Server): void {
  let text: string | undefined;
  app.get("/openapi.json", { config: { access: "public" }, schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(app.swagger());
    return reply.header("content-type", "application/json; charset=utf-8").send(text);
  });
}
