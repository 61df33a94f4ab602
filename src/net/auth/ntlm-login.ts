import type { Clock, Random, Secret } from "#spi";
import type { Answer } from "../answer.ts";
import { failure } from "../failures.ts";
import type { Observer } from "../observe.ts";
import { type BoundSocket, BoundSockets } from "./bound-sockets.ts";
import { type Challenge, challengeOf } from "./challenge.ts";
import { bindingToken } from "./channel-binding.ts";
import { type CredentialedCall, challengesOf, type Login, refusal } from "./login.ts";
import { authenticateMessage, negotiateMessage, readChallenge } from "./ntlm/messages.ts";

export interface NtlmParts {
  readonly observer: Observer;
  readonly random: Random;
  readonly clock: Clock;
  /** Sockets for one origin. */
  readonly sockets: number;
}

export interface NtlmCredentials {
  readonly user: string;
  readonly password: Secret;
  /** Instead of HTTP/host. */
  readonly spn?: string;
}

/** NTLM: the login belongs to the socket, so each request has one for itself and later requests on it need no header. */
export function ntlmLogin(credentials: NtlmCredentials, parts: NtlmParts): Login {
  const sockets = new BoundSockets(parts.sockets);
  return {
    send: (call) => sockets.use(call.origin, call.signal, (socket) => onSocket(call, socket, credentials, parts)),
    close: () => sockets.close(),
  };
}

async function onSocket(call: CredentialedCall, socket: BoundSocket, credentials: NtlmCredentials, parts: NtlmParts) {
  // A body that cannot be sent twice goes with a fresh login, since only that is sure to be accepted.
  if (socket.isAuthenticated && call.isReplayable) {
    const answer = await call.send({ dispatcher: socket.client });
    if (closes(answer)) socket.isAuthenticated = false;
    if (answer.status !== 401) return answer;
    // The socket is another one, or the server dropped its login: this says nothing about the password.
    await answer.discard();
  }
  if (socket.connections > 0) await socket.renew();
  return handshake(call, socket, credentials, parts);
}

async function handshake(call: CredentialedCall, socket: BoundSocket, credentials: NtlmCredentials, parts: NtlmParts) {
  const { observer } = parts;
  const negotiate = negotiateMessage();
  const asked = await call.send({ dispatcher: socket.client, authorization: header(negotiate), bare: true });
  const connection = socket.connections;
  if (asked.status !== 401) {
    await asked.discard();
    return call.send({ dispatcher: socket.client });
  }
  const challenges = challengesOf(asked, observer);
  const challenge = await serverChallenge(asked, challenges, call, observer);
  const { user, password, spn = `HTTP/${call.origin.target.host}` } = credentials;
  const message = authenticateMessage({
    negotiate,
    challenge,
    user,
    password,
    spn,
    binding: socket.binding && bindingToken(socket.binding),
    nowMs: parts.clock.now(),
    clientChallenge: Buffer.from(parts.random.bytes(8)),
    exportedKey: Buffer.from(parts.random.bytes(16)),
  });
  const answer = await call.send({ dispatcher: socket.client, authorization: header(message) });
  if (answer.status !== 401) {
    socket.isAuthenticated = answer.header("persistent-auth")[0]?.toLowerCase() !== "false" && !closes(answer);
    return answer;
  }
  if (socket.connections !== connection) throw changedOver(call);
  const bound = { channelBinding: socket.binding === undefined ? "none" : "sent" };
  throw await refusal(answer, challengesOf(answer, observer), "NTLM", call, observer, bound);
}

const closes = (answer: Answer): boolean => /\bclose\b/i.test(answer.header("connection").join());

const header = (message: Buffer): string => `NTLM ${message.toString("base64")}`;

/** The challenge in the first answer, read away so that the second leg goes over the same socket. */
async function serverChallenge(
  asked: Answer,
  challenges: readonly Challenge[],
  call: CredentialedCall,
  observer: Observer,
) {
  const offer = challengeOf(challenges, "ntlm");
  if (offer === undefined) throw await refusal(asked, challenges, "NTLM", call, observer);
  await asked.discard();
  if (closes(asked)) throw changedOver(call);
  const challenge = readChallenge(offer.token ?? "");
  if (challenge !== undefined) return challenge;
  const what =
    offer.token === undefined ? "offers NTLM, but did not answer to it" : "sent an NTLM challenge that cannot be read";
  throw failure("CHALLENGE_INVALID", `${call.origin.name} ${what}.`);
}

const changedOver = ({ origin }: CredentialedCall) =>
  failure(
    "CHALLENGE_INVALID",
    `${origin.name} closed the connection in the middle of the login, which NTLM does not survive.`,
  );
