import type { Directory, DirectoryUser } from "./directory.ts";
import { type EntraCode, EntraRefusal } from "./entra-errors.ts";
import type { SigningKey } from "./jwt.ts";
import type { AppRegistration } from "./registrations.ts";
import type { Resource } from "./resources.ts";

/** One managed identity of the machine the sandbox plays. */
export type ManagedIdentity = {
  readonly clientId: string;
  readonly objectId: string;
  /** Azure resource id of a user-assigned identity; absent for the system-assigned one. */
  readonly resourceId?: string;
  readonly roles: { readonly graph: readonly string[]; readonly exchange: readonly string[] };
};

/** How the authority behaves; times in seconds are lifetimes. */
export type AuthoritySettings = {
  readonly tenantId: string;
  readonly tenantDomain: string;
  readonly directory: Directory;
  readonly registrations: readonly AppRegistration[];
  readonly managedIdentities: readonly ManagedIdentity[];
  /** Key file of the Arc shape and its content; without it the Arc address answers 404. */
  readonly arcKey?: { readonly path: string; readonly secret: string };
  /** Value App Service puts into IDENTITY_HEADER. */
  readonly identityHeader: string;
  readonly now: () => number;
  accessTokenSeconds: number;
  refreshTokenSeconds: number;
  codeSeconds: number;
  /** Strict: a refresh token works once, and using it again revokes the whole grant. Entra itself is lenient. */
  strictRefresh: boolean;
};

/** A consent-bearing sign-in; refresh tokens belong to one. */
export type Grant = {
  readonly id: string;
  readonly clientId: string;
  readonly userId: string;
  readonly issuedAt: number;
  readonly permissions: readonly string[];
  revokedAt?: number;
};

/** An authorization code waiting to be redeemed. */
export type AuthorizationCode = {
  readonly clientId: string;
  readonly userId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly nonce?: string;
  readonly challenge?: { readonly method: "S256" | "plain"; readonly value: string };
  readonly expiresAt: number;
  grant?: Grant;
};

/** A refresh token as the authority remembers it. */
export type RefreshToken = {
  readonly grant: Grant;
  readonly scope: string;
  readonly resource: Resource | undefined;
  readonly issuedAt: number;
  isUsed: boolean;
};

/** Counters a test may read at `GET /__stats`. */
export type AuthorityStats = {
  tokenCalls: number;
  tokensIssued: number;
  refusals: number;
  refreshCalls: number;
  /** How often a refresh token was presented that had been used before. */
  reuseSeen: number;
  grantsRevoked: number;
  managedIdentityCalls: number;
  byGrantType: Record<string, number>;
  byError: Record<string, number>;
};

/** The living state of one authority. */
export type Authority = {
  readonly settings: AuthoritySettings;
  readonly key: SigningKey;
  readonly codes: Map<string, AuthorizationCode>;
  readonly refreshTokens: Map<string, RefreshToken>;
  readonly stats: AuthorityStats;
  /** Refusals to give to the next token calls, first one first, whatever they ask. */
  readonly forced: EntraCode[];
};

/** Fresh counters. */
export function emptyStats(): AuthorityStats {
  return {
    tokenCalls: 0,
    tokensIssued: 0,
    refusals: 0,
    refreshCalls: 0,
    reuseSeen: 0,
    grantsRevoked: 0,
    managedIdentityCalls: 0,
    byGrantType: {},
    byError: {},
  };
}

/** Adds one to a named counter. */
export function countUp(counters: Record<string, number>, name: string): void {
  counters[name] = (counters[name] ?? 0) + 1;
}

/** Checks the tenant segment; `common` and `organizations` only serve flows with a user. */
export function checkTenant(authority: Authority, segment: string, hasUser: boolean): void {
  const { tenantId, tenantDomain } = authority.settings;
  const wanted = segment.toLowerCase();
  if (wanted === tenantId || wanted === tenantDomain) return;
  if (wanted !== "common" && wanted !== "organizations") throw new EntraRefusal(90002, segment);
  if (!hasUser) throw new EntraRefusal(50059);
}

/** The registration with this client id, else AADSTS700016. */
export function requireClient(authority: Authority, clientId: string | undefined): AppRegistration {
  if (clientId === undefined || clientId === "") throw new EntraRefusal(900144, "client_id");
  const found = authority.settings.registrations.find((app) => app.clientId === clientId.toLowerCase());
  if (found === undefined) throw new EntraRefusal(700016, clientId, authority.settings.tenantDomain);
  return found;
}

/** Refuses users whose account may not sign in, password aside. */
export function checkSignIn(user: DirectoryUser, audience: string): void {
  if (user.signIn === "disabled") throw new EntraRefusal(50057);
  if (user.signIn === "locked") throw new EntraRefusal(50053);
  if (user.signIn === "password-expired") throw new EntraRefusal(50055);
  if (user.signIn === "mfa-required") throw new EntraRefusal(50076, audience);
  if (user.signIn === "blocked-by-policy") throw new EntraRefusal(53003);
}
