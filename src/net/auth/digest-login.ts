import type { Random, Secret } from "#spi";
import type { Answer } from "../answer.ts";
import { failure } from "../failures.ts";
import type { Observer } from "../observe.ts";
import type { Origin } from "../origins.ts";
import type { Challenge } from "./challenge.ts";
import { authenticationInfo, DigestSession, strongestDigest } from "./digest.ts";
import { type CredentialedCall, challengesOf, type Login, refusal } from "./login.ts";

export interface DigestParts {
  readonly observer: Observer;
  readonly random: Random;
}

/** Digest: each request proves the password anew; the nonce of an origin is used until the server wants another. */
export function digestLogin(user: string, password: Secret, parts: DigestParts): Login {
  return new DigestLogin(user, password, parts);
}

class DigestLogin implements Login {
  readonly #user: string;
  readonly #password: Secret;
  readonly #parts: DigestParts;
  readonly #sessions = new WeakMap<Origin, DigestSession>();

  constructor(user: string, password: Secret, parts: DigestParts) {
    this.#user = user;
    this.#password = password;
    this.#parts = parts;
  }

  async send(call: CredentialedCall): Promise<Answer> {
    const known = this.#sessions.get(call.origin);
    // A body that cannot be sent twice must not meet a nonce that went stale.
    if (known === undefined || !call.isReplayable) return this.#begin(call);
    const { answer, challenges } = await this.#try(call, known);
    if (challenges === undefined) return answer;
    // The nonce was an old one, so this says nothing about the password yet.
    const fresh = this.#adopt(call.origin, challenges);
    return fresh === undefined ? this.#refuse(answer, challenges, call) : this.#again(call, answer, fresh);
  }

  /** Asks for a challenge without sending the body. A server that asks for no login gets the request as it is. */
  async #begin(call: CredentialedCall): Promise<Answer> {
    const asked = await call.send({ bare: true });
    if (asked.status !== 401) {
      await asked.discard();
      return call.send({});
    }
    const challenges = challengesOf(asked, this.#parts.observer);
    const session = this.#adopt(call.origin, challenges);
    return session === undefined ? this.#refuse(asked, challenges, call) : this.#again(call, asked, session);
  }

  async #again(call: CredentialedCall, before: Answer, session: DigestSession): Promise<Answer> {
    await before.discard();
    const first = await this.#try(call, session);
    if (first.challenges === undefined) return first.answer;
    const fresh = this.#adopt(call.origin, first.challenges);
    if (fresh?.challenge.isStale !== true || !call.isReplayable)
      return this.#refuse(first.answer, first.challenges, call);
    await first.answer.discard();
    const second = await this.#try(call, fresh);
    return second.challenges === undefined ? second.answer : this.#refuse(second.answer, second.challenges, call);
  }

  /** One request under a session; with challenges when it was refused. */
  async #try(
    call: CredentialedCall,
    session: DigestSession,
  ): Promise<{ answer: Answer; challenges?: readonly Challenge[] }> {
    const { method, uri, origin } = call;
    const { header, proof } = session.answer({ method, uri });
    const answer = await call.send({ authorization: header });
    if (answer.status === 401) return { answer, challenges: challengesOf(answer, this.#parts.observer) };
    const info = authenticationInfo(answer.header("authentication-info"));
    if (info.proof !== undefined && info.proof.toLowerCase() !== proof) {
      answer.body.destroy();
      throw failure("SERVER_NOT_PROVEN", `${origin.name} could not prove that it knows the password.`);
    }
    if (info.nextNonce !== undefined) this.#start(origin, { ...session.challenge, nonce: info.nextNonce });
    return { answer };
  }

  #adopt(origin: Origin, challenges: readonly Challenge[]): DigestSession | undefined {
    const challenge = strongestDigest(challenges);
    if (challenge !== undefined) return this.#start(origin, challenge);
    this.#sessions.delete(origin);
    return undefined;
  }

  #start(origin: Origin, challenge: DigestSession["challenge"]): DigestSession {
    const cnonce = Buffer.from(this.#parts.random.bytes(16)).toString("base64url");
    const session = new DigestSession(challenge, this.#user, this.#password, cnonce);
    this.#sessions.set(origin, session);
    return session;
  }

  async #refuse(answer: Answer, challenges: readonly Challenge[], call: CredentialedCall): Promise<never> {
    this.#sessions.delete(call.origin);
    throw await refusal(answer, challenges, "Digest", call, this.#parts.observer);
  }

  async close(): Promise<void> {
    // Sessions hold nothing open.
  }
}
