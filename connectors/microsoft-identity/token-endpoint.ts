import { ConnectorError, type HttpClient, type HttpResponse } from "#spi";
import { type EntraRefusal, entraError } from "./entra-errors.ts";

/** A token answer of the identity provider. */
export type TokenAnswer = Readonly<Record<string, unknown>>;

/** A token answer is a few kilobytes; groups claims make it some more. */
const LIMIT_BYTES = 1024 * 1024;

/** One JSON exchange with the identity provider. Errors: what the transport throws, PROTOCOL when it is not Entra. */
export async function exchangeJson(
  http: HttpClient,
  request: {
    readonly method: "GET" | "POST";
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly operation: string;
  },
  signal: AbortSignal,
  provider = "Microsoft Entra",
): Promise<{ readonly response: HttpResponse; readonly body: TokenAnswer }> {
  const response = await http.request({ ...request, signal, credentials: false, limitBytes: LIMIT_BYTES });
  const text = await response.text();
  const body = objectOf(text);
  if (body !== undefined) return { response, body };
  if (response.status === 429 || response.status >= 500)
    throw entraError(silent(response), request.operation, provider);
  throw notEntra(request.operation, response.status, provider);
}

function objectOf(text: string): TokenAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as TokenAnswer) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** msal-node takes a 404 page for a success with an empty token, so what is no JSON never reaches it. */
export const notEntra = (operation: string, status: number, provider = "Microsoft Entra"): ConnectorError =>
  new ConnectorError("PROTOCOL", `What answered at the login address is not ${provider} (status ${status}).`, {
    causeCode: "OAUTH_NOT_ENTRA",
    remote: { service: "OAuth", operation, status },
  });

const silent = (response: HttpResponse): EntraRefusal => ({
  status: response.status,
  error: "",
  description: `HTTP status ${response.status}`,
  codes: [],
  ...waitOf(response),
});

/** The refusal an error answer holds. */
export function refusalOf(response: HttpResponse, body: TokenAnswer): EntraRefusal {
  const text = (name: string): string | undefined => (typeof body[name] === "string" ? body[name] : undefined);
  const description = text("error_description") ?? "";
  const listed = Array.isArray(body.error_codes) ? body.error_codes.filter((code) => typeof code === "number") : [];
  const named = [...description.matchAll(/AADSTS(\d{4,9})/g)].map((match) => Number(match[1]));
  const suberror = text("suberror");
  const traceId = text("trace_id") ?? text("correlation_id");
  return {
    status: response.status,
    error: text("error") ?? "",
    description,
    codes: [...new Set([...listed, ...named])],
    ...(suberror === undefined ? {} : { suberror }),
    ...(traceId === undefined ? {} : { traceId }),
    ...waitOf(response),
  };
}

function waitOf({ headers }: HttpResponse): { readonly waitMs?: number } {
  const seconds = Number(headers["retry-after"] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { waitMs: Math.min(seconds, 3600) * 1000 } : {};
}
