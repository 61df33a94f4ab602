import { createHash } from "node:crypto";
import {
  type CodeFlow,
  ConnectorError,
  type FileAccess,
  type HttpClient,
  type Secret,
  type TokenSet,
  type TokenSource,
} from "#spi";
import { certificateFingerprint } from "./certificate.ts";
import { claimsOf } from "./claims.ts";
import type { ClientCredential } from "./client-credential.ts";
import type { Cloud } from "./clouds.ts";
import type { Grant, ServiceSchema } from "./grants.ts";
import { boundToUser } from "./mailbox-credential.ts";
import { askManagedIdentity, type ManagedIdentitySource } from "./managed-identity.ts";
import { acquireByMsal, type MsalRequest } from "./msal.ts";
import { resourceFor, signInScopes, silentScopes } from "./scopes.ts";
import { signInUrl, tenantSegment } from "./sign-in-url.ts";

/** All that getting a token depends on. */
export interface EntraOptions {
  readonly cloud: Cloud;
  readonly schema: ServiceSchema;
  readonly grant: Grant;
  /** False: only the given token is used (InitiateOAuth OFF). */
  readonly renews: boolean;
  /** Tenant id or domain; absent = the user's own. */
  readonly tenant?: string;
  readonly clientId?: string;
  readonly credential: ClientCredential;
  readonly user?: string;
  readonly password?: Secret;
  /** Property CallbackURL; absent = the service's own callback. */
  readonly redirectUri?: string;
  /** Property OAuthVerifier: the code of a sign-in made elsewhere, good for one request. */
  readonly verifier?: Secret;
  /** Property Scope. */
  readonly scope?: string;
  /** Tokens of the connection's properties. */
  readonly given?: TokenSet;
  /** Where a managed identity is asked; absent = the machine's metadata service. */
  readonly managedIdentity?: ManagedIdentitySource;
  /** The present in milliseconds, from which the life of a token is counted. Default: the machine's clock. */
  readonly now?: () => number;
}

/** Asks Microsoft Entra for the tokens of one connection; when to ask is the token service's business. */
export function createTokenSource(options: EntraOptions): TokenSource {
  const given = options.given === undefined ? undefined : withExpiry(options.given);
  const codeFlow = options.grant === "code" && options.clientId !== undefined ? codeFlowOf(options) : undefined;
  const source: TokenSource = {
    fingerprint: fingerprintOf(options),
    ...(given === undefined ? {} : { given }),
    canRenew: (current) => canRenew(options, current),
    whyNot: () => (options.renews ? signInNeeded() : givenOnly()),
    renew: (current, http, signal) => renew(options, current, http, signal),
    ...(codeFlow === undefined ? {} : { codeFlow }),
  };
  return boundToUser(source, options);
}

/** The same with a certificate that may lie in a file of the machine. */
export function tokenSourceWith(options: EntraOptions, files: Pick<FileAccess, "read">): TokenSource {
  const { credential } = options;
  if (credential.kind !== "certificate") return createTokenSource(options);
  const certificate = { ...credential.certificate, readFile: (path: string) => files.read(path) };
  return createTokenSource({ ...options, credential: { kind: "certificate", certificate } });
}

/** A token tells its own end where the properties do not. */
function withExpiry(given: TokenSet): TokenSet {
  if (given.expiresAt !== undefined) return given;
  const { expiresAt, user, application } = claimsOf(given.accessToken) ?? {};
  const account = given.account ?? user ?? application;
  return {
    ...given,
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
    ...(account === undefined ? {} : { account }),
  };
}

const refreshTokenOf = (options: EntraOptions, current: TokenSet | undefined): Secret | undefined => {
  const token = current?.refreshToken ?? options.given?.refreshToken;
  return token === undefined || token.isEmpty ? undefined : token;
};

function canRenew(options: EntraOptions, current: TokenSet | undefined): boolean {
  if (!options.renews) return false;
  return options.grant !== "code" || refreshTokenOf(options, current) !== undefined || isFirst(options, current);
}

/** A pasted code stands for a sign-in as long as nothing came of it yet. */
const isFirst = ({ verifier }: EntraOptions, current: TokenSet | undefined): boolean =>
  verifier !== undefined && current === undefined;

