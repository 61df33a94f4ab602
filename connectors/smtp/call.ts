import { type ConnectorContext, ConnectorError, type TokenSet } from "#spi";
import type { SmtpConfig } from "./config.ts";
import { mechanismFor, signInBasic, signInByToken } from "./protocol/authenticate.ts";
import { type Greeted, openSmtp } from "./protocol/open.ts";

/** A server that was greeted and, where the account has a login, signed in to. */
export type SignedIn = Greeted & { readonly token?: TokenSet };

/** Opens a conversation and signs in; a refused token that can be renewed is renewed once, over a new connection. */
export async function signedIn(config: SmtpConfig, context: ConnectorContext, signal: AbortSignal): Promise<SignedIn> {
  const greeted = await openSmtp(config.server, context, signal);
  const outcome = await attemptLogin(greeted, config, context, signal);
  if (!("error" in outcome)) return outcome;
  if (!outcome.canRepeat) throw outcome.error;
  const again = await openSmtp(config.server, context, signal);
  const second = await attemptLogin(again, config, context, signal);
  if ("error" in second) throw second.error;
  return second;
}

type Outcome = SignedIn | { readonly error: ConnectorError; readonly canRepeat: boolean };

async function attemptLogin(
  greeted: Greeted,
  config: SmtpConfig,
  context: ConnectorContext,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const outcome = await login(greeted, config, context, signal);
    if ("error" in outcome) greeted.conversation.destroy();
    return outcome;
  } catch (error) {
    greeted.conversation.destroy();
    throw error;
  }
}

/** One login over an open conversation. Errors: what the token service throws; refusals of a password. */
export async function login(
  greeted: Greeted,
  { login: how, server }: SmtpConfig,
  { tokens }: ConnectorContext,
  signal: AbortSignal,
): Promise<Outcome> {
  if (how.scheme === "none") return greeted;
  const { conversation, extensions } = greeted;
  const mechanism = mechanismFor(how, extensions, server.host);
  if (how.scheme === "basic") {
    await signInBasic(conversation, how, mechanism);
    return greeted;
  }
  if (tokens === undefined) throw new ConnectorError("INTERNAL", "An OAuth account was opened without its tokens.");
  const token = await tokens.access(signal);
  const refused = await signInByToken(conversation, how, token, tokens);
  return refused ?? { ...greeted, token };
}
