import type { Secret } from "#spi";

/** What an access token says of itself, read without checking its signature: evidence, never a decision on trust. */
export interface TokenClaims {
  readonly audience?: string;
  readonly tenant?: string;
  readonly application?: string;
  readonly user?: string;
  readonly name?: string;
  /** Delegated permissions. */
  readonly scopes: readonly string[];
  /** Application permissions. */
  readonly roles: readonly string[];
  readonly expiresAt?: string;
}

/** The claims of a JWT; nothing when the token is opaque. */
export function claimsOf(token: Secret): TokenClaims | undefined {
  const payload = token.reveal().split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? readClaims(new Map(Object.entries(claims))) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readClaims(claims: ReadonlyMap<string, unknown>): TokenClaims {
  const text = (name: string): string | undefined => {
    const value = claims.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const roles = claims.get("roles");
  const expiry = claims.get("exp");
  const found = {
    audience: text("aud"),
    tenant: text("tid"),
    application: text("appid") ?? text("azp"),
    user: text("upn") ?? text("preferred_username") ?? text("unique_name"),
    name: text("name"),
    expiresAt:
      typeof expiry === "number" && expiry > 0 && expiry < 1e11 ? new Date(expiry * 1000).toISOString() : undefined,
  };
  return {
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    scopes: (text("scp") ?? "").split(" ").filter((scope) => scope !== ""),
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
  };
}
