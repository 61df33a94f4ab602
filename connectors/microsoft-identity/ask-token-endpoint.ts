import { ConnectorError, type HttpClient, Secret, type TokenSet } from "#spi";
import { entraError } from "./entra-errors.ts";
import { exchangeJson, refusalOf } from "./token-endpoint.ts";
import { tokenSetOf } from "./token-set.ts";

/** One request by form to the token endpoint of any OAuth 2.0 provider. */
export interface TokenForm {
  readonly url: string;
  /** Members that are undefined are left out. */
  readonly form: Readonly<Record<string, string | Secret | undefined>>;
  /** How messages name the provider. */
  readonly provider: string;
}

/** Asks for tokens without a library of the provider's. Errors: as those of Entra, by the OAuth words alone. */
export async function askTokenEndpoint(
  { url, form, provider }: TokenForm,
  http: HttpClient,
  signal: AbortSignal,
): Promise<TokenSet> {
  const operation = `token by ${String(form["grant_type"])}`;
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form))
    if (value !== undefined) body.set(name, value instanceof Secret ? value.reveal() : value);
  const headers = { "content-type": "application/x-www-form-urlencoded", accept: "application/json" };
  const request = { method: "POST", url, headers, body: body.toString(), operation } as const;
  const { response, body: answer } = await exchangeJson(http, request, signal, provider);
  if (response.status >= 400) throw entraError(refusalOf(response, answer), operation, provider);
  const tokens = tokenSetOf(answer, Date.now());
  if (tokens !== undefined) return tokens;
  throw new ConnectorError("PROTOCOL", `${provider} answered without an access token.`, {
    causeCode: "OAUTH_NOT_ENTRA",
    remote: { service: "OAuth", operation },
  });
}
