/** May the same call be tried again: never, later, or once somebody has authorized the connection again. */
export type Retry = "never" | "later" | "after-reauthorization";

export interface CodeInfo {
  readonly title: string;
  readonly retry: Retry;
  /** What the code means. */
  readonly meaning: string;
  /** What the caller can do. */
  readonly remedy: string;
}

/** Every stable error code of the API. Never renamed; `title` is constant for a code. */
export const codeInfo = {
  INVALID_REQUEST: {
    title: "Invalid request",
    retry: "never",
    meaning: "The request could not be read, has the wrong shape, an unknown member or a bad page token.",
    remedy: "Correct the request at the places named in `errors`.",
  },
  INVALID_PROPERTY: {
    title: "Invalid connection property",
    retry: "never",
    meaning: "A connection property is unknown, missing, of the wrong type or not allowed beside the others.",
    remedy:
      "Correct the properties named in `errors`; `PUT /v1/connectors/{connector}/properties/validate` shows all rules.",
  },
  INVALID_QUERY: {
    title: "Invalid query",
    retry: "never",
    meaning: "A query, a row or a procedure input cannot be understood or has a value that cannot be used.",
    remedy: "Correct the places named in `errors`.",
  },
  UNKNOWN_TABLE: {
    title: "Unknown table",
    retry: "never",
    meaning: "The connection's schema has no table or view of that name.",
    remedy: "Use a name of `GET /v1/connections/{connection}/tables`; the nearest one is named.",
  },
  UNKNOWN_COLUMN: {
    title: "Unknown column",
    retry: "never",
    meaning: "The table has no column of that name.",
    remedy: "Use a column of `GET /v1/connections/{connection}/tables/{table}`; the nearest one is named.",
  },
  UNKNOWN_PROCEDURE: {
    title: "Unknown procedure",
    retry: "never",
    meaning: "The connection's schema has no procedure of that name.",
    remedy: "Use a name of `GET /v1/connections/{connection}/procedures`; the nearest one is named.",
  },
  READ_ONLY: {
    title: "Read-only",
    retry: "never",
    meaning: "A column, table or connection that can only be read was to be written.",
    remedy: "Leave the column out, or use a connection whose `Readonly` is false.",
  },
  UNSUPPORTED: {
    title: "Not supported",
    retry: "never",
    meaning: "The request is understood, but this schema, platform or version does not offer it.",
    remedy: "Use what the detail names instead.",
  },
  NOT_FOUND: {
    title: "Not found",
    retry: "never",
    meaning: "The named resource does not exist here, or (when `remote` is present) at the mail server.",
    remedy: "Check the name or id.",
  },
  CONFLICT: {
    title: "Conflict",
    retry: "never",
    meaning:
      "The name is taken, the resource is still referred to, or another request with the same key is running or differs.",
    remedy: "Read the current state and decide again.",
  },
  PRECONDITION: {
    title: "Precondition failed",
    retry: "never",
    meaning: "The resource changed since it was read (`If-Match`), or the item's change key is stale.",
    remedy: "Read it again and repeat the change on the new version.",
  },
  ACCESS_DENIED: {
    title: "Access denied by the mail server",
    retry: "never",
    meaning: "The account signed in, but has no right to do this.",
    remedy: "Grant the right named in the detail.",
  },
  AUTHENTICATION_FAILED: {
    title: "Authentication failed",
    retry: "never",
    meaning:
      "The server or identity provider refused the credentials. They are not tried again by themselves, so that no account is locked.",
    remedy: "Test the connection; the report says which credential and who must act.",
  },
  AUTHORIZATION_REQUIRED: {
    title: "Authorization required",
    retry: "after-reauthorization",
    meaning: "The connection has no token, or one that cannot be renewed.",
    remedy: "Start an authorization at the path in `authorize`, or put a token.",
  },
  EWS_DISABLED: {
    title: "EWS is switched off",
    retry: "never",
    meaning: "Exchange Web Services are disabled for the tenant, the application or the mailbox.",
    remedy: "Use Schema MSGraph, or have the application allowed for EWS while that is still possible.",
  },
  BUSY: {
    title: "Busy",
    retry: "later",
    meaning: "The mail server, identity provider or this service asks to wait.",
    remedy: "Repeat after the time in `Retry-After`.",
  },
  TIMEOUT: {
    title: "Timed out",
    retry: "later",
    meaning: "The server did not answer in the time allowed.",
    remedy: "Repeat later or raise `Timeout`; `effect` tells whether a write may have happened.",
  },
  UNREACHABLE: {
    title: "Unreachable",
    retry: "later",
    meaning: "The server or proxy could not be reached.",
    remedy: "Test the connection; the report tells name, address, port and proxy apart.",
  },
  CERTIFICATE: {
    title: "Certificate refused",
    retry: "never",
    meaning: "The server's TLS certificate or TLS version is not acceptable.",
    remedy: "Correct the server's certificate or set SSLServerCert.",
  },
  EGRESS_DENIED: {
    title: "Address not allowed",
    retry: "never",
    meaning: "The owner of this service does not allow connections to that address.",
    remedy: "Ask the owner of the service to add it to EGRESS_ALLOW.",
  },
  TOO_LARGE: {
    title: "Too large",
    retry: "never",
    meaning: "The request or the server's answer is larger than allowed.",
    remedy: "Send or ask for less at a time.",
  },
  PROTOCOL: {
    title: "Protocol error",
    retry: "never",
    meaning: "The server answered something that is not the expected protocol.",
    remedy: "Check the address of the server; the detail says what came instead.",
  },
  UNAUTHENTICATED: {
    title: "API key required",
    retry: "never",
    meaning: "The request carries no valid API key.",
    remedy: "Send `Authorization: Bearer <key>`.",
  },
  FORBIDDEN: {
    title: "Forbidden",
    retry: "never",
    meaning: "The API key lacks the scope, or is limited to other connections.",
    remedy: "Use a key with the scope named in the detail.",
  },
  RATE_LIMITED: {
    title: "Too many requests",
    retry: "later",
    meaning: "This API key or address sent too many requests.",
    remedy: "Repeat after the time in `Retry-After`.",
  },
  INTERNAL: {
    title: "Internal error",
    retry: "never",
    meaning: "A defect of this service.",
    remedy: "Report the request id; the log has the details.",
  },
} as const satisfies Record<string, CodeInfo>;

export type Code = keyof typeof codeInfo;
