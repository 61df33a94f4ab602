import { type Clock, ConnectorError, type Random, type Secret } from "#spi";
import { failure } from "../failures.ts";
import type { ProxyRoute } from "../proxy-rules.ts";
import { basicCredentials } from "./basic.ts";
import { type Challenge, challengeOf } from "./challenge.ts";
import { DigestSession, strongestDigest } from "./digest.ts";
import type { KerberosHelpers } from "./kerberos/helpers.ts";
import { authenticateMessage, negotiateMessage, readChallenge } from "./ntlm/messages.ts";

/** The login of one tunnel; made anew for each, since NTLM and Digest keep state. */
export interface ProxyLogin {
  /** What to send before the proxy has asked. */
  first(target: string): Promise<string | undefined>;
  /** The answer to a 407, or undefined when there is nothing (more) to say. */
  next(challenges: readonly Challenge[], target: string): Promise<string | undefined>;
}

export interface ProxyLoginParts {
  readonly random: Random;
  readonly clock: Clock;
  /** Tickets for a proxy that asks for Kerberos. */
  readonly kerberos: KerberosHelpers | undefined;
}

const nothing: ProxyLogin = {
  first: async () => undefined,
  next: async () => undefined,
};

/** The login a route asks for. */
export function proxyLogin(route: ProxyRoute, parts: ProxyLoginParts): ProxyLogin {
  const { authentication, user, password, host } = route;
  if (authentication === "negotiate") return parts.kerberos === undefined ? nothing : kerberos(parts.kerberos, host);
  if (authentication === "none" || user === undefined || password === undefined) return nothing;
  if (authentication === "basic") return { ...nothing, first: async () => basicCredentials(user, password) };
  if (authentication === "digest") return digest(user, password, parts.random);
  return ntlm(user, password, host, parts);
}

/** Two answers at most: the second only when the proxy calls the first one's nonce stale. */
function digest(user: string, password: Secret, random: Random): ProxyLogin {
  let answers = 0;
  return {
    first: async () => undefined,
    async next(challenges, target) {
      const challenge = strongestDigest(challenges);
      if (challenge === undefined || answers++ > (challenge.isStale ? 1 : 0)) return undefined;
      const cnonce = Buffer.from(random.bytes(16)).toString("base64url");
      return new DigestSession(challenge, user, password, cnonce).answer({ method: "CONNECT", uri: target }).header;
    },
  };
}

/** Both legs go over the tunnel's own socket. Channel binding is between this service and the mail server, not the proxy. */
function ntlm(user: string, password: Secret, host: string, { random, clock }: ProxyLoginParts): ProxyLogin {
  const negotiate = negotiateMessage();
  let isAnswered = false;
  return {
    first: async () => `NTLM ${negotiate.toString("base64")}`,
    async next(challenges) {
      const challenge = readChallenge(challengeOf(challenges, "ntlm")?.token ?? "");
      if (challenge === undefined || isAnswered) return undefined;
      isAnswered = true;
      const message = authenticateMessage({
        negotiate,
        challenge,
        user,
        password,
        spn: `HTTP/${host}`,
        binding: undefined,
        nowMs: clock.now(),
        clientChallenge: Buffer.from(random.bytes(8)),
        exportedKey: Buffer.from(random.bytes(16)),
      });
      return `NTLM ${message.toString("base64")}`;
    },
  };
}

/** One token, once the proxy has asked; what it answers is not checked, since nothing but the tunnel depends on it. */
function kerberos(helpers: KerberosHelpers, host: string): ProxyLogin {
  let isAnswered = false;
  return {
    first: async () => undefined,
    async next(challenges) {
      if (isAnswered || challengeOf(challenges, "negotiate") === undefined) return undefined;
      isAnswered = true;
      const helper = await helpers.for(host);
      const { token, context } = await helper.begin().catch((error: unknown) => {
        throw aboutProxy(error, host);
      });
      await helper.drop(context);
      return `Negotiate ${token}`;
    },
  };
}

/** What Kerberos refuses the proxy's user is not to be taken for the mail server's login. */
function aboutProxy(error: unknown, host: string): unknown {
  const isRefusal = error instanceof ConnectorError && error.code === "AUTHENTICATION_FAILED";
  if (!isRefusal || error.causeCode === "KERBEROS_CLOCK_SKEW") return error;
  const evidence = { ...error.evidence, cause: error.causeCode };
  const message = `There is no Kerberos ticket for the proxy ${host}. ${error.message}`;
  return failure("PROXY_LOGIN_WRONG", message, { evidence, retry: "never", cause: error });
}