async function renew(
  options: EntraOptions,
  current: TokenSet | undefined,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TokenSet> {
  if (!options.renews) throw givenOnly();
  if (options.grant === "managed-identity") return askIdentity(options, http, signal);
  if (options.grant === "client") return ask(options, { kind: "client", scopes: scopesOf(options) }, http, signal);
  const refreshToken = refreshTokenOf(options, current);
  if (refreshToken === undefined && isFirst(options, current)) return redeemVerifier(options, http, signal);
  if (refreshToken === undefined) return signInSilently(options, http, signal);
  try {
    return await refresh(options, refreshToken, http, signal);
  } catch (error) {
    // The password still works where the refresh token is dead.
    const isDead = error instanceof ConnectorError && error.code === "AUTHORIZATION_REQUIRED";
    if (!isDead || options.grant !== "password") throw error;
    return signInSilently(options, http, signal);
  }
}

/** A missing refresh token in the answer means that the old one goes on. */
async function refresh(
  options: EntraOptions,
  refreshToken: Secret,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TokenSet> {
  const tokens = await ask(options, { kind: "refresh", scopes: scopesOf(options), refreshToken }, http, signal);
  return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
}

async function signInSilently(options: EntraOptions, http: HttpClient, signal: AbortSignal): Promise<TokenSet> {
  const { user, password } = options;
  if (options.grant !== "password" || user === undefined || password === undefined) throw signInNeeded();
  return ask(options, { kind: "password", scopes: scopesOf(options), user, password }, http, signal);
}

/** The sign-in address of GetOAuthAuthorizationURL carries no PKCE challenge, so there is no verifier of that kind. */
function redeemVerifier(options: EntraOptions, http: HttpClient, signal: AbortSignal): Promise<TokenSet> {
  const { verifier, redirectUri } = options;
  if (options.grant !== "code" || verifier === undefined || redirectUri === undefined) throw signInNeeded();
  return ask(options, { kind: "code", scopes: codeScopes(options), redirectUri, code: verifier }, http, signal);
}

const scopesOf = ({ cloud, schema, grant, scope }: EntraOptions): readonly string[] =>
  silentScopes(cloud, schema, grant, scope);

const ask = (options: EntraOptions, request: MsalRequest, http: HttpClient, signal: AbortSignal): Promise<TokenSet> =>
  acquireByMsal(
    {
      authority: options.cloud.authority,
      tenantSegment: tenantSegment(options.tenant),
      clientId: options.clientId ?? "",
      credential: options.credential,
      now: options.now ?? Date.now,
    },
    request,
    http,
    signal,
  );

function askIdentity(options: EntraOptions, http: HttpClient, signal: AbortSignal): Promise<TokenSet> {
  const resource = resourceFor(options.cloud, options.schema);
  const request = { resource, ...idOf(options), now: options.now ?? Date.now };
  return askManagedIdentity(request, options.managedIdentity, http, signal);
}

const idOf = ({ clientId }: EntraOptions): { readonly clientId?: string } =>
  clientId === undefined || clientId === "" ? {} : { clientId };

/** Those the user consented to a moment before. */
const codeScopes = ({ cloud, schema, scope }: EntraOptions): readonly string[] => signInScopes(cloud, schema, scope);

function codeFlowOf(options: EntraOptions): CodeFlow {
  return {
    ...(options.redirectUri === undefined ? {} : { redirectUri: options.redirectUri }),
    authorizationUrl: async ({ redirectUri, state, codeChallenge, loginHint }) =>
      signInUrl(options, { callbackUrl: redirectUri, state, codeChallenge, loginHint, prompt: "select_account" }),
    redeem: ({ redirectUri, code, codeVerifier }, http, signal) =>
      ask(options, { kind: "code", scopes: codeScopes(options), redirectUri, code, codeVerifier }, http, signal),
  };
}

/**
 * Tokens belong to what was asked, of whom and with what. Passwords are left out: a changed one does not make tokens
 * wrong, and even a hash of a weak one is worth guessing at.
 */
function fingerprintOf(options: EntraOptions): string {
  const { cloud, credential, given } = options;
  const parts = [
    cloud.authority,
    tenantSegment(options.tenant),
    options.clientId ?? "",
    options.grant,
    options.user ?? "",
    ...scopesOf(options),
    credential.kind,
    credential.kind === "secret" ? credential.secret.reveal() : "",
    credential.kind === "certificate" ? certificateFingerprint(credential.certificate) : "",
    given?.accessToken.reveal() ?? "",
    given?.refreshToken?.reveal() ?? "",
    options.verifier?.reveal() ?? "",
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

const givenOnly = (): ConnectorError =>
  new ConnectorError(
    "AUTHORIZATION_REQUIRED",
    "The access token has expired or was refused, and with InitiateOAuth OFF the service gets no other: put a fresh one.",
    { causeCode: "OAUTH_TOKEN_GIVEN_ONLY", target: "OAuthAccessToken" },
  );

const signInNeeded = (): ConnectorError =>
  new ConnectorError(
    "AUTHORIZATION_REQUIRED",
    "Somebody must sign in for this connection: there is no refresh token.",
    {
      causeCode: "OAUTH_SIGN_IN_NEEDED",
      target: "OAuthRefreshToken",
    },
  );
