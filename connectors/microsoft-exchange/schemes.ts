import { invalidProperty } from "#spi";
import type { Grant, ServiceSchema } from "../microsoft-identity/grants.ts";

/** How a connection proves who it is: at the HTTP level, or by a token. */
export type SchemePlan =
  | { readonly kind: "http"; readonly scheme: "none" | "basic" | "digest" | "ntlm" | "negotiate" }
  | {
      readonly kind: "token";
      readonly grant: Grant;
      /** The application acts by itself: no mailbox of its own. */
      readonly appOnly: boolean;
      /** The service asks for tokens; otherwise only a given one is used. */
      readonly renews: boolean;
      /** The application proves itself by its certificate, where one is given. */
      readonly takesCertificate: boolean;
    };

const httpSchemes: Readonly<Record<string, Extract<SchemePlan, { kind: "http" }>["scheme"]>> = {
  Basic: "basic",
  NTLM: "ntlm",
  Digest: "digest",
  Negotiate: "negotiate",
  NONE: "none",
};

const oauthGrants: Readonly<Record<string, Grant>> = { CODE: "code", CLIENT: "client", PASSWORD: "password" };

const tokenGrants: Readonly<Record<string, Grant>> = {
  AzureAD: "code",
  AzureServicePrincipal: "client",
  AzureServicePrincipalCert: "client",
  AzureMSI: "managed-identity",
};

export interface SchemeChoice {
  readonly authScheme: string;
  readonly schema: ServiceSchema;
  readonly grantType?: string;
  readonly initiateOAuth?: string;
}

/** The plan of (AuthScheme, Schema, OAuthGrantType, InitiateOAuth). Errors: INVALID_PROPERTY for a pair that cannot be. */
export function schemePlan({
  authScheme,
  schema,
  grantType = "CODE",
  initiateOAuth = "OFF",
}: SchemeChoice): SchemePlan {
  const scheme = httpSchemes[authScheme];
  if (scheme !== undefined) {
    if (schema === "EWS") return { kind: "http", scheme };
    throw invalidProperty("AuthScheme", `Schema MSGraph takes tokens only; AuthScheme ${authScheme} is for EWS.`);
  }
  const grant = authScheme === "OAuth" ? oauthGrants[grantType] : tokenGrants[authScheme];
  if (grant === undefined) throw invalidProperty("AuthScheme", `${authScheme} is no AuthScheme of this connector.`);
  const appOnly = grant === "client" || grant === "managed-identity";
  const renews = grant === "managed-identity" || initiateOAuth !== "OFF";
  return { kind: "token", grant, appOnly, renews, takesCertificate: grant === "client" };
}
