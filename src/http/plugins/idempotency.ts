import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ConnectorError, invalidRequest, unsupported } from "#spi";
import type { Call, StoredAnswer } from "../../runtime/use-cases.ts";
import type { HttpParts } from "../parts.ts";
import { retryAfterSeconds } from "../problem.ts";
import { problemFor, problemMediaType } from "./problem.ts";

const sane = /^[\x21-\x7e]{1,255}$/;

/** The Idempotency-Key of a request. Errors: INVALID_REQUEST. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  if (key === undefined) return undefined;
  if (typeof key === "string" && sane.test(key)) return key;
  throw invalidRequest("Idempotency-Key holds 1 to 255 visible ASCII characters.");
}

/** Asynchronous answers are asked for by `Prefer: respond-async`. Errors: UNSUPPORTED, since no run is kept yet. */
export function refuseAsync(request: FastifyRequest): void {
  const prefer = request.headers["prefer"];
  const tokens = [prefer].flat().join(",").toLowerCase().split(",");
  if (tokens.some((token) => token.trim() === "respond-async"))
    throw unsupported("This version answers synchronously only: leave out `Prefer: respond-async`.");
}

function fingerprintOf(request: FastifyRequest, body: string | Uint8Array): string {
  const query = request.url.split("?")[1] ?? "";
  return createHash("sha256")
    .update(JSON.stringify([request.method, query]))
    .update(body)
    .digest("base64url");
}

/** Sends a complete answer; as bytes, or Fastify would add a charset to types that have none. */
export function sendAnswer(reply: FastifyReply, answer: StoredAnswer): FastifyReply {
  return reply.code(answer.status).headers(answer.headers).send(Buffer.from(answer.body));
}

function problemAnswer(error: unknown, request: FastifyRequest, parts: HttpParts): StoredAnswer | undefined {
  const problem = problemFor(error, request, parts.log);
  if (problem.effect !== "unknown") return undefined;
  const seconds = retryAfterSeconds(problem);
  return {
    status: problem.status,
    headers: {
      "content-type": problemMediaType,
      ...(seconds !== undefined && { "retry-after": String(seconds) }),
    },
    body: JSON.stringify(problem),
  };
}

/** One write that may carry an Idempotency-Key. */
export interface KeyedWork {
  /** What the fingerprint is made of besides method and query string; large, so only asked for when there is a key. */
  readonly body: () => string | Uint8Array;
  readonly work: () => Promise<StoredAnswer>;
}

/**
 * Does the work once for a key: stores answers that attempted something (also a problem whose effect is unknown),
 * replays them, and frees the key when nothing was attempted.
 */
export async function answerOnce(
  parts: HttpParts,
  request: FastifyRequest,
  reply: FastifyReply,
  call: Call,
  { body, work }: KeyedWork,
): Promise<FastifyReply> {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return sendAnswer(reply, await work());
  const claim = await parts.cases.idempotency.begin({
    principal: call.principal,
    path: request.url.split("?", 1)[0] ?? request.url,
    key,
    fingerprint: fingerprintOf(request, body()),
  });
  if ("replay" in claim) return sendAnswer(reply.header("idempotency-replayed", "true"), claim.replay);
  let answer: StoredAnswer;
  try {
    answer = await work();
  } catch (error) {
    const attempted = problemAnswer(error, request, parts);
    if (attempted === undefined) {
      await claim.release();
      throw error as ConnectorError;
    }
    answer = attempted;
  }
  await store(parts, request, claim.complete, answer);
  return sendAnswer(reply, answer);
}

/** The write happened: an answer that cannot be stored is still the answer, and the key stays taken. */
async function store(
  parts: HttpParts,
  request: FastifyRequest,
  complete: (answer: StoredAnswer) => Promise<void>,
  answer: StoredAnswer,
): Promise<void> {
  try {
    await complete(answer);
  } catch (error) {
    parts.log.error({ requestId: request.id, err: error }, "the answer of an idempotent request was not stored");
  }
}
