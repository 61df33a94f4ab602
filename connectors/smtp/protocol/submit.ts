import { asConnectorError, type ConnectorError } from "#spi";
import type { SmtpCause } from "../causes.ts";
import type { Conversation } from "./conversation.ts";
import type { Extensions } from "./extensions.ts";
import { failure, refusal } from "./failure.ts";
import { isPositive, type Reply, replyText } from "./reply.ts";

/** Who sends to whom, as SMTP sees it. Addresses have no angle brackets, blanks or controls. */
export interface Envelope {
  readonly from: string;
  readonly recipients: readonly string[];
}

export interface RefusedRecipient {
  readonly address: string;
  readonly reply: Reply;
}

export interface Submitted {
  readonly accepted: readonly string[];
  readonly refused: readonly RefusedRecipient[];
  /** The server's answer to the message. */
  readonly response: string;
}

const isAscii = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

/** MAIL FROM. Errors: ACCESS_DENIED, BUSY, TOO_LARGE, UNSUPPORTED, AUTHENTICATION_FAILED. */
export async function mailFrom(
  conversation: Conversation,
  extensions: Extensions,
  { from, recipients }: Envelope,
  message: { readonly sizeBytes: number; readonly eightBit: boolean },
): Promise<void> {
  const { sizeLimit, size, smtpUtf8, eightBitMime } = extensions;
  if (sizeLimit !== undefined && message.sizeBytes > sizeLimit)
    throw failure("SMTP_TOO_LARGE", `The message has ${message.sizeBytes} bytes; the server takes ${sizeLimit}.`, {
      evidence: { sizeBytes: message.sizeBytes, limitBytes: sizeLimit },
    });
  const foreign = [from, ...recipients].find((address) => !isAscii(address));
  if (foreign !== undefined && !smtpUtf8)
    throw failure("SMTP_UTF8_NOT_OFFERED", `${foreign} needs SMTPUTF8, which the server does not offer.`);
  const parameters = [
    ...(size ? [`SIZE=${message.sizeBytes}`] : []),
    ...(eightBitMime && message.eightBit ? ["BODY=8BITMIME"] : []),
    ...(foreign === undefined ? [] : ["SMTPUTF8"]),
  ];
  const reply = await conversation.command([`MAIL FROM:<${from}>`, ...parameters].join(" "), "MAIL FROM");
  if (!isPositive(reply)) throw refused(reply, "MAIL FROM", "SMTP_SENDER_REFUSED", `The server refuses ${from}.`);
}

/** RCPT TO for each; those the server refuses are answered. Errors: when it takes nobody. */
export async function rcptTo(
  conversation: Conversation,
  recipients: readonly string[],
): Promise<Pick<Submitted, "accepted" | "refused">> {
  const accepted: string[] = [];
  const refusals: RefusedRecipient[] = [];
  for (const address of recipients) {
    const reply = await conversation.command(`RCPT TO:<${address}>`, "RCPT TO");
    if (isPositive(reply)) accepted.push(address);
    else if (reply.code === 421) throw refused(reply, "RCPT TO", "SMTP_BUSY", "The server closes the connection.");
    else refusals.push({ address, reply });
  }
  const [first] = refusals;
  if (accepted.length > 0 || first === undefined) return { accepted, refused: refusals };
  throw refused(first.reply, "RCPT TO", "SMTP_RECIPIENT_REFUSED", `The server refuses ${first.address}.`).with({
    evidence: { refused: refusals.map(({ address, reply }) => ({ address, answer: replyText(reply) })) },
  });
}

/**
 * The message itself. Nothing happened until its last line is on the way; from then on only the answer tells, and one
 * that does not come leaves `effect: "unknown"`.
 */
export async function sendData(conversation: Conversation, content: Uint8Array, messageId: string): Promise<string> {
  const ready = await conversation.command("DATA", "DATA");
  if (ready.code !== 354) throw refused(ready, "DATA", "SMTP_MESSAGE_REFUSED", "The server does not take the message.");
  await conversation.body(content, "DATA");
  // Cut before the last line was sent: the server throws the rest away, and what it said of it may still be read.
  if (conversation.isOver)
    throw refused(await conversation.reply("DATA"), "DATA", "SMTP_MESSAGE_REFUSED", "The server broke off.");
  const reply = await conversation.command(".", "the message").catch((thrown: unknown) => {
    throw lost(asConnectorError(thrown), messageId);
  });
  if (isPositive(reply)) return replyText(reply);
  throw refused(reply, "DATA", "SMTP_MESSAGE_REFUSED", "The server refuses the message.");
}

/** A caller's own end is told as such; all else means that the answer is lost. */
function lost(error: ConnectorError, messageId: string): ConnectorError {
  const options = { effect: "unknown", retry: "never", evidence: { messageId } } as const;
  if (error.causeCode === "CANCELLED") return error.with(options);
  const text = `The message ${messageId} was handed over, but the server's answer to it never came. ${error.message}`;
  return failure("SMTP_ANSWER_LOST", text, { ...options, cause: error });
}

const byEnhanced: Readonly<Record<string, SmtpCause>> = {
  "5.2.252": "SMTP_SEND_AS_DENIED",
  "5.7.30": "SMTP_BASIC_NOT_SUPPORTED",
  "5.7.139": "SMTP_AUTH_DISABLED",
  "5.3.4": "SMTP_TOO_LARGE",
};

const byCode: Readonly<Record<number, SmtpCause>> = { 530: "SMTP_AUTH_REQUIRED", 552: "SMTP_TOO_LARGE" };

/** The error of a refused command; codes that mean the same everywhere come before what the command makes of them. */
export function refused(reply: Reply, operation: string, ordinary: SmtpCause, message: string): ConnectorError {
  const isSendAs = reply.lines.some((line) => line.includes("SendAsDenied"));
  if (isSendAs) return refusal("SMTP_SEND_AS_DENIED", message, operation, reply);
  if (reply.code >= 400 && reply.code < 500) return refusal("SMTP_BUSY", message, operation, reply);
  if (reply.code < 500)
    return refusal("SMTP_UNEXPECTED_REPLY", `The answer to ${operation} was unexpected.`, operation, reply);
  const cause = byEnhanced[reply.enhanced ?? ""] ?? byCode[reply.code] ?? ordinary;
  return refusal(cause, message, operation, reply);
}
