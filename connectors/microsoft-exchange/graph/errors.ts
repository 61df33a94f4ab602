import { type Code, ConnectorError, type Retry, type Value } from "#spi";

export type JsonObject = { readonly [member: string]: Value };

interface Kind {
  readonly code: Code;
  readonly causeCode: string;
  readonly retry?: Retry;
  /** Surely not executed, although it may be tried again. */
  readonly notExecuted?: true;
}

const throttled: Kind = { code: "BUSY", causeCode: "GRAPH_THROTTLED", notExecuted: true };
const unavailable: Kind = { code: "BUSY", causeCode: "GRAPH_UNAVAILABLE" };
const denied: Kind = { code: "ACCESS_DENIED", causeCode: "GRAPH_PERMISSION_MISSING" };
const missing: Kind = { code: "NOT_FOUND", causeCode: "GRAPH_ITEM_NOT_FOUND" };
const noUser: Kind = { code: "NOT_FOUND", causeCode: "GRAPH_USER_NOT_FOUND" };
const noMailbox: Kind = { code: "NOT_FOUND", causeCode: "GRAPH_MAILBOX_NOT_HOSTED" };
const changed: Kind = { code: "PRECONDITION", causeCode: "GRAPH_ITEM_CHANGED" };
const taken: Kind = { code: "CONFLICT", causeCode: "GRAPH_NAME_TAKEN" };
const value: Kind = { code: "INVALID_QUERY", causeCode: "GRAPH_VALUE_REFUSED" };
const token: Kind = { code: "AUTHENTICATION_FAILED", causeCode: "GRAPH_TOKEN_REFUSED" };
const large: Kind = { code: "TOO_LARGE", causeCode: "GRAPH_TOO_LARGE" };
const quota: Kind = { code: "ACCESS_DENIED", causeCode: "GRAPH_QUOTA" };
const policy: Kind = { code: "ACCESS_DENIED", causeCode: "GRAPH_POLICY_BLOCKED" };
const timeout: Kind = { code: "TIMEOUT", causeCode: "GRAPH_GATEWAY_TIMEOUT" };
const notOffered: Kind = { code: "UNSUPPORTED", causeCode: "GRAPH_NOT_OFFERED" };
const refused: Kind = { code: "PROTOCOL", causeCode: "GRAPH_REQUEST_REFUSED" };

/** Codes of Graph's error object, lower-case. Wins over the status: Exchange answers some of them with odd ones. */
const kindOfCode: ReadonlyMap<string, Kind> = new Map(
  Object.entries({
    InvalidAuthenticationToken: token,
    CompactToken: token,
    ErrorInvalidToken: token,
    AuthenticationError: token,
    Authorization_IdentityNotFound: token,
    OrganizationFromTenantGuidNotFound: token,
    ErrorAccessDenied: denied,
    AccessDenied: denied,
    Authorization_RequestDenied: denied,
    ErrorImpersonateUserDenied: denied,
    ErrorSendAsDenied: denied,
    ErrorPublicFolderAccessDenied: denied,
    ErrorAccountDisabled: denied,
    AccessRestricted: policy,
    ErrorBlockedByPolicy: policy,
    RestrictedByPolicy: policy,
    ErrorQuotaExceeded: quota,
    ErrorSubmissionQuotaExceeded: quota,
    ErrorExceededMessageLimit: quota,
    ErrorMessageSubmissionBlocked: quota,
    ErrorItemNotFound: missing,
    ErrorFolderNotFound: missing,
    ErrorAttachmentNotFound: missing,
    ErrorInvalidId: missing,
    ErrorInvalidIdMalformed: missing,
    ErrorInvalidIdEmpty: missing,
    ErrorCannotFindFile: missing,
    ErrorParentFolderNotFound: missing,
    ErrorCalendarNotFound: missing,
    ResourceNotFound: missing,
    itemNotFound: missing,
    Request_ResourceNotFound: noUser,
    ErrorInvalidUser: noUser,
    ErrorNonExistentMailbox: noMailbox,
    MailboxNotEnabledForRESTAPI: noMailbox,
    MailboxNotSupportedForRESTAPI: noMailbox,
    ErrorMailboxNotEnabledForRESTAPI: noMailbox,
    ErrorIrresolvableConflict: changed,
    ErrorStaleObject: changed,
    ErrorChangeKeyRequiredForWriteOperations: changed,
    ErrorInvalidChangeKey: changed,
    ErrorFolderExists: taken,
    ErrorDuplicateTransactionId: taken,
    ErrorCalendarAlreadyExists: taken,
    ErrorNameAlreadyExists: taken,
    Request_MultipleObjectsWithSameKeyValue: taken,
    ErrorInvalidRecipients: value,
    ErrorInvalidArgument: value,
    ErrorInvalidProperty: value,
    ErrorInvalidPropertySet: value,
    ErrorInvalidPropertyRequest: value,
    ErrorPropertyValidationFailure: value,
    ErrorInvalidRecurrencePattern: value,
    ErrorInvalidTimeZone: value,
    TimeZoneNotSupportedException: value,
    ErrorTimeZone: value,
    ErrorCalendarEndDateIsEarlierThanStartDate: value,
    ErrorCalendarDurationIsTooLong: value,
    ErrorCalendarInvalidRecurrence: value,
    ErrorCannotDeleteObject: value,
    ErrorDeleteDistinguishedFolder: value,
    ErrorRequiredPropertyMissing: value,
    Request_BadRequest: value,
    RequestBodyRead: value,
    UnableToDeserializePostBody: value,
    ErrorMessageSizeExceeded: large,
    ErrorMessageTooBig: large,
    ErrorAttachmentSizeLimitExceeded: large,
    RequestEntityTooLarge: large,
    MaximumValueExceeded: large,
    ErrorServerBusy: { ...unavailable, notExecuted: true },
    ErrorTooManyObjectsOpened: throttled,
    ErrorExceededConnectionCount: throttled,
    ApplicationThrottled: throttled,
    MailboxConcurrency: throttled,
    TooManyRequests: throttled,
    activityLimitReached: throttled,
    Request_ThrottledTemporarily: throttled,
    UnknownError: unavailable,
    ErrorInternalServerError: unavailable,
    ErrorInternalServerTransientError: unavailable,
    ErrorMailboxStoreUnavailable: unavailable,
    ErrorMailboxMoveInProgress: unavailable,
    ErrorTimeoutExpired: timeout,
    NotSupported: notOffered,
    UnsupportedQuery: notOffered,
    Request_UnsupportedQuery: notOffered,
    NotImplemented: notOffered,
    ErrorUnsupportedOperation: notOffered,
  } satisfies Record<string, Kind>).map(([code, kind]) => [code.toLowerCase(), kind]),
);

