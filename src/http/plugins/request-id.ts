import type { IncomingMessage } from "node:http";
import type { Random } from "#spi";
import type { Server } from "../server.ts";

export const requestIdHeader = "x-request-id";
const sane = /^[A-Za-z0-9._:-]{1,128}$/;

/** Takes the caller's X-Request-Id when it is harmless, else makes one. */
export function requestIdOf(random: Random): (request: IncomingMessage) => string {
  return (request) => {
    const given = request.headers[requestIdHeader];
    return typeof given === "string" && sane.test(given) ? given : random.uuid();
  };
}

/** Echoes the request id on every answer. */
export function addRequestId(app: Server): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header(requestIdHeader, request.id);
    done();
  });
}
