import { ConnectorError, type KerberosOptions } from "#spi";
import type { Answer } from "../answer.ts";
import { failure } from "../failures.ts";
import { type BoundSocket, BoundSockets } from "./bound-sockets.ts";
import { challengeOf, parseChallenges } from "./challenge.ts";
import type { KerberosHelper } from "./kerberos/helper.ts";
import { KerberosHelpers, type KerberosParts } from "./kerberos/helpers.ts";
import { type CredentialedCall, challengesOf, type Login, refusal, schemesOf } from "./login.ts";

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
    const helper = await this.#helpers.for(call.origin.target.host);
    if (call.origin.target.secure && socket.connections === 0) await this.#meet(call, socket);
    return this.#withToken(call, socket, helper, call.isReplayable);
  }

  /** Opens the socket by a request without token and body: a token can only be bound to a certificate that was seen. */
  async #meet(call: CredentialedCall, socket: BoundSocket): Promise<void> {
    const { observer } = this.#parts.dial;
    const answer = await call.send({ dispatcher: socket.client, bare: true });
    const challenges = answer.status === 401 ? challengesOf(answer, observer) : [];
    if (challenges.length > 0 && challengeOf(challenges, "negotiate") === undefined) {
      throw await refusal(answer, challenges, "Negotiate", call, observer);
    }
    await answer.discard();
  }

  async #withToken(
    call: CredentialedCall,
    socket: BoundSocket,
    helper: KerberosHelper,
    mayRepeat: boolean,
  ): Promise<Answer> {
    const { observer } = this.#parts.dial;
    const { binding } = socket;
    let step = await helper.begin(binding);
    const evidence = bindingEvidence(binding, step.isBound);
    try {
      for (let leg = 1; ; leg++) {
        const answer = await call.send({ dispatcher: socket.client, authorization: `Negotiate ${step.token}` });
        const token = challengeOf(parseChallenges(answer.header("www-authenticate")), "negotiate")?.token;
        if (answer.status !== 401) return await this.#proven(call, socket, helper, answer, step.context, token);
        const challenges = challengesOf(answer, observer);
        if (token === undefined || leg === maxLegs || !call.isReplayable) {
          // A socket opened anew may have met another certificate than the one the token is bound to.
          const isOutdated = binding?.toString("hex") !== socket.binding?.toString("hex");
          if (!isOutdated || !mayRepeat) {
            throw await refusal(answer, challenges, "Negotiate", call, observer, evidence);
          }
          await answer.discard();
          break;
        }
        await answer.discard();
        step = await helper.proceed(step.context, token, "refusal").catch((error: unknown) => {
          throw withEvidence(error, { offered: schemesOf(challenges), ...evidence });
        });
      }
    } catch (error) {
      await helper.drop(step.context);
      throw error;
    }
    await helper.drop(step.context);
    return this.#withToken(call, socket, helper, false);
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

/** A refusal inside a token of the server's, with what stood around it. */
function withEvidence(error: unknown, more: Readonly<Record<string, unknown>>): unknown {
  return error instanceof ConnectorError ? error.with({ evidence: { ...error.evidence, ...more } }) : error;
}

/** Tells whoever looks into a refusal whether Extended Protection may be the reason. */
function bindingEvidence(binding: Buffer | undefined, isBound: boolean): Readonly<Record<string, string>> {
  if (binding === undefined) return {};
  return { channelBinding: isBound ? "sent" : "not sent: the npm package `koffi` or libgssapi_krb5 cannot be loaded" };
}
