import { type ConnectorContext, invalidQuery, type Value } from "#spi";
import type { SmtpConfig } from "../config.ts";
import { failure } from "../protocol/failure.ts";
import { type Mailbox, mailboxesOf, oneMailbox } from "./addresses.ts";
import { attachmentsOf } from "./attachments.ts";
import type { Mail } from "./compose.ts";

type Inputs = Readonly<Record<string, Value>>;

/** The mail that the inputs of SendMail describe. Errors: INVALID_QUERY naming the input, INVALID_PROPERTY. */
export async function mailOf(
  input: Inputs,
  config: SmtpConfig,
  { files, random, clock }: Pick<ConnectorContext, "files" | "random" | "clock">,
): Promise<Mail> {
  const text = (name: string): string | undefined => {
    const value = input[name];
    return value === undefined || value === null || value === "" ? undefined : String(value);
  };
  const list = (name: string) => mailboxesOf(text(name), name);
  const [to, cc, bcc] = [list("ToRecipients"), list("CcRecipients"), list("BccRecipients")];
  if (to.length + cc.length + bcc.length === 0)
    throw invalidQuery("ToRecipients, CcRecipients and BccRecipients name nobody.", { target: "ToRecipients" });
  const own = oneMailbox(text("FromEmail"), "FromEmail");
  const from = own ?? accountSender(config);
  const sender = oneMailbox(text("SenderEmail"), "SenderEmail");
  const importance = importances[text("Importance") ?? ""];
  return {
    from,
    ...(sender === undefined ? {} : { sender }),
    replyTo: replyTo(list("ReplyTo"), own, config),
    to,
    cc,
    bcc,
    subject: oneLine(text("Subject") ?? "", "Subject"),
    content: text("Content") ?? "",
    contentType: contentType(text("ContentType"), text("BodyType")),
    ...(importance === undefined ? {} : { importance }),
    headers: headersOf(input["Headers"]),
    attachments: await attachmentsOf({ text, list: input["Attachments"], files }),
    messageId: `<${random.uuid()}@${from.address.slice(from.address.lastIndexOf("@") + 1)}>`,
    date: new Date(clock.now()),
  };
}

const importances: Readonly<Record<string, Mail["importance"]>> = { High: "high", Normal: "normal", Low: "low" };

/** Whom mails of the account come from: its From, else its User. Errors: INVALID_PROPERTY when that is no address. */
export function accountSender({ from, user, displayName }: SmtpConfig): Mailbox {
  const address = from ?? (user !== undefined && /^[^\s<>,;"@]+@[^\s<>,;"@]+$/.test(user) ? user : undefined);
  if (address === undefined)
    throw failure("SMTP_SENDER_MISSING", "From is empty and User is no mail address: mails would have no sender.");
  return displayName === undefined ? { address } : { name: displayName, address };
}

/** Answers go where the mail says, else to User where the account has no From of its own. */
function replyTo(given: readonly Mailbox[], own: Mailbox | undefined, config: SmtpConfig): readonly Mailbox[] {
  if (given.length > 0 || own !== undefined || config.from !== undefined) return given;
  return [{ address: accountSender(config).address }];
}

function contentType(graph: string | undefined, ews: string | undefined): "text" | "html" {
  const [one, other] = [graph?.toLowerCase(), ews?.toLowerCase()];
  if (one !== undefined && other !== undefined && one !== other)
    throw invalidQuery("ContentType and BodyType name the same thing and differ.", { target: "BodyType" });
  return (one ?? other) === "html" ? "html" : "text";
}

/** Headers the message itself decides, or that would mislead about who sent it and how it travelled. */
const reserved =
  /^(from|sender|reply-to|to|cc|bcc|subject|date|message-id|mime-version|content-.*|received|return-path|dkim-signature|arc-.*|authentication-results|resent-.*|importance|x-priority)$/i;

function headersOf(value: Value | undefined): Mail["headers"] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object" || Array.isArray(value))
    throw invalidQuery('Headers is an object, such as {"X-Ticket": "4711"}.', { target: "Headers" });
  return Object.entries(value).map(([name, content]) => {
    if (!/^[!-9;-~]{1,76}$/.test(name))
      throw invalidQuery(`Headers: "${name.slice(0, 80)}" is no header name.`, { target: "Headers" });
    if (reserved.test(name))
      throw invalidQuery(`Headers may not set ${name}: it has an input of its own, or is the server's.`, {
        target: "Headers",
      });
    if (typeof content !== "string")
      throw invalidQuery(`Headers: the value of ${name} is text.`, { target: "Headers" });
    return [name, oneLine(content, "Headers")] as const;
  });
}

/** A line break would begin another header. */
function oneLine(text: string, input: string): string {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text.replaceAll("\t", " ")))
    throw invalidQuery(`${input} is one line: it holds a line break or another control character.`, { target: input });
  return text;
}
