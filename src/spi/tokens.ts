import type { ConnectorError } from "./errors.ts";
import type { HttpClient } from "./http.ts";
import type { Secret } from "./secret.ts";

/** Tokens of one connection. Times are milliseconds since the epoch. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Unknown = used until the server refuses it. */
  readonly expiresAt?: number;
  readonly obtainedAt?: number;
  readonly refreshToken?: Secret;
  readonly scope?: string;
  /** Who signed in: user principal name or application id, as the identity provider tells it. */
  readonly account?: string;
}

/** How this connector asks for a token. When to ask is the token service's business. */
export interface TokenSource {
  /** Identity of what is asked for and with what: a stored token under another fingerprint is not used. */
  readonly fingerprint: string;
  /** Tokens that stand in the connection's properties. */
  readonly given?: TokenSet;
  /** Can a new token be had without a person, with what is at hand? */
  canRenew(current: TokenSet | undefined): boolean;
  /** What is missing where `canRenew` says no. AUTHORIZATION_REQUIRED with the finer cause. */
  whyNot?(current: TokenSet | undefined): ConnectorError;
  /**
   * One request to the identity provider.
   * Errors: AUTHORIZATION_REQUIRED when the grant is dead, AUTHENTICATION_FAILED when the application's own credential
   * is refused, BUSY/UNREACHABLE/TIMEOUT when it may work later.
   */
  renew(current: TokenSet | undefined, http: HttpClient, signal: AbortSignal): Promise<TokenSet>;
  /** Authorization-code flow, where the scheme has one. */
  readonly codeFlow?: CodeFlow;
}

export interface CodeFlow {
  /** The connection's own redirect URI; absent = the service's callback. */
  readonly redirectUri?: string;
  authorizationUrl(request: {
    readonly redirectUri: string;
    readonly state: string;
    readonly codeChallenge: string;
    readonly loginHint?: string;
  }): Promise<string>;
  redeem(
    request: { readonly redirectUri: string; readonly code: Secret; readonly codeVerifier: Secret },
    http: HttpClient,
    signal: AbortSignal,
  ): Promise<TokenSet>;
}

/** What a session and the bearer transport see of the token service. */
export interface AccessTokens {
  /** A token with enough life left; joins a running renewal. */
  access(signal: AbortSignal): Promise<TokenSet>;
  /** The server refused exactly this token. True when another one can be had. */
  invalidate(refused: Secret): Promise<boolean>;
}
