import { type ConnectorContext, ConnectorError } from "#spi";
import type { SmtpServerOptions } from "../config.ts";
import { Conversation } from "./conversation.ts";
import { type Extensions, extensionsOf, noExtensions } from "./extensions.ts";
import { failure, refusal } from "./failure.ts";
import { isPositive, type Reply, replyText } from "./reply.ts";

/** A server that was greeted: ready for a login. */
export interface Greeted {
  readonly conversation: Conversation;
  readonly extensions: Extensions;
  /** What the server calls itself. */
  readonly greeting: string;
  readonly secure: boolean;
}

/** Connects, reads the greeting, says EHLO and starts TLS as ConnectionSecurity wants it. */
export async function openSmtp(
  { host, port, security, ehloName, timeoutMs }: SmtpServerOptions,
  context: ConnectorContext,
  signal: AbortSignal,
): Promise<Greeted> {
  const { clock, dialogue } = context;
  dialogue?.record({ direction: "note", text: `connecting to ${host}:${port}, ${security}` });
  const opened = await context.socket({ host, port, tls: security === "TLS" }, signal);
  const parts = { host, timeoutMs, clock, signal, ...(dialogue === undefined ? {} : { dialogue }) };
  const conversation = new Conversation(opened.socket, parts);
  try {
    const greeting = await greetingOf(conversation, host);
    const first = await ehlo(conversation, ehloName, host);
    if (security !== "STARTTLS") return { conversation, extensions: first, greeting, secure: security === "TLS" };
    await startTls(conversation, first, host);
    conversation.moveTo(await opened.upgrade());
    conversation.note("TLS started");
    // What was offered before is not to be believed any more (RFC 3207).
    return { conversation, extensions: await ehlo(conversation, ehloName, host), greeting, secure: true };
  } catch (error) {
    conversation.destroy();
    throw error;
  }
}

async function greetingOf(conversation: Conversation, host: string): Promise<string> {
  const reply = await conversation.reply("the connection").catch((error: unknown) => {
    const isSilent = error instanceof ConnectorError && error.causeCode === "SMTP_REPLY_TIMEOUT";
    throw isSilent ? failure("SMTP_GREETING_MISSING", `${host} took the connection and sent no greeting.`) : error;
  });
  if (reply.code === 220) return replyText(reply).slice(4);
  throw refusedGreeting(reply, "the connection", host);
}

async function ehlo(conversation: Conversation, name: string, host: string): Promise<Extensions> {
  const reply = await conversation.command(`EHLO ${name}`, "EHLO");
  if (isPositive(reply)) return extensionsOf(reply);
  if (![500, 501, 502, 504].includes(reply.code)) throw refusedGreeting(reply, "EHLO", host);
  // A server of before 1995, or a relay that hides it: it has no extensions.
  const old = await conversation.command(`HELO ${name}`, "HELO");
  if (!isPositive(old)) throw refusedGreeting(old, "HELO", host);
  return noExtensions;
}

function refusedGreeting(reply: Reply, operation: string, host: string): ConnectorError {
  const isPassing = reply.code >= 400 && reply.code < 500;
  if (isPassing) return refusal("SMTP_BUSY", `${host} has no time now.`, operation, reply);
  if (reply.code >= 500) return refusal("SMTP_GREETING_REFUSED", `${host} refuses to talk to us.`, operation, reply);
  return refusal("SMTP_UNEXPECTED_REPLY", `${host} answered ${operation} with an unexpected code.`, operation, reply);
}

async function startTls(conversation: Conversation, { startTls: isOffered, keywords }: Extensions, host: string) {
  if (!isOffered) {
    const offered = keywords.length === 0 ? "nothing" : keywords.join(", ");
    throw failure("SMTP_STARTTLS_NOT_OFFERED", `${host} does not offer STARTTLS; it offers ${offered}.`, {
      evidence: { offered: keywords },
    });
  }
  const reply = await conversation.command("STARTTLS", "STARTTLS");
  if (reply.code !== 220) throw refusal("SMTP_STARTTLS_REFUSED", `${host} refuses to start TLS.`, "STARTTLS", reply);
}

/** Ends a conversation in friendship; a server that hangs up first has nothing more to say. */
export async function quit(conversation: Conversation): Promise<void> {
  try {
    await conversation.command("QUIT", "QUIT");
  } catch {
    conversation.note("the server closed before it answered QUIT");
  } finally {
    conversation.destroy();
  }
}
