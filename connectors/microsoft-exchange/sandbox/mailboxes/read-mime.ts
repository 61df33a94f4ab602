import PostalMime, { type Address, type Email, type Attachment as MimePart } from "postal-mime";
import { conversationIndex, normalizedSubject } from "./conversation.ts";
import { emptyFields } from "./item-defaults.ts";
import type { Attachment, EmailAddress, Importance, Item, ItemFields, Sensitivity } from "./model.ts";

const nestingLimit = 10;

/** Reads a message's bytes into fields; throws when they are no message at all. */
export async function readMime(mime: Buffer, now: Date, depth = 0): Promise<ItemFields> {
  if (!/^[\x21-\x39\x3b-\x7e]+[ \t]*:/m.test(mime.subarray(0, 64_000).toString("latin1"))) {
    throw new Error("not a message: no header line was found");
  }
  const email = await PostalMime.parse(mime, { forceRfc822Attachments: true, attachmentEncoding: "arraybuffer" });
  const sentAt = email.date ? new Date(email.date) : undefined;
  const fields: ItemFields = {
    ...emptyFields("message"),
    subject: email.subject ?? "",
    body:
      email.html !== undefined ? { type: "html", content: email.html } : { type: "text", content: email.text ?? "" },
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    to: people(email.to),
    cc: people(email.cc),
    bcc: people(email.bcc),
    replyTo: people(email.replyTo),
    importance: importanceOf(email),
    sensitivity: sensitivityOf(email),
    isReadReceiptRequested: header(email, "disposition-notification-to") !== undefined,
    isDeliveryReceiptRequested: header(email, "return-receipt-to") !== undefined,
    attachments: [],
    mime,
  };
  for (const part of email.attachments) fields.attachments.push(await attachmentOf(part, now, depth));
  const from = people(email.from && [email.from])[0];
  const sender = people(email.sender && [email.sender])[0] ?? from;
  if (from) fields.from = from;
  if (sender) fields.sender = sender;
  if (email.messageId) fields.internetMessageId = email.messageId;
  if (email.inReplyTo) fields.inReplyTo = email.inReplyTo;
  if (email.references) fields.references = email.references;
  if (sentAt && !Number.isNaN(sentAt.getTime())) fields.sentAt = sentAt;
  fields.conversationTopic = header(email, "thread-topic") ?? normalizedSubject(fields.subject ?? "");
  const threadIndex = Buffer.from(header(email, "thread-index") ?? "", "base64");
  fields.conversationIndex = threadIndex.length >= 22 ? threadIndex : conversationIndex(fields, fields.sentAt ?? now);
  return fields;
}

async function attachmentOf(part: MimePart, now: Date, depth: number): Promise<Attachment> {
  const content =
    typeof part.content === "string" ? Buffer.from(part.content) : Buffer.from(part.content as ArrayBuffer);
  const base: Attachment = {
    id: "",
    kind: "file",
    name: part.filename ?? part.description ?? defaultName(part.mimeType),
    contentType: part.mimeType,
    isInline: part.disposition === "inline" || part.related === true,
    modifiedAt: now,
    content,
  };
  if (part.contentId) base.contentId = part.contentId.replace(/^<|>$/g, "");
  if (part.mimeType !== "message/rfc822" || depth >= nestingLimit) return base;
  const item = await attachedMessage(content, now, depth + 1);
  if (!item) return base;
  const { content: _, contentType: __, ...rest } = base;
  return { ...rest, kind: "item", name: part.filename ?? item.subject ?? "", item };
}

/** The attached message as an item; undefined when its bytes are no message, which then stay a file. */
async function attachedMessage(mime: Buffer, now: Date, depth: number): Promise<Item | undefined> {
  let fields: ItemFields;
  try {
    fields = await readMime(mime, now, depth);
  } catch {
    return undefined;
  }
  return asAttachedItem(fields, now);
}

/** Fields as an item that lies in no folder. */
export function asAttachedItem(fields: ItemFields, now: Date, kind: Item["kind"] = "message"): Item {
  return {
    ...fields,
    kind,
    id: "",
    folderId: "",
    changeNumber: 0,
    addedNumber: 0,
    contentNumber: 0,
    articleNumber: 0,
    entryNumber: 0,
    receivedAt: fields.receivedAt ?? fields.sentAt ?? now,
    createdAt: now,
    modifiedAt: now,
    modifiedBy: "",
  };
}

function defaultName(mimeType: string): string {
  const known: Record<string, string> = {
    "text/calendar": "meeting.ics",
    "message/rfc822": "message.eml",
    "message/delivery-status": "details.txt",
    "text/rfc822-headers": "headers.txt",
  };
  return known[mimeType] ?? `ATT00001.${mimeType.split("/")[1]?.replace(/[^\w-]/g, "") ?? "bin"}`;
}

function people(addresses: Address[] | undefined): EmailAddress[] {
  return (addresses ?? [])
    .flatMap((one) => (one.group ? one.group : [one]))
    .map(({ name, address }) => {
      const person: EmailAddress = { routingType: "SMTP" };
      if (address) person.address = address;
      if (name || address) person.name = name || address;
      return person;
    });
}

function header(email: Email, name: string): string | undefined {
  return email.headers.find(({ key }) => key === name)?.value;
}

function importanceOf(email: Email): Importance {
  const importance = header(email, "importance")?.toLowerCase();
  if (importance === "high" || importance === "low") return importance;
  const priority = Number.parseInt(header(email, "x-priority") ?? "3", 10);
  if (priority < 3) return "high";
  return priority > 3 ? "low" : "normal";
}

function sensitivityOf(email: Email): Sensitivity {
  const names: Record<string, Sensitivity> = {
    personal: "personal",
    private: "private",
    "company-confidential": "confidential",
  };
  return names[header(email, "sensitivity")?.toLowerCase() ?? ""] ?? "normal";
}
