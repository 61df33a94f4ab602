import { randomBytes, randomUUID } from "node:crypto";
import type { HttpAnswer, HttpRequest } from "../http.ts";
import { type Authority, checkSignIn, checkTenant, requireClient } from "./authority.ts";
import type { DirectoryUser } from "./directory.ts";
import { ENTRA_ERRORS, EntraRefusal } from "./entra-errors.ts";
import type { AppRegistration } from "./registrations.ts";
import { parseScope } from "./resources.ts";

/**
 * Answers `GET /{tenant}/oauth2/v2.0/authorize`: with a `login_hint` the sign-in is approved at once and the answer
 * is the redirect with the code; without one it is a page that lists the accounts as links.
 */
export function answerAuthorize(authority: Authority, request: HttpRequest, tenant: string): HttpAnswer {
  const query = parametersOf(request);
  try {
    checkTenant(authority, tenant, true);
    const app = requireClient(authority, query.get("client_id") ?? undefined);
    const redirectUri = query.get("redirect_uri") ?? "";
    checkRedirect(app, redirectUri);
    return redirectAnswer(redirectUri, query, authorized(authority, app, query, request));
  } catch (problem) {
    if (problem instanceof AccountPage) return page(200, "Pick an account", problem.html);
    if (!(problem instanceof EntraRefusal)) throw problem;
    return page(400, "Sign in", `<p>${escapeHtml(problem.message)}</p>`);
  }
}

/** Answers the administrator consent addresses: consent is given and the browser sent back. */
export function answerAdminConsent(authority: Authority, request: HttpRequest, tenant: string): HttpAnswer {
  const query = parametersOf(request);
  try {
    checkTenant(authority, tenant, true);
    const app = requireClient(authority, query.get("client_id") ?? undefined);
    const redirectUri = query.get("redirect_uri") ?? "";
    checkRedirect(app, redirectUri);
    app.consented = true;
    const target = new URL(redirectUri);
    target.searchParams.set("admin_consent", "True");
    target.searchParams.set("tenant", authority.settings.tenantId);
    const state = query.get("state");
    if (state !== null) target.searchParams.set("state", state);
    return { status: 302, headers: { location: target.href } };
  } catch (problem) {
    if (!(problem instanceof EntraRefusal)) throw problem;
    return page(400, "Consent", `<p>${escapeHtml(problem.message)}</p>`);
  }
}

class AccountPage extends Error {
  readonly html: string;
  constructor(html: string) {
    super("an account must be picked");
    this.html = html;
  }
}

/** Parameters the redirect carries: a code, or why there is none. */
function authorized(
  authority: Authority,
  app: AppRegistration,
  query: URLSearchParams,
  request: HttpRequest,
): Record<string, string> {
  try {
    if (query.get("response_type") !== "code") throw new EntraRefusal(900144, "response_type");
    const scope = query.get("scope") ?? "";
    const asked = parseScope(scope, authority.settings.tenantDomain);
    const user = signedIn(authority, query, request);
    checkSignIn(user, asked.audience ?? "");
    if (!app.consented) throw new EntraRefusal(query.get("prompt") === "none" ? 65001 : 65004, app.clientId, app.name);
    return { code: newCode(authority, app, user, query, scope), session_state: randomUUID() };
  } catch (problem) {
    if (!(problem instanceof EntraRefusal)) throw problem;
    const error = problem.code === 65001 ? "consent_required" : ENTRA_ERRORS[problem.code].error;
    return { error: error === "invalid_grant" ? "access_denied" : error, error_description: problem.message };
  }
}

function signedIn(authority: Authority, query: URLSearchParams, request: HttpRequest): DirectoryUser {
  const hint = query.get("login_hint");
  if (hint === null) throw new AccountPage(accountLinks(authority, request));
  const user = authority.settings.directory.find(hint);
  if (user === undefined) throw new EntraRefusal(50034, hint, authority.settings.tenantDomain);
  return user;
}

function newCode(
  authority: Authority,
  app: AppRegistration,
  user: DirectoryUser,
  query: URLSearchParams,
  scope: string,
): string {
  const code = `1.${randomBytes(48).toString("base64url")}`;
  const challenge = query.get("code_challenge");
  const nonce = query.get("nonce");
  authority.codes.set(code, {
    clientId: app.clientId,
    userId: user.id,
    redirectUri: query.get("redirect_uri") ?? "",
    scope,
    expiresAt: authority.settings.now() + authority.settings.codeSeconds * 1000,
    ...(nonce === null ? {} : { nonce }),
    ...(challenge === null ? {} : { challenge: { method: challengeMethod(query), value: challenge } }),
  });
  return code;
}

function challengeMethod(query: URLSearchParams): "S256" | "plain" {
  return query.get("code_challenge_method") === "S256" ? "S256" : "plain";
}

function redirectAnswer(redirectUri: string, query: URLSearchParams, values: Record<string, string>): HttpAnswer {
  const state = query.get("state");
  const all = state === null ? values : { ...values, state };
  if (query.get("response_mode") === "form_post") return page(200, "Working...", postForm(redirectUri, all));
  const target = new URL(redirectUri);
  if (query.get("response_mode") === "fragment") target.hash = new URLSearchParams(all).toString();
  else for (const [name, value] of Object.entries(all)) target.searchParams.set(name, value);
  return { status: 302, headers: { location: target.href, "cache-control": "no-store, no-cache" } };
}

/** Like Entra, addresses on the own machine match on any port; here also on any path, so that every set-up works. */
function checkRedirect(app: AppRegistration, redirectUri: string): void {
  const known = app.redirectUris.includes(redirectUri) || isOnThisMachine(redirectUri);
  if (!known) throw new EntraRefusal(50011, redirectUri, app.clientId);
}

function isOnThisMachine(address: string): boolean {
  if (!URL.canParse(address)) return false;
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(address).hostname);
}

function parametersOf(request: HttpRequest): URLSearchParams {
  return request.method === "POST" ? new URLSearchParams(request.body.toString("utf8")) : request.url.searchParams;
}

function accountLinks(authority: Authority, request: HttpRequest): string {
  const links = authority.settings.directory.list().map((user) => {
    const target = new URL(request.url);
    target.searchParams.set("login_hint", user.userPrincipalName);
    return `<li><a href="${escapeHtml(target.pathname + target.search)}">${escapeHtml(user.userPrincipalName)}</a></li>`;
  });
  return `<ul>${links.join("")}</ul>`;
}

function postForm(action: string, values: Record<string, string>): string {
  const fields = Object.entries(values).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  return `<form method="post" action="${escapeHtml(action)}">${fields.join("")}<button>Continue</button></form>`;
}

function page(status: number, title: string, html: string): HttpAnswer {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1>${html}</body></html>`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
