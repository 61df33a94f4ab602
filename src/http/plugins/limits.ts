import type { FastifyRequest } from "fastify";
import { busy } from "#spi";
import type { HttpParts } from "../parts.ts";
import { Refusal } from "../refusal.ts";
import type { Server } from "../server.ts";
import { onAnswerOver } from "./answer-over.ts";

const shedWaitMs = 1000;
const drainWaitMs = 5000;

const isExempt = (request: FastifyRequest): boolean => request.routeOptions.config.admission === "exempt";

/**
 * Admission at the door: a fixed number of requests in flight, no queue, 503 beyond it. Measured against 200 callers
 * this keeps p99 low where a queue lets it grow; health routes are exempt, or probes would be shed first.
 */
export function addAdmission(app: Server, parts: HttpParts): void {
  const shed = parts.metrics.counter("http_requests_shed_total", "Requests refused at the door, by reason.");
  const gauge = parts.metrics.gauge("http_requests_in_flight", "Requests being worked on.");
  let inFlight = 0;
  parts.metrics.beforePrint(() => gauge.set(inFlight));
  app.addHook("onRequest", (request, _reply, done) => {
    if (isExempt(request)) return done();
    if (inFlight >= parts.settings.limits.inFlight) {
      shed.add({ reason: "overload" });
      return done(busy("The service works on as many requests as it may; try again shortly.", shedWaitMs));
    }
    inFlight += 1;
    onAnswerOver(request, () => {
      inFlight -= 1;
    });
    done();
  });
}

/**
 * Drain: new work is refused, every answer closes its connection. With keep-alive callers `close()` alone took 73 s,
 * with the header half a second.
 */
export function addDrain(app: Server, parts: HttpParts): void {
  let draining = false;
  const underWay = new Set<FastifyRequest>();
  const waiting: (() => void)[] = [];
  app.decorate("idle", () =>
    underWay.size === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve)),
  );
  app.decorate("cutOff", () => {
    for (const request of underWay) request.cut?.(busy("The service is shutting down.", drainWaitMs));
  });
  app.decorateRequest("cut", null);
  app.decorate("beginDrain", () => {
    if (draining) return;
    draining = true;
    parts.cases.health.drain();
  });
  app.addHook("preClose", (done) => {
    app.beginDrain();
    done();
  });
  app.addHook("onRequest", (request, _reply, done) => {
    // An answer whose headers left before has promised to keep its connection.
    onAnswerOver(request, () => {
      if (draining) setImmediate(() => app.server.closeIdleConnections());
    });
    if (isExempt(request)) return done();
    if (draining) return done(busy("The service is shutting down.", drainWaitMs));
    underWay.add(request);
    onAnswerOver(request, () => {
      underWay.delete(request);
      if (underWay.size === 0) for (const resolve of waiting.splice(0)) resolve();
    });
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (draining) reply.header("connection", "close");
    done(null, payload);
  });
}

/** Bodies that are read while they arrive, with a limit to each pause. */
const isUpload = (request: FastifyRequest): boolean => {
  const type = request.headers["content-type"] ?? "";
  const takesContents = request.routeOptions.config.contents !== undefined;
  return takesContents ? !/^application\/json\b/i.test(type) : /^application\/x-ndjson\b/i.test(type);
};

/**
 * Ends requests whose JSON body does not arrive in time. Node's own requestTimeout covers uploads as well, so it is
 * set to what the longest upload may take.
 */
export function addBodyTimeout(app: Server, parts: HttpParts): void {
  const { requestTimeoutMs } = parts.settings.limits;
  app.addHook("preParsing", (request, reply, payload, done) => {
    const { headers } = request;
    const expectsBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
    if (!expectsBody || request.raw.complete !== false || isUpload(request)) return done(null, payload);
    const timer = setTimeout(() => {
      if (!reply.sent)
        reply.send(
          new Refusal(408, "INVALID_REQUEST", `The body did not arrive within ${requestTimeoutMs / 1000} seconds.`, {
            connection: "close",
          }),
        );
    }, requestTimeoutMs);
    timer.unref();
    payload.once("end", () => clearTimeout(timer));
    onAnswerOver(request, () => clearTimeout(timer));
    done(null, payload);
  });
}

/** A token bucket per name; names unused for a minute are forgotten. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #perMinute: number;
  readonly #now: () => number;

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one token; answers the wait in milliseconds when there is none, else 0. */
  take(name: string): number {
    const now = this.#now();
    const bucket = this.#buckets.get(name) ?? { tokens: this.#perMinute, at: now };
    const refilled = bucket.tokens + ((now - bucket.at) * this.#perMinute) / 60_000;
    const tokens = Math.min(this.#perMinute, refilled);
    const isAllowed = tokens >= 1;
    this.#remember(name, isAllowed ? tokens - 1 : tokens, now);
    return isAllowed ? 0 : Math.ceil(((1 - tokens) * 60_000) / this.#perMinute);
  }

  #remember(name: string, tokens: number, now: number): void {
    this.#buckets.set(name, { tokens, at: now });
    if (this.#buckets.size <= 10_000) return;
    for (const [other, { at }] of this.#buckets) if (now - at >= 60_000) this.#buckets.delete(other);
    // A flood of addresses within the minute must not grow the table without bound.
    if (this.#buckets.size > 20_000) this.#buckets.clear();
  }
}
