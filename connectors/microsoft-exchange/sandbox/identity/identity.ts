import { randomUUID } from "node:crypto";
import { type Face, type HttpAnswer, type HttpRequest, jsonAnswer } from "../http.ts";
import { type Authority, type AuthoritySettings, type AuthorityStats, emptyStats } from "./authority.ts";
import { answerAdminConsent, answerAuthorize } from "./authorize-endpoint.ts";
import { type BearerVerdict, verifyBearer } from "./bearer.ts";
import { answerControl } from "./control.ts";
import type { Directory } from "./directory.ts";
import type { EntraCode } from "./entra-errors.ts";
import { makeSigningKey } from "./jwt.ts";
import { answerManagedIdentity, defaultManagedIdentities } from "./managed-identity.ts";
import { type AppRegistration, CLIENT_IDS, defaultRegistrations } from "./registrations.ts";
import type { Resource } from "./resources.ts";
import { answerTokenRequest } from "./token-endpoint.ts";

/** What may be chosen when the authority is made; everything but the directory has a default. */
export type IdentityOptions = Partial<Omit<AuthoritySettings, "directory">> & { readonly directory: Directory };

/** The Entra-like authority and the managed-identity sources. */
export type Identity = {
  readonly face: Face;
  readonly settings: AuthoritySettings;
  /** Checks an access token for one service; what the EWS, Graph and SMTP faces call. */
  verifyBearer(token: string, resource: Resource): BearerVerdict;
  /** The registration with this client id, to add certificates or take consent away. */
  registration(clientId: string): AppRegistration;
  /** The mailboxes an application may enter by itself; undefined: all. */
  mailboxesOf(clientId: string): readonly string[] | undefined;
  /** Makes the next token call fail with this AADSTS number. */
  failNext(code: EntraCode, times?: number): void;
  /** Forgets the refusals that are still due. */
  succeedAgain(): void;
  /** Revokes every grant of a user (object id), as an administrator or a new password would. */
  revokeGrants(userId: string): void;
  stats(): AuthorityStats;
};

/** The sandbox's tenant, by id and by domain. */
export const TENANT = { id: "5a4d1c00-7e4a-4000-8000-5a4db0c50000", domain: "sandbox.example" } as const;

/** Makes the authority; nothing listens yet. */
export function createIdentity(options: IdentityOptions): Identity {
  const authority: Authority = {
    settings: settingsOf(options),
    key: makeSigningKey(),
    codes: new Map(),
    refreshTokens: new Map(),
    stats: emptyStats(),
    forced: [],
  };
  return {
    face: (request) => answer(authority, request),
    settings: authority.settings,
    verifyBearer: (token, resource) => verifyBearer(authority, token, resource),
    registration: (clientId) => findRegistration(authority, clientId),
    mailboxesOf: (clientId) => authority.settings.registrations.find((app) => app.clientId === clientId)?.mailboxes,
    failNext: (code, times = 1) => {
      for (let count = 0; count < times; count += 1) authority.forced.push(code);
    },
    succeedAgain: () => {
      authority.forced.length = 0;
    },
    revokeGrants: (userId) => revokeGrants(authority, userId),
    stats: () => structuredClone(authority.stats),
  };
}

function settingsOf(options: IdentityOptions): AuthoritySettings {
  const registrations = options.registrations ?? defaultRegistrations();
  const full = registrations.find((app) => app.clientId === CLIENT_IDS.full);
  const roles = full?.roles ?? { graph: [], exchange: [] };
  return {
    tenantId: TENANT.id,
    tenantDomain: TENANT.domain,
    managedIdentities: defaultManagedIdentities(roles),
    identityHeader: randomUUID(),
    now: Date.now,
    accessTokenSeconds: 3599,
    refreshTokenSeconds: 90 * 86_400,
    codeSeconds: 600,
    strictRefresh: false,
    ...options,
    registrations,
  };
}

function answer(authority: Authority, request: HttpRequest): HttpAnswer | undefined {
  const path = request.url.pathname;
  if (path === "/__stats") return jsonAnswer(200, authority.stats);
  if (path === "/__identity") return answerControl(authority, request, (userId) => revokeGrants(authority, userId));
  const managed = answerManagedIdentity(authority, request);
  if (managed !== undefined) return managed;
  const [, tenant = "", ...rest] = path.split("/");
  switch (rest.join("/").toLowerCase()) {
    case "v2.0/.well-known/openid-configuration":
    case ".well-known/openid-configuration":
      return discovery(authority, request, tenant);
    case "discovery/v2.0/keys":
      return jsonAnswer(200, { keys: [authority.key.jwk()] });
    case "oauth2/v2.0/token":
      return answerTokenRequest(authority, request, decodeURIComponent(tenant));
    case "oauth2/v2.0/authorize":
      return answerAuthorize(authority, request, decodeURIComponent(tenant));
    case "adminconsent":
    case "v2.0/adminconsent":
      return answerAdminConsent(authority, request, decodeURIComponent(tenant));
    case "oauth2/v2.0/logout":
      return { status: 200, headers: { "content-type": "text/html" }, body: "<p>You signed out of your account.</p>" };
    default:
      return undefined;
  }
}

/** Metadata keep the tenant as first segment of every address: msal-node swaps that segment. */
function discovery(authority: Authority, request: HttpRequest, tenant: string): HttpAnswer {
  const { tenantId, tenantDomain } = authority.settings;
  if (![tenantId, tenantDomain, "common", "organizations"].includes(tenant.toLowerCase())) return unknownTenant(tenant);
  const base = `${request.url.origin}/${tenant}`;
  const issuerTenant = tenant === "common" || tenant === "organizations" ? "{tenantid}" : tenantId;
  return jsonAnswer(200, {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `${request.url.origin}/${issuerTenant}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver"],
  });
}

function unknownTenant(tenant: string): HttpAnswer {
  return jsonAnswer(400, {
    error: "invalid_tenant",
    error_description: `AADSTS90002: Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    error_codes: [90002],
  });
}

function findRegistration(authority: Authority, clientId: string): AppRegistration {
  const found = authority.settings.registrations.find((app) => app.clientId === clientId);
  if (found === undefined) throw new Error(`no app registration ${clientId}`);
  return found;
}

function revokeGrants(authority: Authority, userId: string): void {
  const nowMs = authority.settings.now();
  const grants = new Set([...authority.refreshTokens.values()].map((token) => token.grant));
  for (const grant of grants) if (grant.userId === userId) grant.revokedAt ??= nowMs;
}
