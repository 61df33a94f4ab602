import { type ConnectorContext, ConnectorError } from "#spi";
import { claimsOf, type TokenClaims } from "../../microsoft-identity/claims.ts";
import type { EwsConfig } from "./config.ts";

/** What is known where a call was refused. */
export interface RefusalPlace {
  readonly config: EwsConfig;
  readonly context: Pick<ConnectorContext, "tokens">;
  /** The call names an account to act as. */
  readonly impersonates: boolean;
  /** What the token says of itself, where it was looked at before the call. */
  readonly claims?: TokenClaims;
}

/** Permissions of Office 365 Exchange Online that EWS wants: of an application by itself, and of one with a user. */
export const ewsPermissions = { application: "full_access_as_app", delegated: "EWS.AccessAsUser.All" } as const;

/**
 * Says more exactly what a refusal means, by the token and the configuration: the server's words alone are the same for
 * different mistakes. Only looked at after the server has refused; a token's own claims never decide anything.
 */
export async function explainRefusal(error: unknown, place: RefusalPlace, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof ConnectorError)) return error;
  switch (error.causeCode) {
    case "TOKEN_REFUSED":
    case "EWS_TOKEN_AUDIENCE":
      return aboutToken(error, await heldClaims(place, signal), place.config);
    case "CREDENTIALS_REFUSED":
    case "SCHEME_NOT_OFFERED":
      return place.config.isOnline === true ? needsOAuth(error) : error;
    case "EWS_PERMISSION_MISSING":
      return namingPermission(error, await heldClaims(place, signal));
    case "EWS_IMPERSONATION_DENIED":
      return aboutScope(error, await heldClaims(place, signal));
    case "EWS_IMPERSONATION_UNKNOWN_USER":
      return place.impersonates ? error : impersonationNeeded(error);
    default:
      return error;
  }
}

/** The claims of the present token; a token that is gone since tells nothing, and must not hide the refusal. */
async function heldClaims({ context, claims }: RefusalPlace, signal: AbortSignal): Promise<TokenClaims | undefined> {
  if (claims !== undefined) return claims;
  try {
    return context.tokens && claimsOf((await context.tokens.access(signal)).accessToken);
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** The same refusal under another cause. */
function retold(
  error: ConnectorError,
  code: ConnectorError["code"],
  message: string,
  causeCode: string,
  target?: string,
) {
  const { effect, remote, evidence, cause } = error;
  return new ConnectorError(code, message, {
    causeCode,
    effect,
    evidence,
    cause,
    ...(remote === undefined ? {} : { remote }),
    ...(target === undefined ? {} : { target }),
  });
}

const withClaims = (error: ConnectorError, claims: TokenClaims | undefined): ConnectorError =>
  claims === undefined ? error : error.with({ evidence: { ...error.evidence, token: claims } });

/** Exchange Online says it in X-MS-Diagnostics: `2000003;reason="The audience claim value is invalid …"`. */
function aboutToken(error: ConnectorError, claims: TokenClaims | undefined, { audiences = [] }: EwsConfig) {
  const known = claims?.audience?.replace(/\/+$/, "").toLowerCase();
  const isForeign =
    known !== undefined && audiences.length > 0 && !audiences.some((own) => own.toLowerCase() === known);
  const said = String(error.evidence["diagnostics"] ?? "");
  const isTold = error.causeCode === "EWS_TOKEN_AUDIENCE" || /\baudience\b/i.test(said);
  if (!isForeign && !isTold) return withClaims(error, claims);
  const whose = claims?.audience === undefined ? "another service" : claims.audience;
  const message = `The access token is for ${whose}, not for Exchange Web Services.`;
  return withClaims(retold(error, "AUTHENTICATION_FAILED", message, "EWS_TOKEN_AUDIENCE", "OAuthAccessToken"), claims);
}

function needsOAuth(error: ConnectorError): ConnectorError {
  const message = `Exchange Online refuses this scheme: it takes tokens only. ${error.message}`;
  return retold(error, "AUTHENTICATION_FAILED", message, "EWS_ONLINE_NEEDS_OAUTH", "AuthScheme");
}

function namingPermission(error: ConnectorError, claims: TokenClaims | undefined): ConnectorError {
  const { application, delegated } = ewsPermissions;
  const missing =
    claims === undefined ? `${application} or ${delegated}` : claims.scopes.length > 0 ? delegated : application;
  const message = `The token lacks the permission ${missing} of Office 365 Exchange Online.`;
  const named = retold(error, "ACCESS_DENIED", message, "EWS_PERMISSION_MISSING");
  return withClaims(named.with({ evidence: { ...named.evidence, missing } }), claims);
}

/** An application that holds the permission and may not enter all the same is kept out by an access policy or role scope. */
function aboutScope(error: ConnectorError, claims: TokenClaims | undefined): ConnectorError {
  if (claims?.roles.includes(ewsPermissions.application) !== true) return withClaims(error, claims);
  const message = `The application holds ${ewsPermissions.application}, but the tenant does not let it into this mailbox. ${error.message}`;
  return withClaims(retold(error, "ACCESS_DENIED", message, "EWS_MAILBOX_OUT_OF_SCOPE", "ImpersonationUser"), claims);
}

const impersonationNeeded = (error: ConnectorError): ConnectorError =>
  retold(
    error,
    "INVALID_PROPERTY",
    "The connection's token is the application's own, which has no mailbox: set ImpersonationUser on the connection, or name it in the condition or row.",
    "EWS_IMPERSONATION_NEEDED",
    "ImpersonationUser",
  );
