import { ConnectorError, type ErrorOptions, type HttpResponse } from "#spi";
import { plainLine } from "./errors.ts";

const longestWaitMs = 24 * 60 * 60 * 1000;

/** Retry-After as seconds or date, clamped; undefined when absent or unreadable. */
export function retryAfterMs(response: HttpResponse, nowMs: number): number | undefined {
  const value = response.header("retry-after")[0]?.trim();
  if (value === undefined || value === "") return undefined;
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), longestWaitMs);
}

/**
 * A server where EWS is switched off (EwsEnabled, EwsApplicationAccessPolicy, Exchange Online since October 2026) answers
 * a bare 403, or says it in words in the body or in X-MS-Diagnostics. IIS's own refusals (TLS, addresses, account) come
 * with a page.
 */
const switchedOff = [
  /\bEWS\b[^.]{0,80}\b(?:disabled|blocked|not enabled|not allowed|retired)\b/i,
  /Exchange Web Services[^.]{0,80}\b(?:disabled|blocked|not enabled|not currently available)\b/i,
  /ErrorEwsDisabled/i,
];

const peekLimit = 4096;

async function peek(response: HttpResponse): Promise<string> {
  try {
    return (await response.text()).slice(0, peekLimit);
  } catch {
    // What the refusal says beyond its status only refines the cause; a cut body must not hide the status.
    return "";
  }
}

const isHtml = (response: HttpResponse): boolean => /\bhtml\b/i.test(response.header("content-type")[0] ?? "");
export const isXml = (response: HttpResponse): boolean => /\bxml\b/i.test(response.header("content-type")[0] ?? "");

/** Schemes the server names in WWW-Authenticate; a realm may hold such a word, so quoted text is left out. */
function offeredSchemes(response: HttpResponse): readonly string[] {
  const challenges = response
    .header("www-authenticate")
    .join(", ")
    .replace(/"(?:[^"\\]|\\.)*"/g, "");
  return [...new Set(challenges.match(/(?<![\w=-])(?:Basic|Bearer|Digest|Negotiate|NTLM)\b/gi))];
}

export const requestIdOf = (response: HttpResponse): string | undefined => {
  const id = response.header("request-id")[0] ?? response.header("x-ms-request-id")[0];
  return id === undefined ? undefined : plainLine(id).slice(0, 80);
};

function forbidden(said: string, diagnostics: string, options: ErrorOptions): ConnectorError {
  // Exchange Online: 2000008;reason="The token contains not enough scope to make this call."
  if (/not enough scope/i.test(diagnostics)) {
    return new ConnectorError("ACCESS_DENIED", "The token lacks a permission of Office 365 Exchange Online.", {
      ...options,
      causeCode: "EWS_PERMISSION_MISSING",
      evidence: { ...options.evidence, diagnostics: plainLine(diagnostics) },
    });
  }
  const isBare = said.trim() === "" && diagnostics === "";
  if (isBare || switchedOff.some((pattern) => pattern.test(said) || pattern.test(diagnostics))) {
    return new ConnectorError(
      "EWS_DISABLED",
      "Exchange Web Services are switched off for this organisation, mailbox or application.",
      {
        ...options,
        causeCode: "EWS_NOT_ENABLED",
      },
    );
  }
  return new ConnectorError(
    "ACCESS_DENIED",
    "The server accepts the credentials but forbids this account to use Exchange Web Services (403).",
    {
      ...options,
      causeCode: "EWS_FORBIDDEN",
    },
  );
}

/** The error for an answer that is not SOAP. Drains the body. */
export async function notSoap(operation: string, response: HttpResponse, nowMs: number): Promise<ConnectorError> {
  const { status } = response;
  const requestId = requestIdOf(response);
  const contentType = plainLine(response.header("content-type")[0] ?? "");
  const said = await peek(response);
  const options: ErrorOptions = {
    remote: { service: "EWS", operation, status, ...(requestId === undefined ? {} : { requestId }) },
    evidence: { status, ...(contentType === "" ? {} : { contentType }) },
  };
  const protocol = (causeCode: string, message: string, extra: ErrorOptions = {}) =>
    new ConnectorError("PROTOCOL", message, { ...options, causeCode, ...extra });

  if (status >= 300 && status < 400) {
    const location = plainLine(response.header("location")[0] ?? "");
    return protocol(
      "NOT_EWS_REDIRECT",
      `The server redirects to ${location || "another address"} instead of answering.`,
      {
        evidence: { status, location },
      },
    );
  }
  if (status === 401) {
    const offered = offeredSchemes(response);
    const detail = offered.length === 0 ? "" : ` It offers ${offered.join(", ")}.`;
    return new ConnectorError("AUTHENTICATION_FAILED", `The server refused the credentials (401).${detail}`, {
      ...options,
      causeCode: "EWS_UNAUTHORIZED",
      evidence: { ...options.evidence, ...(offered.length === 0 ? {} : { offered }) },
    });
  }
  if (status === 403) return forbidden(said, response.header("x-ms-diagnostics").join(" "), options);
  if (status === 404 || status === 405) {
    return protocol("NOT_EWS_PATH", `The server has no Exchange Web Services at this path (${status}).`);
  }
  if (status === 413)
    return new ConnectorError("TOO_LARGE", "The server refuses a request of this size (413).", options);
  if (status === 429 || status === 503 || status === 502 || status === 504) {
    const waitMs = retryAfterMs(response, nowMs);
    // 429, and 503 with a wait, are refusals before any work; a gateway's 502 and 504 may come after it.
    const refused = status === 429 || (status === 503 && waitMs !== undefined);
    return new ConnectorError("BUSY", `The server or a gateway before it is busy or failing (${status}).`, {
      ...options,
      causeCode: refused ? "EWS_THROTTLED" : "EWS_UNAVAILABLE",
      ...(waitMs === undefined ? {} : { waitMs }),
      effect: refused ? "none" : "unknown",
    });
  }
  if (isHtml(response))
    return protocol("NOT_EWS_HTML", `The server answers a web page (${status}), not Exchange Web Services.`);
  return protocol(
    "NOT_EWS_ANSWER",
    `The server answers status ${status}${contentType === "" ? "" : ` and ${contentType}`}, which Exchange Web Services never do.`,
    {
      effect: status >= 500 ? "unknown" : "none",
    },
  );
}
