import type { Code } from "#spi";

/** Error code → HTTP status: the only table of its kind. */
export const statusByCode = {
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  AUTHORIZATION_REQUIRED: 409,
  PRECONDITION: 412,
  TOO_LARGE: 413,
  INVALID_PROPERTY: 422,
  INVALID_QUERY: 422,
  UNKNOWN_TABLE: 422,
  UNKNOWN_COLUMN: 422,
  UNKNOWN_PROCEDURE: 422,
  READ_ONLY: 422,
  UNSUPPORTED: 422,
  EGRESS_DENIED: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  AUTHENTICATION_FAILED: 502,
  ACCESS_DENIED: 502,
  EWS_DISABLED: 502,
  UNREACHABLE: 502,
  CERTIFICATE: 502,
  PROTOCOL: 502,
  BUSY: 503,
  TIMEOUT: 504,
} as const satisfies Record<Code, number>;

/** Where the error arose, as far as the status depends on it. */
export interface StatusContext {
  /** The unknown name stands in the path: the resource itself is not there. */
  readonly nameInPath: boolean;
  /** The remote party is the one to blame. */
  readonly isRemote: boolean;
}

/** The status of an error, with its two exceptions: names in the path, and an answer that was too large. */
export function statusOf(code: Code, context: StatusContext): number {
  if (context.nameInPath && (code === "UNKNOWN_TABLE" || code === "UNKNOWN_PROCEDURE")) return 404;
  if (context.isRemote && code === "TOO_LARGE") return 502;
  return statusByCode[code];
}
