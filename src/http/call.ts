import type { FastifyRequest } from "fastify";
import type { Call } from "../runtime/use-cases.ts";
import { onAnswerOver } from "./plugins/answer-over.ts";

/**
 * The call of a request. Its signal aborts when the caller leaves: the answer's `close` before its end tells so; `close`
 * of the request also fires when its body was read (Node 16 and later).
 */
export function callOf(request: FastifyRequest): Call {
  const { principal } = request;
  if (principal === null) throw new Error(`Route ${request.routeOptions.url} was reached without a principal`);
  const use = {};
  request.connectionUse = use;
  return { principal, requestId: request.id, signal: signalOf(request), use };
}

/** Aborts when the caller leaves before the answer is complete, or the service can wait no longer. */
export function signalOf(request: FastifyRequest): AbortSignal {
  const controller = new AbortController();
  onAnswerOver(request, (isComplete) => {
    if (!isComplete) controller.abort();
  });
  request.cut = (reason) => controller.abort(reason);
  return controller.signal;
}
