import type { Server as HttpServer } from "node:http";
import Fastify, { type FastifyInstance, type FastifyServerOptions } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import type { HttpParts } from "./http/parts.ts";
import { addAnswerHeaders } from "./http/plugins/answer-headers.ts";
import { addAnswerOver } from "./http/plugins/answer-over.ts";
import { addApiAuth } from "./http/plugins/api-auth.ts";
import { addBodies } from "./http/plugins/bodies.ts";
import { addConnectionUse } from "./http/plugins/connection-use.ts";
import { addAdmission, addBodyTimeout, addDrain } from "./http/plugins/limits.ts";
import { addDocsPage, addOpenApi } from "./http/plugins/openapi.ts";
import { addProblems, clientErrorHandler, frameworkErrors } from "./http/plugins/problem.ts";
import { addRequestId, requestIdOf } from "./http/plugins/request-id.ts";
import { addRequestLog } from "./http/plugins/request-log.ts";
import { activityRoutes } from "./http/routes/activities.ts";
import { agentRoutes } from "./http/routes/agents.ts";
import { aliasRoutes } from "./http/routes/aliases.ts";
import { auditRoutes } from "./http/routes/audit.ts";
import { authorizationRoutes } from "./http/routes/authorizations.ts";
import { catalogRoutes } from "./http/routes/catalog.ts";
import { connectionRoutes } from "./http/routes/connections.ts";
import { connectorRoutes } from "./http/routes/connectors.ts";
import { contentRoutes } from "./http/routes/contents.ts";
import { keyRoutes } from "./http/routes/keys.ts";
import { notificationRoutes } from "./http/routes/notifications.ts";
import { runRoutes } from "./http/routes/runs.ts";
import { savedActivityRoutes } from "./http/routes/saved-activities.ts";
import { serviceRoutes } from "./http/routes/service.ts";
import { subscriptionRoutes } from "./http/routes/subscriptions.ts";
import { tokenRoutes } from "./http/routes/tokens.ts";
import { transferRoutes } from "./http/routes/transfer.ts";
import { variableRoutes } from "./http/routes/variables.ts";
import type { Server } from "./http/server.ts";
import { validatorCompiler } from "./http/validation.ts";

export type AppParts = HttpParts;

// Counted are UTF-16 units after decoding, so a name of 200 characters may need 400; Fastify's default of 100 gives 414.
const longestParameter = 1024;

function serverOptions({ settings, random, log }: AppParts): FastifyServerOptions<HttpServer> {
  const { limits, tls, behindTlsProxy } = settings;
  const nodeOptions = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    // Node looks for late requests this often; its default of 30 s would stretch the 10 s for headers to 40.
    connectionsCheckingInterval: 5000,
  };
  const options = {
    ...(tls === undefined ? { http: nodeOptions } : { https: { ...nodeOptions, ...tls } }),
    logger: false,
    genReqId: requestIdOf(random),
    requestIdHeader: false,
    // The owner says that every caller is the proxy: the address it saw counts, not what the caller claims before it.
    // A hop count of 1 would say so too, but Fastify 5.12 trusts nobody when given a number.
    trustProxy: behindTlsProxy ? (_address: string, hop: number) => hop === 0 : false,
    bodyLimit: limits.bodyBytes,
    // Fastify's default of 0 would switch Node's guard off; JSON bodies are held to the shorter limit of addBodyTimeout.
    requestTimeout: limits.uploadTimeoutMs,
    maxRequestsPerSocket: limits.requestsPerConnection,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: longestParameter },
    frameworkErrors: frameworkErrors(log),
    // Named here, Fastify does not load its own, which nothing would use.
    schemaController: {
      compilersFactory: { buildValidator: () => validatorCompiler, buildSerializer: () => serializerCompiler },
    },
    clientErrorHandler,
  };
  return options as unknown as FastifyServerOptions<HttpServer>;
}

/** The HTTP layer as a plugin tree, in running order: what each request passes from top to bottom. */
export function buildApp(parts: AppParts): FastifyInstance {
  const { limits } = parts.settings;
  const app = Fastify(serverOptions(parts)) as unknown as Server;
  app.server.maxConnections = limits.connections;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  addProblems(app, parts.log);
  addAnswerOver(app);
  addRequestId(app);
  addRequestLog(app, parts);
  addDrain(app, parts);
  addAdmission(app, parts);
  addApiAuth(app, parts);
  addBodyTimeout(app, parts);
  addBodies(app, limits.jsonDepth);
  addConnectionUse(app);
  addAnswerHeaders(app, limits.requestTimeoutMs);
  addOpenApi(app, parts.version);
  addDocsPage(app);

  app.register(async (scope) => {
    const routes = scope as unknown as Server;
    serviceRoutes(routes, parts);
    connectorRoutes(routes, parts);
    connectionRoutes(routes, parts);
    authorizationRoutes(routes, parts);
    tokenRoutes(routes, parts);
    catalogRoutes(routes, parts);
    activityRoutes(routes, parts);
    contentRoutes(routes, parts);
    savedActivityRoutes(routes, parts);
    aliasRoutes(routes, parts);
    subscriptionRoutes(routes, parts);
    notificationRoutes(routes, parts);
    transferRoutes(routes, parts);
    variableRoutes(routes, parts);
    runRoutes(routes);
    keyRoutes(routes, parts);
    agentRoutes(routes, parts);
    auditRoutes(routes, parts);
  });
  return app as unknown as FastifyInstance;
}