function kindOfStatus(status: number): Kind {
  if (status === 401) return token;
  if (status === 403) return denied;
  if (status === 404 || status === 410) return missing;
  if (status === 409) return taken;
  if (status === 412) return changed;
  if (status === 413) return large;
  if (status === 422) return value;
  if (status === 423) return { ...unavailable, notExecuted: true };
  if (status === 429) return throttled;
  if (status === 501 || status === 405) return notOffered;
  if (status === 504) return timeout;
  return status >= 500 ? unavailable : refused;
}

/**
 * Graph tells these by text alone, all under code InvalidAuthenticationToken or BadRequest (seen on graph.microsoft.com
 * v1.0 in public reports of 2019 to 2026).
 */
const kindsByText: readonly (readonly [RegExp, Kind])[] = [
  [
    /invalid audience|audience .{0,40}(?:not|invalid|mismatch)/i,
    { code: "AUTHENTICATION_FAILED", causeCode: "GRAPH_TOKEN_AUDIENCE" },
  ],
  [
    /token (?:is|has) expired|lifetime validation failed/i,
    { code: "AUTHORIZATION_REQUIRED", causeCode: "GRAPH_TOKEN_EXPIRED" },
  ],
  [/only valid with delegated authentication/i, { code: "INVALID_QUERY", causeCode: "GRAPH_USER_REQUIRED" }],
];

/** An answer of Graph, whole or one part of a batch. */
export interface GraphAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Value | undefined;
}

export interface GraphErrorBody {
  readonly code: string;
  readonly message: string;
  readonly requestId?: string;
}

/** The error of an answer as a ConnectorError; `wrote` says that the request was a write. */
export function graphError(answer: GraphAnswer, operation: string, wrote: boolean, nowMs: number): ConnectorError {
  const error = errorBody(answer.body);
  const kind = kindOf(answer.status, error);
  const waitMs = retryAfterMs(header(answer, "retry-after"), nowMs);
  const isRefusal = answer.status < 500 || kind.notExecuted === true || (answer.status === 503 && waitMs !== undefined);
  const requestId = error.requestId ?? header(answer, "request-id");
  return new ConnectorError(kind.code, sentence(kind, error, answer.status), {
    causeCode: kind.causeCode,
    ...(kind.retry === undefined ? {} : { retry: kind.retry }),
    effect: wrote && !isRefusal ? "unknown" : "none",
    ...(waitMs === undefined ? {} : { waitMs }),
    remote: {
      service: "MSGraph",
      operation,
      status: answer.status,
      ...(error.code === "" ? {} : { code: error.code }),
      ...(requestId === undefined ? {} : { requestId }),
    },
  });
}

function kindOf(status: number, { code, message }: GraphErrorBody): Kind {
  if (status < 500 && status !== 429) {
    for (const [pattern, kind] of kindsByText) if (pattern.test(message)) return kind;
  }
  if (status === 429) return throttled;
  return kindOfCode.get(code.toLowerCase()) ?? kindOfStatus(status);
}

function sentence(kind: Kind, { code, message }: GraphErrorBody, status: number): string {
  const said = message === "" ? `HTTP status ${status}` : message;
  const what = kind === throttled ? "Microsoft Graph asks to wait" : "Microsoft Graph refused the request";
  return `${what}: ${code === "" ? "" : `${code}: `}${said}`;
}

/** The `error` object of an answer, its texts shortened and freed of control characters. */
export function errorBody(body: Value | undefined): GraphErrorBody {
  const error = member(body, "error");
  const code = plain(member(error, "code"), 100);
  const inner = member(error, "innerError");
  const requestId = plain(member(inner, "request-id") ?? member(inner, "requestId"), 100);
  const message = plain(member(error, "message"), 500);
  return { code, message, ...(requestId === "" ? {} : { requestId }) };
}

function plain(text: Value | undefined, limit: number): string {
  return typeof text === "string"
    ? text
        .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
        .trim()
        .slice(0, limit)
    : "";
}

/** An own member of a JSON object, or nothing. */
export function member(value: Value | undefined, name: string): Value | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

export function header(answer: GraphAnswer, name: string): string | undefined {
  const found = Object.entries(answer.headers).find(([key]) => key.toLowerCase() === name);
  return found?.[1];
}

/** No server means to be left alone longer than this. */
const LONGEST_WAIT_MS = 3_600_000;

/** `Retry-After` as seconds or as a date, never negative, never absurd. */
export function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\s*\d{1,9}(\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(Math.round(seconds), 0), LONGEST_WAIT_MS);
}
