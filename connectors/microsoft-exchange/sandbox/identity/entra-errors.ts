import { randomUUID } from "node:crypto";
import { type HttpAnswer, jsonAnswer } from "../http.ts";

type Entry = { readonly status: number; readonly error: string; readonly text: string; readonly suberror?: string };

/** What Entra says per AADSTS number; `{0}`, `{1}` are filled in. */
export const ENTRA_ERRORS = {
  50011: {
    status: 400,
    error: "invalid_request",
    text: "The redirect URI '{0}' specified in the request does not match the redirect URIs configured for the application '{1}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  50034: {
    status: 400,
    error: "invalid_grant",
    text: "The user account {0} does not exist in the {1} directory. To sign into this application, the account must be added to the directory.",
  },
  50053: {
    status: 400,
    error: "invalid_grant",
    text: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
  },
  50055: { status: 400, error: "invalid_grant", text: "The password is expired.", suberror: "user_password_expired" },
  50057: { status: 400, error: "invalid_grant", text: "The user account is disabled." },
  50059: {
    status: 400,
    error: "invalid_request",
    text: "No tenant-identifying information found in either the request or implied by any provided credentials.",
  },
  50076: {
    status: 400,
    error: "invalid_grant",
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{0}'.",
    suberror: "basic_action",
  },
  50126: {
    status: 400,
    error: "invalid_grant",
    text: "Error validating credentials due to invalid username or password.",
  },
  50173: {
    status: 400,
    error: "invalid_grant",
    text: "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{0}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{1}'.",
    suberror: "bad_token",
  },
  53003: {
    status: 400,
    error: "invalid_grant",
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    suberror: "message_only",
  },
  54005: {
    status: 400,
    error: "invalid_grant",
    text: "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  },
  65001: {
    status: 400,
    error: "invalid_grant",
    text: "The user or administrator has not consented to use the application with ID '{0}' named '{1}'. Send an interactive authorization request for this user and resource.",
    suberror: "consent_required",
  },
  65004: { status: 400, error: "access_denied", text: "User declined to consent to access the app." },
  70000: { status: 400, error: "invalid_grant", text: "The provided grant is invalid or malformed." },
  70003: { status: 400, error: "unsupported_grant_type", text: "The app requested an unsupported grant type '{0}'." },
  70008: {
    status: 400,
    error: "invalid_grant",
    text: "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
  },
  70011: {
    status: 400,
    error: "invalid_scope",
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {0} is not valid.",
  },
  28000: {
    status: 400,
    error: "invalid_request",
    text: "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {0} is not valid.",
  },
  70016: {
    status: 400,
    error: "authorization_pending",
    text: "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
  },
  90002: {
    status: 400,
    error: "invalid_request",
    text: "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  90014: {
    status: 400,
    error: "invalid_request",
    text: "The required field '{0}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
  },
  90033: {
    status: 503,
    error: "temporarily_unavailable",
    text: "A transient error has occurred. Please try again.",
  },
  500011: {
    status: 400,
    error: "invalid_resource",
    text: "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
  },
  500112: {
    status: 400,
    error: "invalid_client",
    text: "The reply address '{0}' does not match the reply address '{1}' provided when requesting Authorization code.",
  },
  501481: {
    status: 400,
    error: "invalid_grant",
    text: "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  },
  650053: {
    status: 400,
    error: "invalid_client",
    text: "The application '{0}' asked for scope '{1}' that doesn't exist on the resource '{2}'. Contact the app vendor.",
  },
  700016: {
    status: 400,
    error: "unauthorized_client",
    text: "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  700021: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion application identifier doesn't match 'client_id' parameter. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  700023: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  700024: {
    status: 401,
    error: "invalid_client",
    text: "Client assertion is not within its valid time range. Current time: {0}, assertion valid from {1}, expiry time of assertion {2}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
  },
  700025: {
    status: 401,
    error: "invalid_client",
    text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  },
  700027: {
    status: 401,
    error: "invalid_client",
    text: "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - {0}, Thumbprint of key used by client: '{1}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{2}'.]",
  },
  700082: {
    status: 400,
    error: "invalid_grant",
    text: "The refresh token has expired due to inactivity. The token was issued on {0} and was inactive for {1}.",
    suberror: "bad_token",
  },
  900144: {
    status: 400,
    error: "invalid_request",
    text: "The request body must contain the following parameter: '{0}'.",
  },
  900561: {
    status: 400,
    error: "invalid_request",
    text: "The endpoint only accepts {0} requests. Received a {1} request.",
  },
  1002012: {
    status: 400,
    error: "invalid_scope",
    text: "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  },
  7000112: {
    status: 401,
    error: "unauthorized_client",
    text: "Application '{0}' is disabled.",
  },
  7000215: {
    status: 401,
    error: "invalid_client",
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{0}'.",
  },
  7000218: {
    status: 401,
    error: "invalid_client",
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: {
    status: 401,
    error: "invalid_client",
    text: "The provided client secret keys for app '{0}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
  9002313: { status: 400, error: "invalid_grant", text: "Invalid request. Request is malformed or invalid." },
} as const satisfies Record<number, Entry>;

/** An AADSTS number the sandbox can answer. */
export type EntraCode = keyof typeof ENTRA_ERRORS;

/** A refusal inside the authority; becomes the JSON error body. */
export class EntraRefusal extends Error {
  readonly code: EntraCode;
  readonly values: readonly string[];
  constructor(code: EntraCode, ...values: string[]) {
    super(`AADSTS${code}: ${filled(ENTRA_ERRORS[code].text, values)}`);
    this.code = code;
    this.values = values;
  }
}

/** The error body of the token endpoint for a refusal. */
export function refusalAnswer(refusal: EntraRefusal, correlationId: string, nowMs: number): HttpAnswer {
  const entry: Entry = ENTRA_ERRORS[refusal.code];
  const traceId = randomUUID();
  const timestamp = `${new Date(nowMs).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const tail = ` Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
  return jsonAnswer(
    entry.status,
    {
      error: entry.error,
      error_description: refusal.message + tail,
      error_codes: [refusal.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
      ...(entry.suberror === undefined ? {} : { suberror: entry.suberror }),
    },
    { "cache-control": "no-store, no-cache" },
  );
}

function filled(text: string, values: readonly string[]): string {
  return text.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? "");
}
