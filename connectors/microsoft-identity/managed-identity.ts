import { ConnectorError, type HttpClient, Secret, type TokenSet } from "#spi";
import { exchangeJson, type TokenAnswer } from "./token-endpoint.ts";
import { tokenSetOf } from "./token-set.ts";

/** Where the machine's managed identity is asked: fixed or from the machine's environment, never from a property. */
export type ManagedIdentitySource =
  | { readonly kind: "imds"; readonly endpoint: string }
  | { readonly kind: "app-service"; readonly endpoint: string; readonly header: Secret }
  | {
      readonly kind: "arc";
      readonly endpoint: string;
      /** Reads the key file that the agent names; it lies where only the agent's group may read. */
      readKey(path: string): Promise<string>;
    };

/** The metadata service of Azure machines. */
export const imdsEndpoint = "http://169.254.169.254/metadata/identity/oauth2/token";
const machine: ManagedIdentitySource = { kind: "imds", endpoint: imdsEndpoint };

/** The address a source is asked at, which egress rules must let through. */
export const managedIdentityEndpoint = (source: ManagedIdentitySource = machine): string => source.endpoint;

/**
 * The source the environment of the machine names (App Service, Azure Arc, else IMDS), as Azure's own libraries read it.
 * msal-node keeps one source for the whole process and reads the environment itself, so it is not used here.
 */
export function managedIdentitySource(
  environment: Readonly<Record<string, string | undefined>>,
  readKey: (path: string) => Promise<string>,
): ManagedIdentitySource {
  const { IDENTITY_ENDPOINT, IDENTITY_HEADER, IMDS_ENDPOINT, AZURE_POD_IDENTITY_AUTHORITY_HOST } = environment;
  if (IDENTITY_ENDPOINT && IDENTITY_HEADER) {
    return { kind: "app-service", endpoint: IDENTITY_ENDPOINT, header: new Secret(IDENTITY_HEADER) };
  }
  if (IDENTITY_ENDPOINT && IMDS_ENDPOINT) return { kind: "arc", endpoint: IDENTITY_ENDPOINT, readKey };
  if (AZURE_POD_IDENTITY_AUTHORITY_HOST) {
    const host = AZURE_POD_IDENTITY_AUTHORITY_HOST.replace(/\/+$/, "");
    return { kind: "imds", endpoint: `${host}/metadata/identity/oauth2/token` };
  }
  return machine;
}

export interface IdentityRequest {
  readonly resource: string;
  /** Client id of a user-assigned identity; absent = the machine's own. */
  readonly clientId?: string;
  readonly now: () => number;
}

/** One token of the machine's identity. */
export async function askManagedIdentity(
  request: IdentityRequest,
  source: ManagedIdentitySource = machine,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TokenSet> {
  const url = addressOf(request, source);
  const ask = (headers: Readonly<Record<string, string>>) => exchange(http, url, headers, signal);
  const first = await ask(source.kind === "app-service" ? { "X-IDENTITY-HEADER": source.header.reveal() } : metadata);
  const answer = first.status === 401 && source.kind === "arc" ? await ask(await arcProof(source, first)) : first;
  if (answer.status >= 400) throw refused(answer);
  const tokens = tokenSetOf(answer.body, request.now());
  if (tokens === undefined) throw refused(answer);
  return tokens;
}

const operation = "managed identity token";
const metadata = { Metadata: "true" } as const;
const versions = { imds: "2018-02-01", "app-service": "2019-08-01", arc: "2020-06-01" } as const;

function addressOf({ resource, clientId }: IdentityRequest, source: ManagedIdentitySource): string {
  const url = new URL(source.endpoint);
  url.searchParams.set("api-version", versions[source.kind]);
  url.searchParams.set("resource", resource);
  if (clientId !== undefined) url.searchParams.set("client_id", clientId);
  return url.href;
}

interface Answer {
  readonly status: number;
  readonly body: TokenAnswer;
  readonly challenge: string;
}

async function exchange(
  http: HttpClient,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const { response, body } = await exchangeJson(http, { method: "GET", url, headers, operation }, signal);
    const challenge = response.header("www-authenticate").join(", ") || (response.headers["www-authenticate"] ?? "");
    return { status: response.status, body, challenge };
  } catch (error) {
    const isAway = error instanceof ConnectorError && (error.code === "UNREACHABLE" || error.code === "TIMEOUT");
    if (!isAway) throw error;
    throw new ConnectorError("UNREACHABLE", "No managed identity answers on this machine.", {
      causeCode: "MANAGED_IDENTITY_UNAVAILABLE",
      target: "AuthScheme",
      remote: { service: "OAuth", operation },
      cause: error,
    });
  }
}

/** Azure Arc hands the token to who can read a file in its own folder; another path is not read. */
async function arcProof(
  source: Extract<ManagedIdentitySource, { kind: "arc" }>,
  { challenge, status }: Answer,
): Promise<Readonly<Record<string, string>>> {
  const path = /^Basic realm="?([^"]+?)"?$/i.exec(challenge.trim())?.[1];
  if (path === undefined || !/^\/var\/opt\/azcmagent\/tokens\/[\w.-]+\.key$/.test(path)) {
    throw refused({ status, body: { error_description: "The challenge names no key file." }, challenge });
  }
  return { ...metadata, Authorization: `Basic ${await source.readKey(path)}` };
}

function refused({ status, body }: Answer): ConnectorError {
  const said = typeof body.error_description === "string" ? body.error_description : `HTTP status ${status}`;
  const isUnknown = status === 400 || status === 404;
  const causeCode =
    status === 429 || status >= 500
      ? "OAUTH_BUSY"
      : isUnknown
        ? "MANAGED_IDENTITY_NOT_FOUND"
        : "MANAGED_IDENTITY_REFUSED";
  const detail = `The managed identity of this machine gave no token: ${said.slice(0, 300)}`;
  return new ConnectorError(causeCode === "OAUTH_BUSY" ? "BUSY" : "AUTHENTICATION_FAILED", detail, {
    causeCode,
    remote: { service: "OAuth", operation, status, ...(typeof body.error === "string" ? { code: body.error } : {}) },
  });
}
