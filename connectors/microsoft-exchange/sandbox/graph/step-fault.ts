import type { Faults } from "../faults.ts";
import { jsonAnswer } from "../http.ts";
import type { GraphFault } from "./service.ts";

/** Fault switches within a batch: a step can be busy or throttled; other kinds only hit whole requests. */
export function graphStepFault(faults: Faults): GraphFault {
  return (request) => {
    const path = decodeURIComponent(request.url.pathname.replace(/^\/v1\.0/i, ""));
    const hit = faults.take("graph", `${request.method} ${path}`)?.fault;
    if (hit?.kind !== "busy" && hit?.kind !== "throttled") return undefined;
    const seconds = hit.retryAfterSeconds ?? Math.ceil((hit.backOffMs ?? 1000) / 1000);
    const isBusy = hit.kind === "busy";
    const error = isBusy
      ? { code: "serviceNotAvailable", message: "The service is busy." }
      : { code: "ApplicationThrottled", message: "Application is over its MailboxConcurrency limit." };
    return jsonAnswer(isBusy ? 503 : 429, { error }, { "retry-after": String(seconds) });
  };
}
