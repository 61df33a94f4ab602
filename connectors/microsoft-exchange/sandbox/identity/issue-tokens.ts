import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Authority, Grant, ManagedIdentity } from "./authority.ts";
import { issuerOf } from "./bearer.ts";
import type { DirectoryUser } from "./directory.ts";
import type { AppRegistration } from "./registrations.ts";
import type { Resource, ScopeRequest } from "./resources.ts";

/** Access token for an application or managed identity by itself. */
export function issueAppToken(
  authority: Authority,
  app: { clientId: string; objectId: string; roles: readonly string[] },
  audience: string,
): string {
  return authority.key.sign({
    ...commonClaims(authority, audience),
    appid: app.clientId,
    appidacr: "1",
    idtyp: "app",
    oid: app.objectId,
    sub: app.objectId,
    ...(app.roles.length === 0 ? {} : { roles: app.roles }),
  });
}

/** Application permissions a registration really has: none before consent. */
export function grantedRoles(app: AppRegistration | ManagedIdentity, resource: Resource): readonly string[] {
  return "consented" in app && !app.consented ? [] : app.roles[resource];
}

/** Access token for an application on behalf of a user. */
export function issueUserToken(
  authority: Authority,
  app: AppRegistration,
  user: DirectoryUser,
  audience: string,
  permissions: readonly string[],
): string {
  return authority.key.sign({
    ...commonClaims(authority, audience),
    appid: app.clientId,
    appidacr: app.isPublic ? "0" : "1",
    idtyp: "user",
    oid: user.id,
    sub: pairwiseSubject(app.clientId, user.id),
    upn: user.userPrincipalName,
    unique_name: user.userPrincipalName,
    name: user.displayName,
    scp: permissions.join(" "),
  });
}

/** Identity token of OpenID Connect. */
export function issueIdToken(
  authority: Authority,
  app: AppRegistration,
  user: DirectoryUser,
  issuer: string,
  nonce: string | undefined,
): string {
  const { tenantId } = authority.settings;
  const seconds = Math.floor(authority.settings.now() / 1000);
  return authority.key.sign({
    aud: app.clientId,
    iss: issuer,
    iat: seconds,
    nbf: seconds,
    exp: seconds + 3600,
    name: user.displayName,
    oid: user.id,
    preferred_username: user.userPrincipalName,
    sub: pairwiseSubject(app.clientId, user.id),
    tid: tenantId,
    ver: "2.0",
    ...(nonce === undefined ? {} : { nonce }),
  });
}

/** A new refresh token of a grant. */
export function issueRefreshToken(authority: Authority, grant: Grant, scope: ScopeRequest): string {
  const token = `1.${randomBytes(48).toString("base64url")}`;
  const { resource } = scope;
  authority.refreshTokens.set(token, {
    grant,
    scope: scope.text,
    resource,
    issuedAt: authority.settings.now(),
    isUsed: false,
  });
  return token;
}

/** The `client_info` by which MSAL recognises an account. */
export function clientInfo(user: DirectoryUser, tenantId: string): string {
  return Buffer.from(JSON.stringify({ uid: user.id, utid: tenantId })).toString("base64url");
}

function commonClaims(authority: Authority, audience: string): Record<string, unknown> {
  const { tenantId, accessTokenSeconds } = authority.settings;
  const seconds = Math.floor(authority.settings.now() / 1000);
  return {
    aud: audience,
    iss: issuerOf(tenantId),
    iat: seconds,
    nbf: seconds,
    exp: seconds + accessTokenSeconds,
    tid: tenantId,
    uti: randomUUID(),
    ver: "1.0",
  };
}

function pairwiseSubject(clientId: string, userId: string): string {
  return createHash("sha256").update(`${clientId}/${userId}`).digest("base64url");
}
