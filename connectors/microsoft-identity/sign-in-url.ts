import type { Cloud } from "./clouds.ts";
import type { ServiceSchema } from "./grants.ts";
import { resourceFor, signInScopes } from "./scopes.ts";

/** The application whose sign-in address is built. */
export interface SignInApplication {
  readonly cloud: Cloud;
  readonly schema: ServiceSchema;
  readonly tenant?: string;
  readonly clientId?: string;
  readonly scope?: string;
}

export interface SignInWishes {
  readonly callbackUrl?: string | undefined;
  readonly scope?: string | undefined;
  readonly state?: string | undefined;
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
  readonly codeChallenge?: string | undefined;
}

/** The tenant's segment of an address; without a tenant the user's own decides. */
export const tenantSegment = (tenant: string | undefined): string =>
  tenant === undefined || tenant === "" ? "common" : encodeURIComponent(tenant);

/** The address at which a user signs in; with a code challenge as PKCE wants it. */
export function signInUrl(application: SignInApplication, wishes: SignInWishes): string {
  const { cloud, schema, tenant, clientId, scope } = application;
  const scopes = signInScopes(cloud, schema, wishes.scope ?? scope);
  return address(`${cloud.authority}/${tenantSegment(tenant)}/oauth2/v2.0/authorize`, {
    client_id: clientId,
    response_type: "code",
    response_mode: "query",
    redirect_uri: wishes.callbackUrl,
    scope: [...new Set(["openid", "profile", ...scopes])].join(" "),
    state: wishes.state,
    prompt: wishes.loginHint === undefined ? wishes.prompt : undefined,
    login_hint: wishes.loginHint,
    code_challenge: wishes.codeChallenge,
    code_challenge_method: wishes.codeChallenge === undefined ? undefined : "S256",
  });
}

/** The address at which an administrator consents for the whole tenant. */
export function adminConsentUrl(application: SignInApplication, wishes: SignInWishes): string {
  const { cloud, schema, tenant, clientId } = application;
  // Consent for a tenant needs one; "common" is refused there.
  const place = tenant === undefined || tenant === "" ? "organizations" : encodeURIComponent(tenant);
  return address(`${cloud.authority}/${place}/v2.0/adminconsent`, {
    client_id: clientId,
    redirect_uri: wishes.callbackUrl,
    scope: wishes.scope ?? `${resourceFor(cloud, schema)}/.default`,
    state: wishes.state,
  });
}

function address(base: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url.href;
}
