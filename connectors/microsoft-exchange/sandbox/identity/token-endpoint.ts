import { createHash, randomUUID } from "node:crypto";
import { type HttpAnswer, type HttpRequest, jsonAnswer } from "../http.ts";
import {
  type Authority,
  type AuthorizationCode,
  checkSignIn,
  checkTenant,
  countUp,
  type Grant,
  type RefreshToken,
  requireClient,
} from "./authority.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { DirectoryUser } from "./directory.ts";
import { EntraRefusal, refusalAnswer } from "./entra-errors.ts";
import {
  clientInfo,
  grantedRoles,
  issueAppToken,
  issueIdToken,
  issueRefreshToken,
  issueUserToken,
} from "./issue-tokens.ts";
import type { AppRegistration } from "./registrations.ts";
import { parseScope, type ScopeRequest } from "./resources.ts";

type Call = {
  readonly authority: Authority;
  readonly form: URLSearchParams;
  readonly origin: string;
  readonly tenant: string;
};

/** Answers `POST /{tenant}/oauth2/v2.0/token`. */
export function answerTokenRequest(authority: Authority, request: HttpRequest, tenant: string): HttpAnswer {
  const form = new URLSearchParams(request.body.toString("utf8"));
  const correlationId = form.get("client-request-id") ?? request.headers["client-request-id"] ?? randomUUID();
  const grantType = form.get("grant_type") ?? "";
  authority.stats.tokenCalls += 1;
  countUp(authority.stats.byGrantType, grantType === "" ? "(none)" : grantType);
  try {
    if (request.method !== "POST") throw new EntraRefusal(900561, "POST", request.method);
    const forced = authority.forced.shift();
    if (forced !== undefined) throw new EntraRefusal(forced);
    readBasicCredentials(request, form);
    const body = tokenBody({ authority, form, origin: request.url.origin, tenant }, grantType);
    authority.stats.tokensIssued += 1;
    return jsonAnswer(200, body, { "cache-control": "no-store, no-cache", pragma: "no-cache" });
  } catch (problem) {
    if (!(problem instanceof EntraRefusal)) throw problem;
    authority.stats.refusals += 1;
    countUp(authority.stats.byError, `AADSTS${problem.code}`);
    return refusalAnswer(problem, correlationId, authority.settings.now());
  }
}

function tokenBody(call: Call, grantType: string): Record<string, unknown> {
  const { authority, form } = call;
  if (grantType === "") throw new EntraRefusal(900144, "grant_type");
  checkTenant(authority, call.tenant, grantType !== "client_credentials");
  const app = requireClient(authority, form.get("client_id") ?? undefined);
  authenticateClient(authority, app, credentialsOf(form), `${call.origin}/${call.tenant}/oauth2/v2.0/token`);
  switch (grantType) {
    case "client_credentials":
      return clientCredentialsBody(call, app);
    case "authorization_code":
      return codeBody(call, app);
    case "refresh_token":
      return refreshBody(call, app);
    case "password":
      return passwordBody(call, app);
    default:
      throw new EntraRefusal(70003, grantType);
  }
}

