import { type Code, codeInfo, type Retry } from "./codes.ts";

/** What the mail server, identity provider or proxy itself said about a failure. */
export interface RemoteError {
  readonly service: "EWS" | "MSGraph" | "OAuth" | "SMTP" | "Proxy" | "Kerberos" | "HTTP";
  readonly operation?: string;
  /** The remote party's own code, e.g. `ErrorServerBusy`, `AADSTS7000215`, `InefficientFilter`. */
  readonly code?: string;
  readonly requestId?: string;
  readonly status?: number;
}

/** One mistake of a request, with a JSON Pointer into the request body. */
export interface Mistake {
  readonly pointer: string;
  readonly code: Code;
  readonly detail: string;
}

export interface ErrorOptions {
  /** The finer cause, UPPER_SNAKE, a key of a cause table (`Cause.code`). */
  readonly causeCode?: string;
  readonly retry?: Retry;
  /** Could the write have happened? Stays `"none"` unless bytes of a write may have been acted upon. */
  readonly effect?: "none" | "unknown";
  /** The wait the remote party asked for. */
  readonly waitMs?: number;
  /** The property, column, input or row the error is about. */
  readonly target?: string;
  readonly remote?: RemoteError;
  readonly mistakes?: readonly Mistake[];
  /** Facts for the test report; never a secret. */
  readonly evidence?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The only error that crosses a module border. `message` is for the person who configures the connection:
 * what is wrong and what to change. `cause` and `remote` are for the operator. None ever holds a secret.
 */
export class ConnectorError extends Error {
  readonly code: Code;
  readonly causeCode: string | undefined;
  readonly retry: Retry;
  readonly effect: "none" | "unknown";
  readonly waitMs: number | undefined;
  readonly target: string | undefined;
  readonly remote: RemoteError | undefined;
  readonly mistakes: readonly Mistake[];
  readonly evidence: Readonly<Record<string, unknown>>;

  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ConnectorError";
    this.code = code;
    this.causeCode = options.causeCode;
    this.retry = options.retry ?? codeInfo[code].retry;
    this.effect = options.effect ?? "none";
    this.waitMs = options.waitMs;
    this.target = options.target;
    this.remote = options.remote;
    this.mistakes = options.mistakes ?? [];
    this.evidence = options.evidence ?? {};
  }

  /** The same error with some facts replaced, e.g. the effect known only to the caller. */
  with(options: ErrorOptions): ConnectorError {
    return new ConnectorError(this.code, this.message, {
      causeCode: this.causeCode,
      retry: this.retry,
      effect: this.effect,
      waitMs: this.waitMs,
      target: this.target,
      remote: this.remote,
      mistakes: this.mistakes,
      evidence: this.evidence,
      cause: this.cause,
      ...options,
    });
  }
}

/** Bundles all mistakes of one request; the code is that of the first. */
export function mistaken(mistakes: readonly Mistake[]): ConnectorError {
  const first = mistakes[0];
  if (first === undefined) throw new RangeError("mistaken() needs at least one mistake");
  const rest = mistakes.length - 1;
  const detail = rest === 0 ? first.detail : `${first.detail} (and ${rest} more)`;
  return new ConnectorError(first.code, detail, { mistakes });
}

export const invalidRequest = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("INVALID_REQUEST", message, options);
export const invalidProperty = (property: string, message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("INVALID_PROPERTY", message, { target: property, ...options });
export const invalidQuery = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("INVALID_QUERY", message, options);
export const unsupported = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("UNSUPPORTED", message, options);
export const notFound = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("NOT_FOUND", message, options);
export const conflict = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("CONFLICT", message, options);
export const busy = (message: string, waitMs: number | undefined, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("BUSY", message, { ...(waitMs === undefined ? {} : { waitMs }), ...options });
export const timedOut = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("TIMEOUT", message, options);
export const protocolError = (message: string, options?: ErrorOptions): ConnectorError =>
  new ConnectorError("PROTOCOL", message, options);

/** Narrows anything thrown to a ConnectorError; what is not one is a defect of ours and becomes INTERNAL. */
export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError(
    "INTERNAL",
    "An unexpected error occurred; the log of the service has it under this request id.",
    {
      cause: error,
    },
  );
}
