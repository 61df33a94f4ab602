export { askTokenEndpoint } from "./ask-token-endpoint.ts";
export { oauthCauses } from "./causes.ts";
export { claimsOf, type TokenClaims } from "./claims.ts";
export {
  type Cloud,
  type CloudOverrides,
  cloudFor,
  cloudOverrides,
  exchangeAudiences,
  graphAudiences,
  isExchangeOnlineHost,
} from "./clouds.ts";
export { createTokenSource, type EntraOptions, tokenSourceWith } from "./entra.ts";
export { signInExpiries } from "./expiries.ts";
export { entraOptionsOf, givenTokens } from "./from-properties.ts";
export type { Grant, ServiceSchema } from "./grants.ts";
export { type HostOptions, type Machine, microsoftHost } from "./host.ts";
export { requireOwnLogin } from "./mailbox-credential.ts";
export {
  imdsEndpoint,
  type ManagedIdentitySource,
  managedIdentityEndpoint,
  managedIdentitySource,
} from "./managed-identity.ts";
export { resourceFor, signInScopes, silentScopes } from "./scopes.ts";
export { adminConsentUrl, signInUrl } from "./sign-in-url.ts";
