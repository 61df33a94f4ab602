import type { AuthenticationResult, ConfidentialClientApplication, Configuration } from "@azure/msal-node";
import { asConnectorError, ConnectorError, type HttpClient, type Secret, type TokenSet } from "#spi";
import { loadCertificate } from "./certificate.ts";
import type { ClientCredential } from "./client-credential.ts";
import { entraError } from "./entra-errors.ts";
import { MsalNetwork } from "./msal-network.ts";
import { tokenSetOf } from "./token-set.ts";

/** The application a token is asked for, and the authority it is asked of. */
export interface MsalApplication {
  readonly authority: string;
  /** The tenant as it stands in addresses. */
  readonly tenantSegment: string;
  readonly clientId: string;
  readonly credential: ClientCredential;
  readonly now: () => number;
}

/** One request for a token. */
export type MsalRequest = { readonly scopes: readonly string[] } & (
  | { readonly kind: "client" }
  | { readonly kind: "refresh"; readonly refreshToken: Secret }
  | { readonly kind: "password"; readonly user: string; readonly password: Secret }
  | {
      readonly kind: "code";
      readonly redirectUri: string;
      readonly code: Secret;
      /** The verifier of PKCE, where the sign-in address carried its challenge. */
      readonly codeVerifier?: Secret;
    }
);

/** One token by msal-node, which is loaded on first use (D19) and keeps nothing afterwards. */
export async function acquireByMsal(
  application: MsalApplication,
  request: MsalRequest,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TokenSet> {
  const operation = `token by ${request.kind}`;
  const network = new MsalNetwork(http, application.authority, operation, signal);
  try {
    const client = await clientOf(application, network);
    await acquire(client, request);
  } catch (error) {
    throw translated(error, network, operation);
  }
  return tokensOf(network, operation, application.now());
}

/**
 * msal's public and confidential applications differ only in the credential. The metadata of an Entra authority follow
 * from its address, so no discovery document is asked for, and none can lead elsewhere.
 */
async function clientOf(
  { authority, tenantSegment, clientId, credential }: MsalApplication,
  networkClient: MsalNetwork,
): Promise<
  Pick<
    ConfidentialClientApplication,
    "acquireTokenByCode" | "acquireTokenByRefreshToken" | "acquireTokenByUsernamePassword"
  > &
    Partial<ConfidentialClientApplication>
> {
  const { ConfidentialClientApplication, PublicClientApplication } = await import("@azure/msal-node");
  const secure = new URL(authority);
  secure.protocol = "https:";
  const base = `${secure.href.replace(/\/+$/, "")}/${tenantSegment}`;
  const configuration: Configuration = {
    auth: {
      clientId,
      authority: base,
      knownAuthorities: [secure.host],
      authorityMetadata: JSON.stringify({
        issuer: `${base}/v2.0`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        token_endpoint: `${base}/oauth2/v2.0/token`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
        end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      }),
      ...(await proofOf(credential)),
    },
    system: { networkClient, disableInternalRetries: true },
  };
  return credential.kind === "none"
    ? new PublicClientApplication(configuration)
    : new ConfidentialClientApplication(configuration);
}

async function proofOf(credential: ClientCredential): Promise<Partial<Configuration["auth"]>> {
  if (credential.kind === "none") return {};
  if (credential.kind === "secret") return { clientSecret: credential.secret.reveal() };
  const { privateKeyPem, thumbprintSha256 } = await loadCertificate(credential.certificate);
  return { clientCertificate: { thumbprintSha256, privateKey: privateKeyPem } };
}

type Client = Awaited<ReturnType<typeof clientOf>>;

async function acquire(client: Client, request: MsalRequest): Promise<AuthenticationResult | null> {
  const scopes = [...request.scopes];
  switch (request.kind) {
    case "client":
      if (client.acquireTokenByClientCredential === undefined) throw credentialMissing();
      return client.acquireTokenByClientCredential({ scopes, skipCache: true });
    case "refresh":
      return client.acquireTokenByRefreshToken({ scopes, refreshToken: request.refreshToken.reveal() });
    case "password":
      return client.acquireTokenByUsernamePassword({
        scopes,
        username: request.user,
        password: request.password.reveal(),
      });
    case "code":
      return client.acquireTokenByCode({
        scopes,
        redirectUri: request.redirectUri,
        code: request.code.reveal(),
        ...(request.codeVerifier === undefined ? {} : { codeVerifier: request.codeVerifier.reveal() }),
      });
  }
}

const credentialMissing = (): ConnectorError =>
  new ConnectorError(
    "AUTHENTICATION_FAILED",
    "An application that acts by itself needs a client secret or certificate.",
    {
      causeCode: "OAUTH_CLIENT_CREDENTIAL_MISSING",
      target: "OAuthClientSecret",
    },
  );

/** What really happened: the transport's error, Entra's refusal, or msal's own. */
function translated(error: unknown, network: MsalNetwork, operation: string): ConnectorError {
  if (network.failure !== undefined) return network.failure;
  if (network.refusal !== undefined) return entraError(network.refusal, operation);
  if (error instanceof ConnectorError) return error;
  if (!(error instanceof Error) || !("errorCode" in error)) return asConnectorError(error);
  return new ConnectorError("AUTHENTICATION_FAILED", `The token request cannot be made: ${String(error.errorCode)}.`, {
    causeCode: "OAUTH_REFUSED",
    remote: { service: "OAuth", operation, code: String(error.errorCode) },
    cause: error,
  });
}

/** The tokens of Entra's own answer; msal's result leaves the refresh token out. */
function tokensOf({ answer }: MsalNetwork, operation: string, nowMs: number): TokenSet {
  const tokens = answer === undefined ? undefined : tokenSetOf(answer, nowMs);
  if (tokens !== undefined) return tokens;
  throw new ConnectorError("PROTOCOL", "Microsoft Entra answered without an access token.", {
    causeCode: "OAUTH_NOT_ENTRA",
    remote: { service: "OAuth", operation },
  });
}
