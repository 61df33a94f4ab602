import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import Fastify, { type FastifyInstance, type FastifySchema, type RouteOptions } from "fastify";
import { createJsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { noBody } from "../schemas/common.ts";
import { documentBase } from "./base.ts";
import { finishDocument } from "./finish.ts";
import { operationNotes } from "./notes.ts";

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

const swaggerOptions = (version: string): Parameters<typeof swagger>[1] =>
  ({
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
  }) as Parameters<typeof swagger>[1];

// The page's script sets style attributes at run time, which no hash can name; scripts load from this service alone.
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * An app that does nothing but describe these routes: its `swagger()` is the document, `/docs` the API page. It listens
 * nowhere.
 */
export async function buildApiPages(routes: readonly RouteOptions[], version: string): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({ exposeHeadRoutes: false });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  await app.register(swagger, swaggerOptions(version));
  await app.register(swaggerUi, {
    routePrefix: "/docs",
    staticCSP: docsPolicy,
    uiConfig: { url: "/openapi.json", persistAuthorization: false },
  });
  await app.register(async (scope) => {
    for (const { method, url, schema = {}, config = {} } of routes)
      scope.route({ method, url, schema, config, handler: () => undefined });
  });
  await app.ready();
  return app;
}
