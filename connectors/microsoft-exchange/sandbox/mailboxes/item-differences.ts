import type { Item } from "./model.ts";

/** The fields a message carries as MIME, as one text to compare. */
export function mimeFields(item: Item): string {
  const { subject, body, from, sender, to, cc, bcc, replyTo, internetMessageId, inReplyTo, references } = item;
  const attachments = item.attachments.map((one) => [one.id, one.name]);
  return JSON.stringify([
    subject,
    body,
    from,
    sender,
    to,
    cc,
    bcc,
    replyTo,
    internetMessageId,
    inReplyTo,
    references,
    attachments,
  ]);
}

/** Whether nothing but the read flag differs. */
export function isReadFlagOnly(before: Item, after: Item): boolean {
  if (before.isRead === after.isRead) return false;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Item>;
  return [...keys].every((key) => before[key] === after[key] || ["isRead", "changeNumber", "modifiedAt"].includes(key));
}
