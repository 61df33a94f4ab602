import { createHash } from "node:crypto";

/** What an id names, as far as its bytes tell. */
export interface IdParts {
  type: "folder" | "item" | "occurrence" | "attachment" | "conversation";
  mailboxGuid: string;
  folderNumber: number;
  entryNumber: number;
  /** Of an occurrence: its original start in milliseconds. */
  occurrenceMs?: number;
}

const folderEntryBytes = 46;
const messageEntryBytes = 70;
const monikerBytes = 36;
const storageMailboxGuid = 3;
const storageConversation = 4;

/**
 * Ids are laid out as Exchange lays them out (storage type, mailbox GUID as text, processing instruction, MAPI entry
 * id), so that they have its length, alphabet (`/ + =`) and case-sensitivity.
 */
export function folderId(mailboxGuid: string, folderNumber: number): string {
  return pack(storageMailboxGuid, mailboxGuid, 0, entryBytes(mailboxGuid, folderNumber));
}

export function itemId(mailboxGuid: string, folderNumber: number, entryNumber: number): string {
  return pack(storageMailboxGuid, mailboxGuid, 0, entryBytes(mailboxGuid, folderNumber, entryNumber));
}

/** One occurrence of a series: the series' entry id followed by the original start. */
export function occurrenceId(seriesId: string, originalStart: Date): string {
  const series = readRaw(seriesId);
  const start = Buffer.alloc(8);
  start.writeBigInt64BE(BigInt(originalStart.getTime()));
  return pack(storageMailboxGuid, series.guid, 1, Buffer.concat([series.entry, start]));
}

/** An attachment: its item's entry id followed by a number of its own. */
export function attachmentId(ownerId: string, attachmentNumber: number): string {
  const owner = readRaw(ownerId);
  const tail = createHash("md5").update(`${ownerId}/${attachmentNumber}`).digest();
  return pack(storageMailboxGuid, owner.guid, 2, Buffer.concat([owner.entry, Buffer.from([1, 18, 0, 16]), tail]));
}

export function conversationId(mailboxGuid: string, conversation: Buffer): string {
  return pack(storageConversation, mailboxGuid, 0, conversation);
}

/** The parts of an id, or undefined when it is not one of ours by form. */
export function readId(id: string): IdParts | undefined {
  let raw: ReturnType<typeof readRaw>;
  try {
    raw = readRaw(id);
  } catch {
    return undefined;
  }
  const { storage, guid, instruction, entry } = raw;
  if (storage === storageConversation) {
    return { type: "conversation", mailboxGuid: guid, folderNumber: 0, entryNumber: 0 };
  }
  const type = typeOf(instruction, entry.length);
  if (!type) return undefined;
  const parts: IdParts = {
    type,
    mailboxGuid: guid,
    folderNumber: entry.readUIntBE(38, 6),
    entryNumber: entry.length >= messageEntryBytes ? entry.readUIntBE(62, 6) : 0,
  };
  if (type === "occurrence") parts.occurrenceMs = Number(entry.readBigInt64BE(messageEntryBytes));
  return parts;
}

/** The id of the series an occurrence id belongs to, or of the item an attachment id belongs to. */
export function ownerOfId(id: string): string {
  const { guid, entry } = readRaw(id);
  return pack(storageMailboxGuid, guid, 0, entry.subarray(0, messageEntryBytes));
}

/** The url-safe form in which Graph shows an EWS id. */
export function graphId(ewsId: string): string {
  return ewsId.replaceAll("/", "-").replaceAll("+", "_");
}

/** The EWS form of an id as Graph shows it. */
export function ewsId(id: string): string {
  return id.replaceAll("-", "/").replaceAll("_", "+");
}

const changeKeyTypes: Record<string, number> = {
  folder: 1,
  calendarFolder: 2,
  contactsFolder: 3,
  tasksFolder: 4,
  message: 9,
  post: 9,
  item: 9,
  meetingRequest: 10,
  meetingResponse: 11,
  meetingCancellation: 12,
  event: 15,
  contact: 18,
  distributionList: 19,
  task: 20,
};

/** The change key Exchange would print for this kind of object at this change number. */
export function changeKey(mailboxGuid: string, kind: string, changeNumber: number): string {
  const bytes = Buffer.alloc(30);
  bytes.writeUInt32LE(changeKeyTypes[kind] ?? 9, 0);
  bytes.writeUInt32LE(22, 4);
  guidBytes(mailboxGuid).copy(bytes, 8);
  bytes.writeUIntBE(changeNumber, 24, 6);
  return bytes.toString("base64");
}

/** The change number in a change key, or undefined when it is not one by form. */
export function readChangeKey(text: string): number | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 30 || bytes.readUInt32LE(4) !== 22) return undefined;
  return bytes.readUIntBE(24, 6);
}

/** A GUID that depends on nothing but the text. */
export function guidOf(text: string): string {
  const hex = createHash("md5").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function pack(storage: number, guid: string, instruction: number, entry: Buffer): string {
  const head = Buffer.from([0, storage, monikerBytes, 0]);
  const middle = Buffer.from([instruction, entry.length, 0]);
  return Buffer.concat([head, Buffer.from(guid, "latin1"), middle, entry]).toString("base64");
}

function readRaw(id: string): { storage: number; guid: string; instruction: number; entry: Buffer } {
  const bytes = Buffer.from(id, "base64");
  if (bytes.toString("base64") !== id) throw new RangeError("not base64 in its canonical form");
  const guid = bytes.subarray(4, 4 + monikerBytes).toString("latin1");
  const storage = bytes[1] ?? 0;
  const entry = bytes.subarray(7 + monikerBytes);
  const fits = bytes[0] === 0 && bytes[2] === monikerBytes && bytes[5 + monikerBytes] === entry.length;
  if (!fits || !/^[0-9a-f-]{36}$/.test(guid)) throw new RangeError("not an id");
  return { storage, guid, instruction: bytes[4 + monikerBytes] ?? 0, entry };
}

function typeOf(instruction: number, entryLength: number): IdParts["type"] | undefined {
  if (instruction === 0 && entryLength === folderEntryBytes) return "folder";
  if (instruction === 0 && entryLength === messageEntryBytes) return "item";
  if (instruction === 1 && entryLength === messageEntryBytes + 8) return "occurrence";
  if (instruction === 2 && entryLength > messageEntryBytes) return "attachment";
  return undefined;
}

function entryBytes(guid: string, folderNumber: number, entryNumber?: number): Buffer {
  const bytes = Buffer.alloc(entryNumber === undefined ? folderEntryBytes : messageEntryBytes);
  guidBytes(guid).copy(bytes, 4);
  bytes.writeUInt16BE(entryNumber === undefined ? 1 : 7, 20);
  const replica = createHash("md5").update(`replica ${guid}`).digest();
  // these three bytes print as "+/+/": every id has the characters that need care in addresses
  replica.set([0xfb, 0xff, 0xbf], 1);
  replica.copy(bytes, 22);
  bytes.writeUIntBE(folderNumber, 38, 6);
  if (entryNumber !== undefined) {
    replica.copy(bytes, 46);
    bytes.writeUIntBE(entryNumber, 62, 6);
  }
  return bytes;
}

function guidBytes(guid: string): Buffer {
  return Buffer.from(guid.replaceAll("-", ""), "hex");
}
