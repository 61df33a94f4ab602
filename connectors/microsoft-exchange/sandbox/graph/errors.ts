import type { MailboxError } from "../mailboxes/index.ts";

/** Graph's refusal: status, `error.code` and `error.message`. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = "GraphError";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** 400 with the code that stands for requests the service cannot parse. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, "BadRequest", message);
}

/** 400 for a body that does not fit its type. */
export function bodyRefused(message: string): GraphError {
  return new GraphError(400, "RequestBodyRead", message);
}

/** 404 for an item, folder or attachment id that names nothing. */
export function itemNotFound(): GraphError {
  return new GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.");
}

/** 403 of the mail service. */
export function accessDenied(): GraphError {
  return new GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
}

/** 404 of the directory. */
export function resourceNotFound(name: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** 400 for a path the service does not know. */
export function segmentNotFound(segment: string): GraphError {
  return badRequest(`Resource not found for the segment '${segment}'.`);
}

/** Statuses of the mailboxes' own refusals; what is not listed is 400. */
const statuses: Readonly<Record<string, number>> = {
  ErrorItemNotFound: 404,
  ErrorFolderNotFound: 404,
  ErrorNonExistentMailbox: 404,
  ErrorInvalidAttachmentId: 404,
  ErrorFolderExists: 409,
  ErrorAccessDenied: 403,
  ErrorSendAsDenied: 403,
  ErrorIrresolvableConflict: 412,
  ErrorQuotaExceeded: 507,
};

/** Codes Graph names differently from EWS. */
const renamed: Readonly<Record<string, string>> = {
  ErrorFolderNotFound: "ErrorItemNotFound",
  ErrorInvalidAttachmentId: "ErrorItemNotFound",
};

/** The mailboxes' refusal as Graph shows it. */
export function fromMailboxError(problem: MailboxError): GraphError {
  const status = statuses[problem.code] ?? 400;
  return new GraphError(status, renamed[problem.code] ?? problem.code, problem.message);
}
