import { type Code, ConnectorError, codeInfo, type RemoteError } from "#spi";
import { Refusal } from "./refusal.ts";
import { statusOf } from "./status-of.ts";
import type { RequestMistake } from "./validation.ts";

/** RFC 9457 problem document with our members. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: Code;
  readonly requestId: string;
  readonly cause?: string;
  readonly effect?: "none" | "unknown";
  readonly errors?: readonly RequestMistake[];
  readonly remote?: RemoteError;
  readonly retryAfterMs?: number;
  readonly authorize?: string;
}

export interface ProblemContext {
  readonly requestId: string;
  /** A table or procedure is named in the path. */
  readonly nameInPath: boolean;
  /** The route writes, so the problem tells whether something may have happened. */
  readonly writes: boolean;
  /** Path that starts an authorization for the connection of this request. */
  readonly authorize?: string;
}

/** Upper bound of any text of a problem: remote parties contribute to it. */
const textLimit = 2000;
const remoteTextLimit = 500;

// Control characters of remote texts must not reach logs, terminals or pages.
const clean = (text: string, limit: number): string =>
  text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, " ").slice(0, limit);

/** The identifier of a code's problem type; derived from the code, never changes. */
export const problemType = (code: Code): string =>
  `urn:problem:connector-runtime:${code.toLowerCase().replaceAll("_", "-")}`;

function remoteOf(remote: RemoteError): RemoteError {
  const { service, operation, code, requestId, status } = remote;
  return {
    service,
    ...(operation !== undefined && { operation: clean(operation, remoteTextLimit) }),
    ...(code !== undefined && { code: clean(code, remoteTextLimit) }),
    ...(requestId !== undefined && { requestId: clean(requestId, remoteTextLimit) }),
    ...(status !== undefined && { status }),
  };
}

/** `effect` of anything thrown: a defect in the middle of a write leaves the effect unknown. */
export function effectOf(error: unknown): "none" | "unknown" {
  return error instanceof ConnectorError ? error.effect : "unknown";
}

/** The status an error is answered with. */
export function statusOfError(error: ConnectorError, context: Pick<ProblemContext, "nameInPath">): number {
  if (error instanceof Refusal) return error.status;
  return statusOf(error.code, { nameInPath: context.nameInPath, isRemote: error.remote !== undefined });
}

function authorizePath(error: ConnectorError, context: ProblemContext): string | undefined {
  if (error.code !== "AUTHORIZATION_REQUIRED") return undefined;
  const stated = error.evidence["authorize"];
  return typeof stated === "string" ? stated : context.authorize;
}

/** The problem document of an error; internals of a defect stay in the log. */
export function problemOf(error: ConnectorError, context: ProblemContext): ProblemDocument {
  const authorize = authorizePath(error, context);
  return {
    type: problemType(error.code),
    title: codeInfo[error.code].title,
    status: statusOfError(error, context),
    detail: clean(error.message, textLimit),
    code: error.code,
    requestId: context.requestId,
    ...(error.causeCode !== undefined && { cause: error.causeCode }),
    ...(context.writes && { effect: error.code === "INTERNAL" ? effectOf(error.cause ?? error) : error.effect }),
    ...(error.mistakes.length > 0 && { errors: error.mistakes }),
    ...(error.remote !== undefined && { remote: remoteOf(error.remote) }),
    ...(error.waitMs !== undefined && { retryAfterMs: Math.max(0, Math.ceil(error.waitMs)) }),
    ...(authorize !== undefined && { authorize }),
  };
}

/** Whole seconds for Retry-After; statuses that need the header get at least one second. */
export function retryAfterSeconds(problem: Pick<ProblemDocument, "status" | "retryAfterMs">): number | undefined {
  if (problem.retryAfterMs !== undefined) return Math.max(1, Math.ceil(problem.retryAfterMs / 1000));
  return problem.status === 503 || problem.status === 429 ? 1 : undefined;
}
