import { asConnectorError, ConnectorError, type ErrorOptions } from "#spi";
import { type NetworkCause, networkCause } from "./causes.ts";
import { errors } from "./undici-parts.ts";

/** An error of a named cause: code and property come from the cause table. */
export function failure(code: NetworkCause, message: string, options: ErrorOptions = {}): ConnectorError {
  const { problem, property } = networkCause(code);
  return new ConnectorError(problem, message, {
    causeCode: code,
    ...(property === undefined ? {} : { target: property }),
    ...options,
  });
}

/** What was going on when an exchange failed. */
export interface ExchangeFacts {
  readonly host: string;
  readonly operation: string;
  readonly method: string;
  /** Bytes of the request may have left. */
  readonly sent: boolean;
}

/** Codes of undici, node:net and node:zlib as they appear inside an exchange (after the connection was open). */
const causeOfCode: Readonly<Record<string, readonly [NetworkCause, string]>> = {
  UND_ERR_HEADERS_TIMEOUT: ["HEADERS_TIMEOUT", "took the request, but did not begin to answer in time"],
  UND_ERR_BODY_TIMEOUT: ["BODY_TIMEOUT", "fell silent in the middle of its answer"],
  UND_ERR_HEADERS_OVERFLOW: ["HEADERS_TOO_LARGE", "sent more headers than allowed"],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ["CONNECTION_CUT", "sent less than it announced"],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ["ANSWER_TOO_LARGE", "sent more than allowed"],
  UND_ERR_SOCKET: ["CONNECTION_CUT", "closed the connection before the answer was complete"],
  ECONNRESET: ["CONNECTION_CUT", "cut the connection before the answer was complete"],
  EPIPE: ["CONNECTION_CUT", "cut the connection while the request was being sent"],
  ETIMEDOUT: ["CONNECTION_CUT", "stopped answering"],
  UND_ERR_DESTROYED: ["TRANSPORT_CLOSED", "was being called on a connection that was closed here"],
  UND_ERR_CLOSED: ["TRANSPORT_CLOSED", "was being called on a connection that was closed here"],
  Z_DATA_ERROR: ["ENCODING_UNKNOWN", "sent an answer whose compression is broken"],
  Z_BUF_ERROR: ["CONNECTION_CUT", "sent an answer whose compressed data ends too early"],
};

/** Maps whatever broke an exchange to the error a connector sees. */
export function exchangeFailure(error: unknown, facts: ExchangeFacts): ConnectorError {
  const effect = facts.sent && facts.method !== "GET" ? "unknown" : "none";
  if (error instanceof ConnectorError)
    return effect === "none" || error.effect === effect ? error : error.with({ effect });
  const isParsers = error instanceof errors.HTTPParserError;
  const code = isParsers ? "HPE" : codeOf(error);
  if (code === "") return asConnectorError(error).with({ effect });
  const remote = { service: "HTTP", operation: facts.operation } as const;
  const [cause, what] = causeOfCode[code] ?? causeOfFamily(code);
  if (cause === "HEADER_INVALID") return failure(cause, `The request to ${facts.host} ${what}.`, { cause: error });
  return failure(cause, `${facts.host} ${what}.`, { effect, remote, cause: error });
}

function causeOfFamily(code: string): readonly [NetworkCause, string] {
  if (code.startsWith("HPE")) return ["HTTP_MALFORMED", "answered something that is not HTTP"];
  if (code.startsWith("Z_") || code.includes("BROTLI"))
    return ["ENCODING_UNKNOWN", "sent an answer whose compression is broken"];
  if (code === "UND_ERR_INVALID_ARG") return ["HEADER_INVALID", "has a header or path that HTTP cannot carry"];
  return ["CONNECTION_CUT", `could not be talked to (${code})`];
}

/** The `code` of a thrown value, empty when it has none. */
export function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** The error for a call that its own signal ended. */
export function cancelled(reason: unknown): ConnectorError {
  if (reason instanceof ConnectorError) return reason;
  const name = reason instanceof Error ? reason.name : "";
  const message = name === "TimeoutError" ? "The time limit of the activity passed." : "The call was cancelled.";
  return failure("CANCELLED", message, { cause: reason });
}

/** Text of the remote side made harmless for messages, evidence and logs: one line, no controls, at most `limit` characters. */
export function sanitized(text: string, limit = 500): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}
