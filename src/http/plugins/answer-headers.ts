import type { FastifyReply, FastifyRequest } from "fastify";
import type { Server } from "../server.ts";

const hasBody = (request: FastifyRequest): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

/**
 * A body nobody reads on is let in and dropped for a while after the answer: closing at once could reset the
 * connection before the caller has read why it was refused. Then the connection ends.
 */
function endHalfRead(request: FastifyRequest, reply: FastifyReply, lingerMs: number): void {
  const { raw } = request;
  // `complete` is missing in injected requests.
  if (!hasBody(request) || raw.complete !== false) return;
  reply.raw.once("finish", () => {
    if (raw.complete) return;
    const { socket } = raw;
    const timer = setTimeout(() => socket.destroy(), lingerMs);
    timer.unref();
    const over = (): void => {
      clearTimeout(timer);
      socket.off("close", over);
    };
    raw.once("end", over);
    socket.once("close", over);
    raw.resume();
  });
}

/** Headers every answer carries: no sniffing, no caching, no embedding; and an end to connections with unread bodies. */
export function addAnswerHeaders(app: Server, lingerMs: number): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    reply.header("x-content-type-options", "nosniff");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    if (!reply.hasHeader("content-security-policy"))
      reply.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    endHalfRead(request, reply, lingerMs);
    done(null, payload);
  });
}
