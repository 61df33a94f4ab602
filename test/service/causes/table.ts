/** How one cause is shown to be told apart from all others. */
export type Proof =
  /** The real service produces it: the connection test and a query name it. */
  | { readonly by: "service"; readonly test: string; readonly how: string }
  /** A test below the service produces it: it needs a moment or a state that cannot be had from outside. */
  | { readonly by: "part"; readonly test: string; readonly how: string }
  /** Nothing here can produce it. */
  | { readonly by: "nothing"; readonly why: string };

type Rows = Readonly<Record<string, string>>;

const here = "test/service/causes";
const produced = (test: string, rows: Rows): readonly (readonly [string, Proof])[] =>
  Object.entries(rows).map(([code, how]) => [code, { by: "service", test, how }]);
const shown = (test: string, rows: Rows): readonly (readonly [string, Proof])[] =>
  Object.entries(rows).map(([code, how]) => [code, { by: "part", test, how }]);

/** Every cause and what proves it: the one list. Checked by coverage.test.ts against the tables and the tests. */
export const proofs: ReadonlyMap<string, Proof> = new Map<string, Proof>([
  ...produced(`${here}/wire.test.ts`, {
    DNS_NOT_FOUND: "a name no name server knows",
    DNS_FAILED: "a name server that answers SERVFAIL",
    EGRESS_DENIED: "a name that leads to an address of EGRESS_DENY",
    TCP_REFUSED: "two addresses on which nothing listens",
    TCP_TIMEOUT: "a port whose queue of connections is full",
    REQUEST_TIMEOUT: "a server that never answers, and Timeout 1",
    CONNECTION_CUT: "a server that closes without an answer",
    HTTP_MALFORMED: "an SSH banner in place of HTTP",
    HEADERS_TOO_LARGE: "an answer with 70 kB of headers",
    ENCODING_UNKNOWN: "an answer in a content encoding nobody asked for",
    ANSWER_TOO_LARGE: "4 MB of blanks in a few kB of gzip",
    PROXY_UNREACHABLE: "a proxy whose port is closed",
    PROXY_LOGIN_NEEDED: "407 to a connection without ProxyUser",
    PROXY_LOGIN_WRONG: "407 to a login",
    PROXY_SCHEME_NOT_OFFERED: "a proxy that offers Basic, and ProxyAuthScheme NTLM",
    PROXY_FORBIDS: "403 to CONNECT",
    PROXY_CANNOT_REACH: "502 to CONNECT",
    PROXY_PROTOCOL: "an SMTP banner in place of a proxy",
  }),
  ...produced(`${here}/tls.test.ts`, {
    TLS_VERSION: "a server of TLS 1.1",
    TLS_HANDSHAKE: "https at a port of http",
    CERTIFICATE_EXPIRED: "a certificate whose last day was yesterday",
    CERTIFICATE_NOT_YET_VALID: "a certificate that begins tomorrow",
    CERTIFICATE_SELF_SIGNED: "a certificate signed by itself",
    CERTIFICATE_NAME: "a trusted certificate for another name",
    CERTIFICATE_UNKNOWN_CA: "a certificate of an authority nobody knows",
    CERTIFICATE_REVOKED: "a trusted certificate that is for clients alone",
    CERTIFICATE_PIN_MISMATCH: "another certificate than SSLServerCert",
    CERTIFICATE_PIN_INVALID: "SSLServerCert that is none of its forms",
  }),
  ...shown("test/unit/net/tls.test.ts", {
    TLS_TIMEOUT: "a server that takes the connection and says nothing; the limit is shortened there",
    CERTIFICATE_ANY_ACCEPTED: "SSLServerCert *: a warning",
    CERTIFICATE_PIN_WEAK: "SSLServerCert SHA-1 or MD5: a warning",
    CERTIFICATE_EXPIRES_SOON: "a certificate with less than 30 days: a warning",
  }),
  ...produced(`${here}/server.test.ts`, {
    NOT_EWS_HTML: "a sign-in page with status 200",
    NOT_EWS_PATH: "404",
    NOT_EWS_REDIRECT: "302 to another server, which gets nothing",
    NOT_EWS_ANSWER: "a text with status 200",
    EWS_XML_INVALID: "an envelope that is cut short",
    EWS_FORBIDDEN: "403 with a page of the web server",
    EWS_UNAUTHORIZED: "401 to AuthScheme NONE",
    SCHEME_NOT_OFFERED: "Negotiate and NTLM offered, Basic chosen",
    CREDENTIALS_REFUSED: "a wrong password; valid NTLM credentials refused without any sign of a device in between",
    EXTENDED_PROTECTION_SUSPECTED: "valid NTLM credentials refused over TLS, with the cookie of a balancer",
    CHALLENGE_INVALID: "an NTLM challenge that cannot be read",
    SERVER_NOT_PROVEN: "a Digest answer with a wrong rspauth",
    CREDENTIALS_HELD_BACK: "the sixth query with a wrong password",
    CIRCUIT_OPEN: "queries to a server that cuts each connection",
  }),
  ...produced(`${here}/configuration.test.ts`, {
    PROPERTIES_INVALID: "Basic with schema MSGraph; a missing password",
    VARIABLE_UNRESOLVED: "a variable without value and default",
    FILE_REFUSED: "a certificate file outside FILE_ROOTS",
    HOST_INVALID: "a proxy's name with a blank",
    CONNECTION_INACTIVE: "a connection with active false",
    PROPERTY_WARNINGS: "a property that has no effect: a warning",
  }),
  ...produced(`${here}/ews.test.ts`, {
    EWS_NOT_ENABLED: "a bare 403, and ErrorEwsDisabled",
    EWS_ONLINE_NEEDS_OAUTH: "Basic at Exchange Online",
    EWS_TOKEN_AUDIENCE: "a Graph token",
    EWS_PERMISSION_MISSING: "a token without full_access_as_app",
    EWS_MAILBOX_OUT_OF_SCOPE: "an application access policy that leaves the mailbox out",
    TOKEN_REFUSED: "a token with a broken signature",
    EWS_ACCOUNT_UNUSABLE: "ErrorPasswordExpired",
    EWS_IMPERSONATION_DENIED: "an account without the role ApplicationImpersonation",
    EWS_IMPERSONATION_NEEDED: "an application token without ImpersonationUser",
    EWS_IMPERSONATION_UNKNOWN_USER: "a principal name nobody has",
    EWS_NO_MAILBOX: "an address without mailbox",
    EWS_MAILBOX_UNAVAILABLE: "ErrorMailboxStoreUnavailable",
    EWS_ACCESS_DENIED: "ErrorAccessDenied",
    EWS_QUOTA: "ErrorQuotaExceeded",
    EWS_THROTTLED: "503 with Retry-After, and ErrorServerBusy",
    EWS_UNAVAILABLE: "503 with a page of the web server",
    EWS_VERSION: "ErrorInvalidServerVersion",
    EWS_REQUEST_REFUSED: "ErrorSchemaValidation: a property the Platform has, but the server's version has not",
  }),
  ...produced(`${here}/entra.test.ts`, {
    OAUTH_TENANT_NOT_FOUND: "AADSTS90002",
    OAUTH_CLIENT_UNKNOWN: "AADSTS700016",
    OAUTH_SECRET_WRONG: "AADSTS7000215",
    OAUTH_SECRET_EXPIRED: "AADSTS7000222",
    OAUTH_CLIENT_CREDENTIAL_MISSING: "AADSTS7000218",
    OAUTH_CERTIFICATE_NOT_REGISTERED: "AADSTS700027",
    OAUTH_CERTIFICATE_EXPIRED: "a certificate of 2001",
    OAUTH_CERTIFICATE_UNREADABLE: "a text that is no certificate",
    OAUTH_MFA_REQUIRED: "AADSTS50076",
    OAUTH_CONDITIONAL_ACCESS: "AADSTS53003",
    OAUTH_ACCOUNT_LOCKED: "AADSTS50053",
    OAUTH_ACCOUNT_DISABLED: "AADSTS50057",
    OAUTH_PASSWORD_EXPIRED: "AADSTS50055",
    OAUTH_USER_UNKNOWN: "AADSTS50034",
    OAUTH_PASSWORD_WRONG: "AADSTS50126",
    OAUTH_CONSENT_MISSING: "AADSTS65001",
    OAUTH_CONSENT_DECLINED: "AADSTS65004",
    OAUTH_MAILBOX_MISMATCH: "bob's token for a connection of alice",
    OAUTH_GRANT_REVOKED: "AADSTS50173",
    OAUTH_GRANT_EXPIRED: "AADSTS700082",
    OAUTH_GRANT_UNREADABLE: "AADSTS9002313",
    OAUTH_SIGN_IN_NEEDED: "an authorization-code connection before the first sign-in",
    OAUTH_TOKEN_GIVEN_ONLY: "InitiateOAuth OFF and a token that is over",
    TOKEN_NOT_RENEWABLE: "the second query after a revoked grant",
    OAUTH_CLIENT_DISABLED: "AADSTS7000112",
    OAUTH_CLIENT_REFUSED: "AADSTS700023, which is not in the list",
    OAUTH_CLOCK_SKEWED: "AADSTS700024",
    OAUTH_REDIRECT_MISMATCH: "AADSTS50011",
    OAUTH_SCOPE_INVALID: "AADSTS70011",
    OAUTH_RESOURCE_UNKNOWN: "AADSTS500011",
    OAUTH_GRANT_NOT_ALLOWED: "AADSTS70003",
    OAUTH_BUSY: "AADSTS90033",
    OAUTH_REFUSED: "AADSTS90014, which is not in the list",
    OAUTH_NOT_ENTRA: "a page of a portal with status 200",
  }),
  ...produced(`${here}/managed-identity.test.ts`, {
    MANAGED_IDENTITY_UNAVAILABLE: "nothing listens at the metadata address",
    MANAGED_IDENTITY_NOT_FOUND: "a client id the machine has no identity of",
    MANAGED_IDENTITY_REFUSED: "App Service with another IDENTITY_HEADER",
  }),
  ...produced(`${here}/graph.test.ts`, {
    GRAPH_TOKEN_REFUSED: "a token with another signature",
    GRAPH_TOKEN_EXPIRED: "a token whose life is over at the server only",
    GRAPH_TOKEN_AUDIENCE: "a token for Exchange Online",
    GRAPH_USER_REQUIRED: "an application token without UserId",
    GRAPH_PERMISSION_MISSING: "an application without roles; nobody consented",
    GRAPH_MAILBOX_NOT_SHARED: "bob's mailbox by a token of alice",
    GRAPH_MAILBOX_OUT_OF_SCOPE: "an application access policy that leaves the mailbox out",
    GRAPH_PERMISSIONS_PARTIAL: "an application that may read mail only: a warning",
    GRAPH_POLICY_BLOCKED: "AccessRestricted",
    GRAPH_USER_NOT_FOUND: "a UserId nobody has",
    GRAPH_MAILBOX_NOT_HOSTED: "a user without licence: MailboxNotEnabledForRESTAPI",
    GRAPH_QUOTA: "ErrorQuotaExceeded",
    GRAPH_THROTTLED: "429 with Retry-After",
    GRAPH_UNAVAILABLE: "503, and ErrorMailboxStoreUnavailable",
    GRAPH_GATEWAY_TIMEOUT: "504",
    GRAPH_NOT_OFFERED: "501 NotImplemented",
    GRAPH_ANSWER_NOT_JSON: "a sign-in page with status 200",
    GRAPH_REQUEST_REFUSED: "400 with a code nobody knows",
    GRAPH_VALUE_REFUSED: "ErrorInvalidArgument",
    GRAPH_TOO_LARGE: "413",
    GRAPH_ITEM_NOT_FOUND: "ErrorItemNotFound",
    GRAPH_ITEM_CHANGED: "ErrorIrresolvableConflict",
    GRAPH_NAME_TAKEN: "ErrorFolderExists",
  }),
]);

/** The test file in which the real service produces a cause. */
export function producedBy(code: string): string | undefined {
  const proof = proofs.get(code);
  return proof?.by === "service" ? proof.test : undefined;
}
