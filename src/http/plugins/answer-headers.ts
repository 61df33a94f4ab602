import type { FastifyRequest } from "fastify";
import type { Server } from "../server.ts";

const hasBody = (request: FastifyRequest): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

// What is left of a body nobody reads would hold the connection; `complete` is missing in injected requests.
const isHalfRead = (request: FastifyRequest): boolean => hasBody(request) && request.raw.complete === false;

/** Headers every answer carries: no sniffing, no caching of data, and an end to connections with unread bodies. */
export function addAnswerHeaders(app: Server): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    reply.header("x-content-type-options", "nosniff");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    if (!reply.hasHeader("content-security-policy"))
      reply.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    if (isHalfRead(request)) reply.header("connection", "close");
    done(null, payload);
  });
}
