import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import type { Server } from "../server.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** The app that describes the routes of this one; built when first asked for. */
    apiPages(): Promise<FastifyInstance>;
  }
}

/** Collects the routes that are registered after it. What describes them loads 6 MB of code, so only when asked for. */
export function addOpenApi(app: Server, version: string): void {
  const routes: RouteOptions[] = [];
  let pages: Promise<FastifyInstance> | undefined;
  app.addHook("onRoute", (route) => {
    if (route.schema?.hide !== true) routes.push(route as unknown as RouteOptions);
  });
  app.decorate("apiPages", () => {
    pages ??= import("../openapi/api-pages.ts").then(({ buildApiPages }) => buildApiPages(routes, version));
    return pages;
  });
  app.addHook("onClose", async () => {
    await (await pages)?.close();
  });
}

const hidden = { config: { access: "public" }, schema: { hide: true } } as const;

const conditions = ["if-none-match", "if-modified-since"] as const;
const passedOn = ["content-type", "content-security-policy", "cache-control", "etag", "last-modified", "location"];

/** `/docs`: the API page with all its files from this service; it holds no data, so it needs no key. */
export function addDocsPage(app: Server): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const headers = Object.fromEntries(
      conditions.flatMap((name) => (name in request.headers ? [[name, request.headers[name]]] : [])),
    );
    const page = await (await app.apiPages()).inject({ method: "GET", url: request.url, headers });
    if (page.statusCode >= 400) return reply.callNotFound();
    for (const name of passedOn) if (page.headers[name] !== undefined) reply.header(name, page.headers[name]);
    return reply.code(page.statusCode).send(page.rawPayload);
  };
  app.get("/docs", hidden, answer);
  app.get("/docs/*", hidden, answer);
}

/** `/openapi.json`: the document, printed once. */
export function addOpenApiRoute(app: Server): void {
  let text: string | undefined;
  app.get("/openapi.json", hidden, async (_request, reply) => {
    text ??= JSON.stringify((await app.apiPages()).swagger());
    return reply.header("content-type", "application/json; charset=utf-8").send(text);
  });
}
