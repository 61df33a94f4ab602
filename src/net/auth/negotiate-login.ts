import type { KerberosOptions } from "#spi";
import type { Answer } from "../answer.ts";
import { failure } from "../failures.ts";
import { type BoundSocket, BoundSockets } from "./bound-sockets.ts";
import { challengeOf, parseChallenges } from "./challenge.ts";
import type { KerberosHelper } from "./kerberos/helper.ts";
import { KerberosHelpers, type KerberosParts } from "./kerberos/helpers.ts";
import { type CredentialedCall, challengesOf, type Login, refusal } from "./login.ts";

export interface NegotiateParts extends KerberosParts {
  /** Sockets for one origin. */
  readonly sockets: number;
}

/** SPNEGO needs one leg for Kerberos; servers may ask for one or two more. */
const maxLegs = 3;

/** Negotiate with Kerberos: a token with each request, or with the first one of a socket where the server says that is enough. */
export function negotiateLogin(options: KerberosOptions, parts: NegotiateParts): Login {
  return new NegotiateLogin(options, parts);
}

class NegotiateLogin implements Login {
  readonly #parts: NegotiateParts;
  readonly #sockets: BoundSockets;
  readonly #helpers: KerberosHelpers;

  constructor(options: KerberosOptions, parts: NegotiateParts) {
    this.#parts = parts;
    this.#sockets = new BoundSockets(parts.sockets);
    this.#helpers = new KerberosHelpers(options, parts);
  }

  send(call: CredentialedCall): Promise<Answer> {
    return this.#sockets.use(call.origin, call.signal, (socket) => this.#onSocket(call, socket));
  }

  async close(): Promise<void> {
    await this.#sockets.close();
    await this.#helpers.close();
  }

  async #onSocket(call: CredentialedCall, socket: BoundSocket): Promise<Answer> {
    if (socket.isAuthenticated) {
      if (call.isReplayable) {
        const answer = await call.send({ dispatcher: socket.client });
        if (answer.status !== 401) return answer;
        await answer.discard();
      }
      await socket.renew();
    }
    return this.#withToken(call, socket, await this.#helpers.for(call.origin.target.host));
  }

  async #withToken(call: CredentialedCall, socket: BoundSocket, helper: KerberosHelper): Promise<Answer> {
    const { observer } = this.#parts.dial;
    let step = await helper.begin();
    try {
      for (let leg = 1; ; leg++) {
        const answer = await call.send({ dispatcher: socket.client, authorization: `Negotiate ${step.token}` });
        const token = challengeOf(parseChallenges(answer.header("www-authenticate")), "negotiate")?.token;
        if (answer.status !== 401) return await this.#proven(call, socket, helper, answer, step.context, token);
        const challenges = challengesOf(answer, observer);
        if (token === undefined || leg === maxLegs || !call.isReplayable) {
          throw await refusal(answer, challenges, "Negotiate", call, observer);
        }
        await answer.discard();
        step = await helper.proceed(step.context, token);
      }
    } catch (error) {
      await helper.drop(step.context);
      throw error;
    }
  }

  /**
   * Mutual authentication was asked for, so an answer without the server's token, or with a wrong one, is not the
   * server's. Failures of the server (5xx) come from in front of its login and are passed on.
   */
  async #proven(
    call: CredentialedCall,
    socket: BoundSocket,
    helper: KerberosHelper,
    answer: Answer,
    context: number,
    token: string | undefined,
  ): Promise<Answer> {
    if (token === undefined && answer.status >= 500) {
      await helper.drop(context);
      return answer;
    }
    try {
      const isComplete = token !== undefined && (await helper.proceed(context, token)).isComplete;
      if (!isComplete)
        throw failure("SERVER_NOT_PROVEN", `${call.origin.name} did not prove that it is the Kerberos service.`);
    } catch (error) {
      answer.body.destroy();
      throw error;
    }
    socket.isAuthenticated = answer.header("persistent-auth")[0]?.toLowerCase() === "true";
    return answer;
  }
}
