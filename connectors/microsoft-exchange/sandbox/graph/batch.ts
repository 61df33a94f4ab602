import type { HttpAnswer, HttpRequest } from "../http.ts";
import { GraphError } from "./errors.ts";
import type { JsonObject } from "./schema/validate-body.ts";

/** Most requests one batch takes. */
export const BATCH_LIMIT = 20;

type Step = {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly dependsOn: readonly string[];
};

/** Runs the requests of a batch in their order; one whose predecessor failed is not run. */
export async function answerBatch(
  request: HttpRequest,
  payload: unknown,
  run: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<{ responses: unknown[] }> {
  const steps = readSteps(payload);
  const statuses = new Map<string, number>();
  const responses = [];
  for (const step of steps) {
    const isBlocked = step.dependsOn.some((id) => (statuses.get(id) ?? 500) >= 400);
    const answer = isBlocked ? failedDependency() : await run(requestOf(request, step));
    statuses.set(step.id, answer.status);
    responses.push(printAnswer(step.id, answer));
  }
  return { responses };
}

function readSteps(payload: unknown): Step[] {
  const list = (payload as { requests?: unknown } | null)?.requests;
  if (!Array.isArray(list) || list.length === 0)
    throw refused("Invalid batch payload format: 'requests' is missing or empty.");
  if (list.length > BATCH_LIMIT) {
    throw new GraphError(
      400,
      "MaximumValueExceeded",
      `Number of batch request steps exceeds the maximum value of ${BATCH_LIMIT}.`,
    );
  }
  const steps = list.map(readStep);
  const seen = new Set<string>();
  for (const step of steps) {
    if (seen.has(step.id)) throw refused(`Duplicate request id '${step.id}' in the batch.`);
    if (step.dependsOn.some((id) => !seen.has(id))) {
      throw refused(`Request '${step.id}' depends on a request that does not come before it.`);
    }
    seen.add(step.id);
  }
  return steps;
}

function readStep(value: unknown): Step {
  const { id, method, url, headers, body, dependsOn } = (value ?? {}) as JsonObject;
  if (typeof id !== "string" || id === "") throw refused("Each request of a batch needs an id.");
  if (typeof method !== "string" || typeof url !== "string") throw refused(`Request '${id}' needs method and url.`);
  if (/^https?:/i.test(url)) throw refused(`The url of request '${id}' must be relative.`);
  const list = Object.entries((headers ?? {}) as Record<string, string>);
  const lower = Object.fromEntries(list.map(([name, text]) => [name.toLowerCase(), String(text)]));
  if (body !== undefined && lower["content-type"] === undefined) {
    throw refused(`Write request '${id}' must contain the Content-Type header declaration.`);
  }
  return {
    id,
    method: method.toUpperCase(),
    url: url.startsWith("/") ? url : `/${url}`,
    headers: lower,
    body,
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  };
}

function requestOf(outer: HttpRequest, step: Step): HttpRequest {
  const isJson = step.headers["content-type"]?.includes("json") === true;
  const body =
    step.body === undefined
      ? Buffer.alloc(0)
      : Buffer.from(isJson || typeof step.body !== "string" ? JSON.stringify(step.body) : step.body);
  const authorization = outer.headers["authorization"];
  return {
    method: step.method,
    url: new URL(`${outer.url.origin}/v1.0${step.url}`),
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      host: outer.headers["host"],
      ...step.headers,
    },
    body,
  };
}

function printAnswer(id: string, answer: HttpAnswer): Record<string, unknown> {
  const headers = answer.headers ?? {};
  const isJson = String(headers["content-type"] ?? "").includes("json");
  const bytes = answer.body === undefined ? undefined : Buffer.from(answer.body);
  const body = bytes === undefined ? undefined : isJson ? JSON.parse(bytes.toString("utf8")) : bytes.toString("base64");
  return { id, status: answer.status, headers, ...(body === undefined ? {} : { body }) };
}

function failedDependency(): HttpAnswer {
  const error = { code: "FailedDependency", message: "A request this one depends on has failed." };
  return { status: 424, headers: { "content-type": "application/json" }, body: JSON.stringify({ error }) };
}

function refused(message: string): GraphError {
  return new GraphError(400, "BadRequest", message);
}
