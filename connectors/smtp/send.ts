import type { Batch, ConnectorContext, Value } from "#spi";
import { signedIn } from "./call.ts";
import type { SmtpConfig } from "./config.ts";
import { composed, isEightBit } from "./message/compose.ts";
import { mailOf } from "./message/from-inputs.ts";
import { quit } from "./protocol/open.ts";
import { replyText } from "./protocol/reply.ts";
import { mailFrom, type RefusedRecipient, rcptTo, type Submitted, sendData } from "./protocol/submit.ts";

/** Composes a mail and hands it over. Never repeated once its last line was sent. */
export async function send(
  input: Readonly<Record<string, Value>>,
  config: SmtpConfig,
  context: ConnectorContext,
  signal: AbortSignal,
): Promise<Batch> {
  const mail = await mailOf(input, config, context);
  const content = await composed(mail);
  const recipients = distinct([...mail.to, ...mail.cc, ...mail.bcc].map(({ address }) => address));
  const envelope = { from: (mail.sender ?? mail.from).address, recipients };
  const call = { operation: "SendMail", repeatable: false, mailbox: config.user ?? envelope.from };
  const submit = (one: AbortSignal) => submitted(envelope, content, mail.messageId, config, context, one);
  const { accepted, refused, response } = await context.attempt(call, submit, signal);
  const row = { MessageId: mail.messageId, Accepted: accepted, Rejected: refused.map(rejected), Response: response };
  if (refused.length === 0) return { rows: [row] };
  const detail = `The server refused ${refused.map(({ address }) => address).join(", ")}; all others were taken.`;
  return { rows: [row], warnings: [{ code: "SMTP_RECIPIENTS_REFUSED", detail }] };
}

async function submitted(
  envelope: { readonly from: string; readonly recipients: readonly string[] },
  content: Buffer,
  messageId: string,
  config: SmtpConfig,
  context: ConnectorContext,
  signal: AbortSignal,
): Promise<Submitted> {
  const { conversation, extensions } = await signedIn(config, context, signal);
  try {
    await mailFrom(conversation, extensions, envelope, { sizeBytes: content.length, eightBit: isEightBit(content) });
    const { accepted, refused } = await rcptTo(conversation, envelope.recipients);
    const response = await sendData(conversation, content, messageId);
    await quit(conversation);
    return { accepted, refused, response };
  } finally {
    conversation.destroy();
  }
}

const rejected = ({ address, reply }: RefusedRecipient): Value => ({
  Address: address,
  Code: reply.code,
  EnhancedCode: reply.enhanced ?? null,
  Detail: replyText(reply),
});

/** The domain's case does not matter, that before it is the server's business. */
function distinct(addresses: readonly string[]): readonly string[] {
  const keyOf = (address: string) => {
    const at = address.lastIndexOf("@");
    return address.slice(0, at) + address.slice(at).toLowerCase();
  };
  return [...new Map(addresses.map((address) => [keyOf(address), address])).values()];
}
