import type { ConnectorContext, StepFinding, StepReporter } from "#spi";
import { claimsOf } from "../microsoft-identity/index.ts";
import { login, type SignedIn } from "./call.ts";
import type { SmtpConfig } from "./config.ts";
import { accountSender } from "./message/from-inputs.ts";
import { mechanismFor } from "./protocol/authenticate.ts";
import { type Greeted, openSmtp, quit } from "./protocol/open.ts";
import { isPositive, replyText } from "./protocol/reply.ts";
import { mailFrom, rcptTo, refused } from "./protocol/submit.ts";

/**
 * Goes as far as a mail would, and stops before it: greeting, EHLO, TLS, login, sender and recipient (the account
 * itself), then RSET. Nothing is sent.
 */
export async function testConnection(
  given: SmtpConfig,
  context: ConnectorContext,
  steps: StepReporter,
  signal: AbortSignal,
): Promise<void> {
  const config = hurried(given);
  let greeted: Greeted | undefined;
  try {
    await steps.step("challenge", "The server greets and offers the login", async () => {
      greeted = await openSmtp(config.server, context, signal);
      steps.serverVersion(greeted.greeting === "" ? config.server.host : greeted.greeting);
      return challenge(greeted, config);
    });
    if (greeted === undefined) return;
    await afterGreeting(greeted, config, context, steps, signal);
  } finally {
    greeted?.conversation.destroy();
  }
}

/** A test as a whole has a minute; a server that is silent for half of it is told as such, and at which step. */
const replyLimitMs = 30_000;

function hurried(config: SmtpConfig): SmtpConfig {
  const { timeoutMs } = config.server;
  const limited = timeoutMs === 0 ? replyLimitMs : Math.min(timeoutMs, replyLimitMs);
  return { ...config, server: { ...config.server, timeoutMs: limited } };
}

async function afterGreeting(
  greeted: Greeted,
  config: SmtpConfig,
  context: ConnectorContext,
  steps: StepReporter,
  signal: AbortSignal,
): Promise<void> {
  if (config.login.scheme !== "none")
    await steps.step("authentication", "The credentials are accepted", async () => {
      const outcome = await login(greeted, config, context, signal);
      if ("error" in outcome) throw outcome.error;
      return loggedIn(outcome, config);
    });
  await steps.step("protocol", "The server speaks SMTP", async () => spoken(greeted));
  await steps.step("permission", "The sender may send, a recipient is taken", () => permitted(greeted, config, steps));
  await quit(greeted.conversation);
}

function challenge({ greeting, extensions }: Greeted, { login: how, server }: SmtpConfig): StepFinding {
  const { mechanisms, keywords } = extensions;
  const evidence = { greeting, offered: keywords, authentication: mechanisms };
  if (how.scheme === "none") return { detail: `${server.host} greets; no login is used.`, evidence };
  const mechanism = mechanismFor(how, extensions, server.host);
  return { detail: `${server.host} greets and offers AUTH ${mechanism}.`, evidence };
}

function loggedIn({ token }: SignedIn, { login: how }: SmtpConfig): StepFinding {
  const user = how.scheme === "none" ? "" : how.user;
  if (token === undefined) return { detail: `The server accepts ${user} and the password.` };
  const { audience, scopes = [], roles = [], expiresAt } = claimsOf(token.accessToken) ?? {};
  const until = token.expiresAt === undefined ? expiresAt : new Date(token.expiresAt).toISOString();
  const granted = token.scope?.split(" ") ?? [];
  return {
    detail: `A token was obtained and the server accepts it for ${user}.`,
    evidence: {
      token: {
        ...(audience === undefined ? {} : { audience }),
        scopes: scopes.length > 0 ? scopes : granted,
        roles,
        ...(until === undefined ? {} : { expiresAt: until }),
        ...(token.account === undefined ? {} : { account: token.account }),
      },
    },
  };
}

function spoken({ extensions, secure }: Greeted): StepFinding {
  const { sizeLimit, smtpUtf8, eightBitMime } = extensions;
  const limit = sizeLimit === undefined ? "no size limit told" : `mails up to ${sizeLimit} bytes`;
  const evidence = {
    secure,
    smtpUtf8,
    eightBitMime,
    ...(sizeLimit === undefined ? {} : { sizeLimitBytes: sizeLimit }),
  };
  return { detail: `SMTP ${secure ? "over TLS" : "without TLS"}, ${limit}.`, evidence };
}

async function permitted({ conversation, extensions }: Greeted, config: SmtpConfig, steps: StepReporter) {
  const { address, name } = accountSender(config);
  steps.identity({
    user: config.user ?? address,
    mailbox: address,
    ...(name === undefined ? {} : { displayName: name }),
  });
  await mailFrom(conversation, extensions, { from: address, recipients: [address] }, { sizeBytes: 0, eightBit: false });
  await rcptTo(conversation, [address]);
  const reset = await conversation.command("RSET", "RSET");
  if (!isPositive(reset)) throw refused(reset, "RSET", "SMTP_UNEXPECTED_REPLY", "The server does not take RSET.");
  return {
    detail: `The server takes mails from ${address}, and to it. Nothing was sent.`,
    evidence: { from: address, recipient: address, answer: replyText(reset) },
  } satisfies StepFinding;
}