/** Client id and secret may come as HTTP Basic, each percent-encoded (RFC 6749 2.3.1). */
function readBasicCredentials(request: HttpRequest, form: URLSearchParams): void {
  const encoded = /^Basic\s+(\S+)$/i.exec(request.headers["authorization"] ?? "")?.[1];
  if (encoded === undefined) return;
  const [, id = "", secret = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
  form.set("client_id", decodeURIComponent(id.replaceAll("+", " ")));
  form.set("client_secret", decodeURIComponent(secret.replaceAll("+", " ")));
}

function credentialsOf(form: URLSearchParams) {
  return {
    secret: form.get("client_secret") ?? undefined,
    assertion: form.get("client_assertion") ?? undefined,
    assertionType: form.get("client_assertion_type") ?? undefined,
  };
}

function clientCredentialsBody(call: Call, app: AppRegistration): Record<string, unknown> {
  if (app.isPublic) throw new EntraRefusal(7000218);
  const text = call.form.get("scope") ?? "";
  const words = text.split(" ").filter((word) => word !== "");
  if (words.length !== 1) throw new EntraRefusal(70011, text);
  const scope = parseScope(text, call.authority.settings.tenantDomain);
  if (scope.audience === undefined || scope.resource === undefined || scope.permissions[0] !== ".default") {
    throw new EntraRefusal(1002012, text);
  }
  const roles = grantedRoles(app, scope.resource);
  const accessToken = issueAppToken(
    call.authority,
    { clientId: app.clientId, objectId: servicePrincipal(app), roles },
    scope.audience,
  );
  return { ...lifetime(call.authority), access_token: accessToken };
}

function codeBody(call: Call, app: AppRegistration): Record<string, unknown> {
  const { authority, form } = call;
  const text = form.get("code");
  if (text === null) throw new EntraRefusal(900144, "code");
  const code = authority.codes.get(text);
  if (code === undefined || code.clientId !== app.clientId) throw new EntraRefusal(9002313);
  if (code.grant !== undefined) {
    code.grant.revokedAt ??= authority.settings.now();
    throw new EntraRefusal(54005);
  }
  if (code.expiresAt <= authority.settings.now()) throw new EntraRefusal(70008);
  const redirectUri = form.get("redirect_uri") ?? "";
  if (redirectUri !== code.redirectUri) throw new EntraRefusal(500112, redirectUri, code.redirectUri);
  checkVerifier(code, form.get("code_verifier") ?? undefined);
  const user = requireUser(authority, code.userId);
  const scope = userScope(call, app, form.get("scope") ?? code.scope, code.scope);
  const grant = newGrant(authority, app, user, scope);
  code.grant = grant;
  return userBody(call, app, user, grant, scope, code.nonce);
}

function checkVerifier(code: AuthorizationCode, verifier: string | undefined): void {
  if (code.challenge === undefined) return;
  if (verifier === undefined) throw new EntraRefusal(501481);
  const value =
    code.challenge.method === "plain" ? verifier : createHash("sha256").update(verifier).digest("base64url");
  if (value !== code.challenge.value) throw new EntraRefusal(501481);
}

function refreshBody(call: Call, app: AppRegistration): Record<string, unknown> {
  const { authority, form } = call;
  authority.stats.refreshCalls += 1;
  const text = form.get("refresh_token");
  if (text === null || text === "") throw new EntraRefusal(900144, "refresh_token");
  const token = authority.refreshTokens.get(text);
  if (token === undefined || token.grant.clientId !== app.clientId) throw new EntraRefusal(9002313);
  checkReuse(authority, token);
  const user = requireUser(authority, token.grant.userId);
  checkGrant(authority, token, user);
  const scope = userScope(call, app, form.get("scope") ?? token.scope, token.scope);
  checkSignIn(user, scope.audience ?? "");
  token.isUsed = true;
  return userBody(call, app, user, token.grant, scope, undefined);
}

function checkReuse(authority: Authority, token: RefreshToken): void {
  if (!token.isUsed) return;
  authority.stats.reuseSeen += 1;
  if (!authority.settings.strictRefresh || token.grant.revokedAt !== undefined) return;
  token.grant.revokedAt = authority.settings.now();
  authority.stats.grantsRevoked += 1;
}

function checkGrant(authority: Authority, token: RefreshToken, user: DirectoryUser): void {
  const validFrom = Math.max(token.grant.revokedAt ?? 0, user.grantsValidFrom ?? 0);
  if (token.grant.revokedAt !== undefined || validFrom > token.grant.issuedAt) {
    throw new EntraRefusal(50173, iso(token.grant.issuedAt), iso(validFrom));
  }
  const idleMs = authority.settings.now() - token.issuedAt;
  if (idleMs > authority.settings.refreshTokenSeconds * 1000) {
    throw new EntraRefusal(700082, iso(token.issuedAt), `${Math.floor(idleMs / 86_400_000)}.00:00:00`);
  }
}

function passwordBody(call: Call, app: AppRegistration): Record<string, unknown> {
  const { authority, form } = call;
  const login = form.get("username");
  const password = form.get("password");
  if (login === null || login === "") throw new EntraRefusal(900144, "username");
  if (password === null) throw new EntraRefusal(900144, "password");
  const user = authority.settings.directory.find(login);
  if (user === undefined) throw new EntraRefusal(50034, login, authority.settings.tenantDomain);
  if (user.signIn === "locked") throw new EntraRefusal(50053);
  if (user.password !== password) throw new EntraRefusal(50126);
  const text = form.get("scope") ?? "";
  const scope = userScope(call, app, text, text);
  checkSignIn(user, scope.audience ?? "");
  return userBody(call, app, user, newGrant(authority, app, user, scope), scope, undefined);
}

/** The scope of a request with a user: consent is looked up, unknown permissions are refused. */
function userScope(call: Call, app: AppRegistration, asked: string, granted: string): ScopeRequest {
  const tenant = call.authority.settings.tenantDomain;
  const scope = parseScope(asked, tenant);
  const effective = scope.audience === undefined ? { ...parseScope(granted, tenant), openId: scope.openId } : scope;
  if (effective.resource === undefined) throw new EntraRefusal(70011, asked);
  if (!app.consented) throw new EntraRefusal(65001, app.clientId, app.name);
  for (const permission of effective.permissions) checkPermission(app, effective, permission);
  return effective;
}

function checkPermission(app: AppRegistration, scope: ScopeRequest, permission: string): void {
  if (permission === ".default" || scope.resource === undefined) return;
  if (consentedNames(app, scope).includes(permission.toLowerCase())) return;
  throw new EntraRefusal(65001, app.clientId, app.name);
}

/** A consented write permission covers the reading one of the same name. */
function consentedNames(app: AppRegistration, scope: ScopeRequest): string[] {
  const own = app.scopes[scope.resource ?? "graph"].map((name) => name.toLowerCase());
  return [...own, ...own.map((name) => name.replace("readwrite", "read"))];
}

function userBody(
  call: Call,
  app: AppRegistration,
  user: DirectoryUser,
  grant: Grant,
  scope: ScopeRequest,
  nonce: string | undefined,
): Record<string, unknown> {
  const { authority } = call;
  const audience = scope.audience ?? "";
  const permissions = effectivePermissions(app, scope);
  const issuer = `${call.origin}/${authority.settings.tenantId}/v2.0`;
  return {
    ...lifetime(authority),
    scope: [...permissions.map((name) => `${audience}/${name}`), ...scope.openId].join(" "),
    access_token: issueUserToken(authority, app, user, audience, permissions),
    ...(scope.openId.includes("offline_access") || call.form.get("grant_type") === "refresh_token"
      ? { refresh_token: issueRefreshToken(authority, grant, scope) }
      : {}),
    ...(scope.openId.includes("openid") ? { id_token: issueIdToken(authority, app, user, issuer, nonce) } : {}),
    client_info: clientInfo(user, authority.settings.tenantId),
  };
}

function effectivePermissions(app: AppRegistration, scope: ScopeRequest): readonly string[] {
  return scope.permissions.includes(".default") ? app.scopes[scope.resource ?? "graph"] : scope.permissions;
}

function newGrant(authority: Authority, app: AppRegistration, user: DirectoryUser, scope: ScopeRequest): Grant {
  const issuedAt = authority.settings.now();
  return { id: randomUUID(), clientId: app.clientId, userId: user.id, issuedAt, permissions: scope.permissions };
}

function lifetime(authority: Authority): Record<string, unknown> {
  const seconds = authority.settings.accessTokenSeconds;
  return { token_type: "Bearer", expires_in: seconds, ext_expires_in: seconds };
}

function requireUser(authority: Authority, userId: string): DirectoryUser {
  const user = authority.settings.directory.find(userId);
  if (user === undefined) throw new EntraRefusal(50034, userId, authority.settings.tenantDomain);
  return user;
}

/** Object id of an application's service principal: its own, not the client id. */
function servicePrincipal(app: AppRegistration): string {
  return app.clientId.replace("-4000-8000-", "-4000-a000-");
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
