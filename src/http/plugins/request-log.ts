import type { FastifyRequest } from "fastify";
import type { MetricsRegistry } from "../metrics-registry.ts";
import type { HttpParts } from "../parts.ts";
import type { Server } from "../server.ts";
import { onAnswerOver } from "./answer-over.ts";

// Upper bounds in seconds: quick metadata calls up to long streamed queries.
const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Status logged for a caller who left before the answer was complete (nginx's number; never sent). */
const callerLeft = 499;

type Count = (method: string, route: string, status: number, durationMs: number) => void;

/** Counts requests by route pattern; each series prints its labels once. */
function requestMetrics(metrics: MetricsRegistry): Count {
  const requests = metrics.counter("http_requests_total", "Requests answered.");
  const durations = metrics.histogram(
    "http_request_duration_seconds",
    "Time from the request's arrival to the end of its answer.",
    durationBounds,
  );
  const known = new Map<string, (seconds: number) => void>();
  return (method, route, status, durationMs) => {
    const name = `${status} ${method} ${route}`;
    let count = known.get(name);
    if (count === undefined) {
      const requestSeries = requests.series({ method, route, status: String(status) });
      const durationSeries = durations.series({ route });
      count = (seconds) => {
        requestSeries.add();
        durationSeries.observe(seconds);
      };
      known.set(name, count);
    }
    count(durationMs / 1000);
  };
}

const rounded = (durationMs: number): number => Math.round(durationMs * 100) / 100;
const caller = ({ principal }: FastifyRequest): object => (principal === null ? {} : { keyId: principal.keyId });

/** One line and one count a request: id, route, status, duration; never bodies, queries or path values. */
export function addRequestLog(app: Server, parts: HttpParts): void {
  const count = requestMetrics(parts.metrics);
  app.addHook("onRequest", (request, reply, done) => {
    const startedAt = performance.now();
    onAnswerOver(request, (isComplete) => {
      const { method } = request;
      const durationMs = performance.now() - startedAt;
      const route = request.routeOptions.url ?? "unknown";
      const status = isComplete ? reply.raw.statusCode : callerLeft;
      count(method, route, status, durationMs);
      const fields = { requestId: request.id, method, route, status, durationMs: rounded(durationMs) };
      parts.log.info({ ...fields, ...caller(request) }, "request");
    });
    done();
  });
}
