import { createHash } from "node:crypto";
import type { ItemFields } from "./model.ts";

const prefixes = /^\s*(?:(?:re|fw|fwd|aw|wg|sv|vs|antw|tr|rv)\s*(?:\[\d+\])?:\s*)+/i;

/** The subject without its "RE:" and "FW:". */
export function normalizedSubject(subject: string): string {
  return subject.replace(prefixes, "").trim();
}

/**
 * The index of a conversation: the header block of [MS-OXOMSG] 2.2.1.3 with a GUID made of the first message the
 * thread's headers name, so that every mailbox puts the messages of one thread together; answers append 5 bytes.
 */
export function conversationIndex(fields: ItemFields, now: Date): Buffer {
  const root =
    (fields.references ?? "").match(/<[^>]+>/)?.[0] ?? fields.inReplyTo ?? fields.internetMessageId ?? fields.subject;
  const guid = createHash("md5")
    .update(root ?? String(now.getTime()))
    .digest();
  const fileTime = (BigInt(now.getTime()) + 11_644_473_600_000n) * 10_000n;
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(fileTime);
  const head = Buffer.concat([Buffer.from([1]), time.subarray(1, 6), guid]);
  return fields.inReplyTo || fields.references ? Buffer.concat([head, time.subarray(2, 7)]) : head;
}

/** The 16 bytes that all messages of a conversation have in common. */
export function conversationGuid(index: Buffer): Buffer {
  return index.subarray(6, 22);
}
