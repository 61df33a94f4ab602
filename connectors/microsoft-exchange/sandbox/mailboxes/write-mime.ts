import { createHash } from "node:crypto";
import MailComposer from "nodemailer/lib/mail-composer/index.js";
import type Mail from "nodemailer/lib/mailer/index.js";
import { customHeaders } from "./message-headers.ts";
import type { Attachment, EmailAddress, Item } from "./model.ts";
import { calendarText } from "./write-calendar.ts";
import { contactText } from "./write-contact.ts";

/** An item as bytes: what it came as, else composed. Plain events are iCalendar and contacts vCard, as in Exchange. */
export async function writeMime(item: Item): Promise<Buffer> {
  if (item.mime) return item.mime;
  if (item.kind === "event") return Buffer.from(calendarText(item, item.modifiedAt));
  if (item.kind === "contact" && item.contact) return Buffer.from(contactText(item.contact, item.body?.content ?? ""));
  return composeMessage(item);
}

async function composeMessage(item: Item): Promise<Buffer> {
  // Read twice, an item has the same bytes: nodemailer's random identifier and boundaries are replaced.
  const fingerprint = createHash("sha256").update(item.id).digest("hex").slice(0, 32);
  const options: Mail.Options & { baseBoundary: string } = {
    baseBoundary: fingerprint,
    messageId: item.internetMessageId ?? `<${fingerprint}@localhost>`,
    subject: item.subject ?? "",
    to: item.to.map(person),
    cc: item.cc.map(person),
    bcc: item.bcc.map(person),
    replyTo: item.replyTo.map(person),
    date: item.sentAt ?? item.createdAt,
    headers: headersOf(item),
    attachments: await Promise.all(item.attachments.map(part)),
    // a message made in the sandbox never makes it read files or fetch addresses
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  if (item.from) options.from = person(item.from);
  if (item.sender && item.sender.address !== item.from?.address) options.sender = person(item.sender);
  if (item.inReplyTo) options.inReplyTo = item.inReplyTo;
  if (item.references) options.references = item.references;
  if (item.importance !== "normal") options.priority = item.importance;
  if (item.body?.type === "html") options.html = item.body.content;
  else options.text = item.body?.content ?? "";
  if (item.event) options.icalEvent = { content: calendarText(item, item.modifiedAt), method: methodOf(item) };
  const node = new MailComposer(options).compile();
  node.keepBcc = item.isDraft || item.isFromMe;
  return node.build();
}

function headersOf(item: Item): { key: string; value: string }[] {
  const headers = customHeaders(item).map(({ name, value }) => ({ key: name, value }));
  if (item.conversationTopic) headers.push({ key: "Thread-Topic", value: item.conversationTopic });
  if (item.conversationIndex) headers.push({ key: "Thread-Index", value: item.conversationIndex.toString("base64") });
  const sensitivity = {
    normal: undefined,
    personal: "Personal",
    private: "Private",
    confidential: "Company-Confidential",
  }[item.sensitivity];
  if (sensitivity) headers.push({ key: "Sensitivity", value: sensitivity });
  if (item.isReadReceiptRequested && item.from?.address) {
    headers.push({ key: "Disposition-Notification-To", value: item.from.address });
  }
  return headers;
}

async function part(attachment: Attachment): Promise<Mail.Attachment> {
  const result: Mail.Attachment = {
    filename: attachment.name,
    contentDisposition: attachment.isInline ? "inline" : "attachment",
  };
  if (attachment.contentId) result.cid = attachment.contentId;
  if (attachment.kind === "item" && attachment.item) {
    return { ...result, contentType: "message/rfc822", content: await writeMime(attachment.item) };
  }
  if (attachment.contentType) result.contentType = attachment.contentType;
  return { ...result, content: attachment.content ?? Buffer.alloc(0) };
}

function methodOf(item: Item): "REQUEST" | "REPLY" | "CANCEL" | "PUBLISH" {
  if (item.kind === "meetingRequest") return "REQUEST";
  if (item.kind === "meetingResponse") return "REPLY";
  return item.kind === "meetingCancellation" ? "CANCEL" : "PUBLISH";
}

function person({ name, address }: EmailAddress): { name: string; address: string } {
  return { name: name ?? "", address: address ?? "" };
}
