import type { FastifyRequest } from "fastify";
import type { Server } from "../server.ts";

/** Runs once when the answer is over; `isComplete` is false when the caller left before its end. */
export type OverListener = (isComplete: boolean) => void;

/** Watches the end of every answer with one pair of listeners, whoever wants to know. */
export function addAnswerOver(app: Server): void {
  app.decorateRequest("whenOver", null);
  app.addHook("onRequest", (request, reply, done) => {
    const listeners: OverListener[] = [];
    request.whenOver = listeners;
    const over = (): void => {
      reply.raw.removeListener("finish", over);
      reply.raw.removeListener("close", over);
      const isComplete = reply.raw.writableEnded;
      for (const listener of listeners) listener(isComplete);
    };
    reply.raw.on("finish", over);
    reply.raw.on("close", over);
    done();
  });
}

/** Adds a listener to the end of this request's answer. */
export function onAnswerOver(request: FastifyRequest, listener: OverListener): void {
  request.whenOver?.push(listener);
}
