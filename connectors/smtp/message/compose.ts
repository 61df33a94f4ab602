import type { Mailbox } from "./addresses.ts";
import type { Attachment } from "./attachments.ts";

/** A mail before it is bytes; every text is checked. */
export interface Mail {
  readonly from: Mailbox;
  readonly sender?: Mailbox;
  readonly replyTo: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  /** Of the envelope alone: no header names them. */
  readonly bcc: readonly Mailbox[];
  readonly subject: string;
  readonly content: string;
  readonly contentType: "text" | "html";
  readonly importance?: "high" | "normal" | "low";
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly attachments: readonly Attachment[];
  readonly messageId: string;
  readonly date: Date;
}

/** The mail as it travels (RFC 5322, MIME): CRLF line ends, lines below 998 octets. nodemailer is loaded on first use. */
export async function composed(mail: Mail): Promise<Buffer> {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const { content, contentType, attachments, importance, sender } = mail;
  const node = new MailComposer({
    messageId: mail.messageId,
    date: mail.date,
    from: named(mail.from),
    ...(sender === undefined ? {} : { sender: named(sender) }),
    replyTo: mail.replyTo.map(named),
    to: mail.to.map(named),
    cc: mail.cc.map(named),
    subject: mail.subject,
    [contentType]: content.replaceAll(/\r\n|\r|\n/g, "\r\n"),
    headers: [...importanceHeaders[importance ?? "normal"], ...mail.headers].map(([key, value]) => ({ key, value })),
    attachments: attachments.map(part),
    // A message never makes the service read a file or fetch an address by itself.
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  return lineEnds(await node.build());
}

/** RFC 4021's header, and the one older programs of Microsoft and others read. */
const importanceHeaders = {
  high: [
    ["Importance", "High"],
    ["X-Priority", "1 (Highest)"],
  ],
  normal: [],
  low: [
    ["Importance", "Low"],
    ["X-Priority", "5 (Lowest)"],
  ],
} as const;

const named = ({ name = "", address }: Mailbox) => ({ name, address });

/**
 * In base64 all bytes arrive as they are. RFC 2046 forbids it for message/*, so that such a file travels as what it is to
 * a mail program: a file.
 */
const part = ({ name, content, contentType, contentId }: Attachment) => ({
  filename: name,
  content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
  contentTransferEncoding: "base64" as const,
  ...(contentType === undefined
    ? {}
    : { contentType: /^message\//i.test(contentType) ? "application/octet-stream" : contentType }),
  ...(contentId === undefined ? {} : { cid: contentId }),
});

/** A bare CR or LF would be read differently by different servers (SMTP smuggling): there is none. */
function lineEnds(message: Buffer): Buffer {
  for (let at = message.indexOf(0x0a); at >= 0; at = message.indexOf(0x0a, at + 1))
    if (message[at - 1] !== 0x0d) throw new Error("a composed message has a bare LF");
  for (let at = message.indexOf(0x0d); at >= 0; at = message.indexOf(0x0d, at + 1))
    if (message[at + 1] !== 0x0a) throw new Error("a composed message has a bare CR");
  return message;
}

/** Has the message bytes beyond ASCII? Headers with addresses of other scripts do. */
export const isEightBit = (message: Uint8Array): boolean => message.some((byte) => byte > 0x7f);
