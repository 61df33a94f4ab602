import { invalidProperty, type TokenSet } from "#spi";
import { given, type Values } from "../common/values.ts";
import type { ClientCredential } from "./client-credential.ts";
import type { Cloud } from "./clouds.ts";
import type { EntraOptions } from "./entra.ts";
import type { Grant, ServiceSchema } from "./grants.ts";
import type { HostOptions } from "./host.ts";

/** What is asked for, as the connector reads it from its own properties. */
export interface EntraPlan {
  readonly cloud: Cloud;
  readonly schema: ServiceSchema;
  readonly grant: Grant;
  /** The service asks for tokens; otherwise only a given one is used. */
  readonly renews: boolean;
  /** The application proves itself by its certificate, where one is given. */
  readonly takesCertificate: boolean;
}

/** The options of a sign-in from the OAuth, Azure and JWT properties, which have the same names in all connectors. */
export function entraOptionsOf(values: Values, plan: EntraPlan, host: HostOptions): EntraOptions {
  const { cloud, schema, grant, renews } = plan;
  return {
    cloud,
    schema,
    grant,
    renews,
    ...given("tenant", values.text("AzureTenant")),
    ...given("clientId", values.text("OAuthClientId")),
    credential: clientCredential(values, plan),
    ...given("user", values.text("User")),
    ...given("password", values.secret("Password")),
    ...given("scope", values.text("Scope")),
    ...given("redirectUri", callbackUrl(values, plan)),
    ...given("verifier", plan.grant === "code" ? values.secret("OAuthVerifier") : undefined),
    ...given("given", givenTokens(values)),
    ...given("managedIdentity", host.managedIdentity),
  };
}

function callbackUrl(values: Values, plan: EntraPlan): string | undefined {
  const text = values.text("CallbackURL");
  if (text === undefined || plan.grant !== "code") return undefined;
  if (!URL.canParse(text))
    throw invalidProperty(
      "CallbackURL",
      "CallbackURL is a URL, such as https://connector.example.com/v1/oauth/callback.",
    );
  return text;
}

function clientCredential(values: Values, plan: EntraPlan): ClientCredential {
  const secret = values.secret("OAuthClientSecret");
  const value = values.secret("OAuthJWTCert");
  if (plan.takesCertificate && value !== undefined) {
    const certificate = {
      type: values.text("OAuthJWTCertType") ?? "PEMKEY_BLOB",
      value,
      ...given("password", values.secret("OAuthJWTCertPassword")),
      ...given("subject", values.text("OAuthJWTCertSubject")),
    };
    return { kind: "certificate", certificate };
  }
  return secret === undefined ? { kind: "none" } : { kind: "secret", secret };
}

/** OAuthTokenTimestamp (milliseconds since 1970) and OAuthExpiresIn (seconds) tell the end of the given token. */
export function givenTokens(values: Values): TokenSet | undefined {
  const accessToken = values.secret("OAuthAccessToken");
  if (accessToken === undefined) return undefined;
  const obtainedAt = values.integer("OAuthTokenTimestamp");
  const expiresIn = values.integer("OAuthExpiresIn");
  return {
    accessToken,
    ...given("refreshToken", values.secret("OAuthRefreshToken")),
    ...given("obtainedAt", obtainedAt),
    ...given(
      "expiresAt",
      obtainedAt === undefined || expiresIn === undefined ? undefined : obtainedAt + expiresIn * 1000,
    ),
  };
}
