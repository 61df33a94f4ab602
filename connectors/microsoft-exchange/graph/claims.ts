import type { Secret } from "#spi";
import { type JsonObject, member } from "./errors.ts";

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
    return readClaims(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as JsonObject);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readClaims(claims: JsonObject): TokenClaims {
  const text = (name: string): string | undefined => {
    const value = member(claims, name);
    return typeof value === "string" ? value : undefined;
  };
  const roles = member(claims, "roles");
  const expiry = member(claims, "exp");
  const found = {
    audience: text("aud"),
    tenant: text("tid"),
    application: text("appid") ?? text("azp"),
    user: text("upn") ?? text("preferred_username") ?? text("unique_name"),
    name: text("name"),
    expiresAt: typeof expiry === "number" ? new Date(expiry * 1000).toISOString() : undefined,
  };
  return {
    ...Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)),
    scopes: (text("scp") ?? "").split(" ").filter((scope) => scope !== ""),
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [],
  };
}
