import type { Dispatcher } from "undici";
import type { ConnectorError } from "#spi";
import type { Answer } from "../answer.ts";
import type { NetworkCause } from "../causes.ts";
import { failure, sanitized } from "../failures.ts";
import type { Observer } from "../observe.ts";
import type { Origin } from "../origins.ts";
import { type Challenge, challengeOf, parseChallenges } from "./challenge.ts";
import { signsOfBridging } from "./tls-bridging.ts";

/** What one leg adds to the request of the caller. */
export interface Leg {
  readonly authorization?: string;
  /** Instead of the origin's pool. */
  readonly dispatcher?: Dispatcher;
  /** Sends no body: the first leg of a handshake. */
  readonly bare?: true;
}

/** A request that is to be sent with credentials. */
export interface CredentialedCall {
  readonly origin: Origin;
  readonly method: string;
  /** Path with query, as it stands in the request line. */
  readonly uri: string;
  /** The body can be sent a second time. */
  readonly isReplayable: boolean;
  readonly signal: AbortSignal;
  readonly operation: string;
  send(leg: Leg): Promise<Answer>;
}

/** One authentication scheme with the credentials of one connection. */
export interface Login {
  /** Answers everything but a refusal of the credentials, which is thrown. */
  send(call: CredentialedCall): Promise<Answer>;
  close(): Promise<void>;
}

/** The challenges of a 401, told to the observer. */
export function challengesOf(answer: Answer, observer: Observer): readonly Challenge[] {
  const challenges = parseChallenges(answer.header("www-authenticate"));
  const offered = schemesOf(challenges);
  const detail = offered.length === 0 ? "The server asks for a login." : `The server offers ${offered.join(", ")}.`;
  observer.observe({ step: "challenge", status: "passed", durationMs: 0, detail, evidence: { offered }, warnings: [] });
  return challenges;
}

/** The schemes named, each once. */
export const schemesOf = (challenges: readonly Challenge[]): string[] => [
  ...new Set(challenges.map(({ scheme }) => sanitized(scheme, 40))),
];

/** The error for a final 401: the scheme is not offered at all, or the credentials were refused. Uses the answer up. */
export async function refusal(
  answer: Answer,
  challenges: readonly Challenge[],
  scheme: string,
  call: CredentialedCall,
  observer: Observer,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ConnectorError> {
  const isOffered = challenges.length === 0 || challengeOf(challenges, scheme.toLowerCase()) !== undefined;
  const offered = schemesOf(challenges);
  const signs = more["channelBinding"] === "sent" ? signsOfBridging(answer) : [];
  const between = signs.length === 0 ? {} : { signs };
  const options = {
    evidence: { offered, ...more, ...between, ...(await whatItSays(answer)) },
    remote: remoteOf(answer, challenges, call),
  };
  const { name } = call.origin;
  if (isOffered && signs.length > 0) {
    const message = `${name} refused ${scheme} credentials, and something in between ends TLS (${signs.join("; ")}).`;
    return failure("EXTENDED_PROTECTION_SUSPECTED", message, options);
  }
  if (isOffered) return failure(refusedCause(scheme), `${name} refused ${scheme} credentials.`, options);
  const text = `${name} does not offer ${scheme}; it offers ${offered.join(", ")}.`;
  const error = failure("SCHEME_NOT_OFFERED", text, options);
  const { message: detail, evidence } = error;
  observer.observe({ step: "challenge", status: "failed", durationMs: 0, detail, evidence, warnings: [], error });
  return error;
}

const refusedCauses: Readonly<Record<string, NetworkCause>> = {
  Bearer: "TOKEN_REFUSED",
  Negotiate: "KERBEROS_TICKET_REFUSED",
};
const refusedCause = (scheme: string): NetworkCause => refusedCauses[scheme] ?? "CREDENTIALS_REFUSED";

function remoteOf(answer: Answer, challenges: readonly Challenge[], { operation }: CredentialedCall) {
  const code = challenges.map(({ parameters }) => parameters["error"]).find((error) => error !== undefined);
  const requestId = [...answer.header("request-id"), ...answer.header("x-ms-request-id")][0];
  return {
    service: "HTTP",
    operation,
    status: answer.status,
    ...(code === undefined ? {} : { code: sanitized(code, 100) }),
    ...(requestId === undefined ? {} : { requestId: sanitized(requestId, 100) }),
  } as const;
}

/** What servers say about a refusal: Exchange in headers, Graph as JSON. HTML pages tell nothing. */
async function whatItSays(answer: Answer): Promise<Readonly<Record<string, string>>> {
  const [diagnostics] = [...answer.header("x-ms-diagnostics"), ...answer.header("x-ms-diagnostic")];
  const isText = /json|text\/plain/i.test(answer.header("content-type")[0] ?? "");
  const text = isText ? await answer.text().catch(() => "") : "";
  if (!isText) await answer.discard();
  return {
    ...(diagnostics === undefined ? {} : { diagnostics: sanitized(diagnostics) }),
    ...(text === "" ? {} : { answer: sanitized(text) }),
  };
}
