import { ConnectorError, type TokenSet, type TokenSource } from "#spi";
import type { EntraOptions } from "./entra.ts";

/**
 * A connection that names a User accepts only tokens of that account, so that nothing is read from or sent by the
 * mailbox of whoever happened to sign in (the rule of ServiceNow's mailbox actions).
 */
export function boundToUser(source: TokenSource, { grant, user }: Pick<EntraOptions, "grant" | "user">): TokenSource {
  if (grant !== "code" || user === undefined || user === "") return source;
  const check = (tokens: TokenSet): TokenSet => {
    if (isSomebodyElse(tokens, user)) throw mismatch(user, tokens.account ?? "");
    return tokens;
  };
  const { given, codeFlow } = source;
  if (given !== undefined && isSomebodyElse(given, user)) return refused(source, mismatch(user, given.account ?? ""));
  return {
    ...source,
    renew: async (current, http, signal) => check(await source.renew(current, http, signal)),
    ...(codeFlow === undefined
      ? {}
      : {
          codeFlow: {
            ...codeFlow,
            authorizationUrl: (request) => codeFlow.authorizationUrl({ loginHint: user, ...request }),
            redeem: async (request, http, signal) => check(await codeFlow.redeem(request, http, signal)),
          },
        }),
  };
}

/** An opaque token tells no account: then the mail server alone can judge. */
const isSomebodyElse = ({ account }: TokenSet, user: string): boolean =>
  account !== undefined && account.toLowerCase() !== user.toLowerCase();

/** The given token is not handed out, and asking for another says why. */
function refused({ given: _, ...source }: TokenSource, error: ConnectorError): TokenSource {
  return { ...source, canRenew: () => true, renew: () => Promise.reject(error) };
}

const mismatch = (user: string, account: string): ConnectorError =>
  new ConnectorError(
    "AUTHENTICATION_FAILED",
    `The connection is for ${user}, but ${account} signed in. Sign in as ${user}, or correct User.`,
    { causeCode: "OAUTH_MAILBOX_MISMATCH", target: "User", evidence: { expected: user, signedIn: account } },
  );
