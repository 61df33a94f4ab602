import type { HttpParts } from "../parts.ts";
import type { Server } from "../server.ts";
import { onAnswerOver } from "./limits.ts";

// Upper bounds in seconds: quick metadata calls up to long streamed queries.
const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Status logged for a caller who left before the answer was complete (nginx's number; never sent). */
const callerLeft = 499;

/** One line and one count a request: id, route, status, duration; never bodies, queries or path values. */
export function addRequestLog(app: Server, parts: HttpParts): void {
  const requests = parts.metrics.counter("http_requests_total", "Requests answered.");
  const durations = parts.metrics.histogram(
    "http_request_duration_seconds",
    "Time from the request's arrival to the end of its answer.",
    durationBounds,
  );
  app.decorateRequest("startedAt", 0);
  app.addHook("onRequest", (request, reply, done) => {
    request.startedAt = performance.now();
    onAnswerOver(reply, () => {
      const durationMs = performance.now() - request.startedAt;
      const route = request.routeOptions.url ?? "unknown";
      const status = reply.raw.writableEnded ? reply.raw.statusCode : callerLeft;
      requests.add({ method: request.method, route, status: String(status) });
      durations.observe(durationMs / 1000, { route });
      parts.log.info(
        {
          requestId: request.id,
          method: request.method,
          route,
          status,
          durationMs: Math.round(durationMs * 100) / 100,
          ...(request.principal !== null && { keyId: request.principal.keyId }),
        },
        "request",
      );
    });
    done();
  });
}
