import { type AccessTokens, ConnectorError, type TokenSet, type TokenSource } from "#spi";
import type { EntraOptions } from "./entra.ts";

type Bound = Pick<EntraOptions, "grant" | "user" | "schema">;

/**
 * A connection that names a User suggests that account at sign-in. Mail that is sent as the User takes no token but that
 * account's; what works in the mailbox of whoever signed in goes on, and the connection's test and the actions on
 * mailboxes themselves say so (the rule of ServiceNow's mailbox actions).
 */
export function boundToUser(source: TokenSource, bound: Bound): TokenSource {
  const { user } = bound;
  if (!isBound(bound) || user === undefined) return source;
  const hinted = withHint(source, user);
  return bound.schema === "SMTP" ? withAccount(hinted, user) : hinted;
}

const isBound = ({ grant, user }: Pick<Bound, "grant" | "user">): boolean =>
  grant === "code" && user !== undefined && user !== "";

function withHint(source: TokenSource, user: string): TokenSource {
  const { codeFlow } = source;
  if (codeFlow === undefined) return source;
  const authorizationUrl: typeof codeFlow.authorizationUrl = (request) =>
    codeFlow.authorizationUrl({ loginHint: user, ...request });
  return { ...source, codeFlow: { ...codeFlow, authorizationUrl } };
}

function withAccount(source: TokenSource, user: string): TokenSource {
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
            redeem: async (request, http, signal) => check(await codeFlow.redeem(request, http, signal)),
          },
        }),
  };
}

/**
 * Refuses a connection whose User is another account than signed in. `aliasesOf` tells the other names of the account that
 * did. Errors: CONFLICT with both names.
 */
export async function requireOwnLogin(
  options: Pick<EntraOptions, "grant" | "user"> | undefined,
  tokens: AccessTokens | undefined,
  aliasesOf: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<void> {
  const { user } = options ?? {};
  if (options === undefined || user === undefined || tokens === undefined || !isBound(options)) return;
  const found = await tokens.access(signal);
  if (!isSomebodyElse(found, user)) return;
  const aliases = await aliasesOf();
  if (aliases.some((alias) => alias.toLowerCase() === user.toLowerCase())) return;
  throw mismatch(user, found.account ?? "");
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
    "CONFLICT",
    `The connection's mailbox credential is of ${user}, but ${account} signed in. Sign in as ${user}, or correct User.`,
    { causeCode: "MAILBOX_IDENTITY_MISMATCH", target: "User", evidence: { expected: user, signedIn: account } },
  );
