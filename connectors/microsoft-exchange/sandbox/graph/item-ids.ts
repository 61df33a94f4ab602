import { ewsId, graphId, type Item, type Mailbox, occurrenceId, readId } from "../mailboxes/index.ts";
import { GraphError, itemNotFound } from "./errors.ts";

const immutableHead = Buffer.from([0, 9, 0]);

/** An item's id as Graph shows it: url-safe, or the form that survives moves when that was asked for. */
export function printItemId(mailbox: Mailbox, item: Item, immutable: boolean): string {
  return immutable ? immutableId(mailbox, item) : graphId(item.id);
}

/** The item an id of either form names; 404 when there is none, 400 when it is no id at all. */
export function findItem(mailbox: Mailbox, text: string): Item {
  const bytes = Buffer.from(ewsId(text), "base64");
  if (bytes.subarray(0, 3).equals(immutableHead)) return findImmutable(mailbox, bytes);
  const id = ewsId(text);
  const parts = readId(id);
  if (parts === undefined || (parts.type !== "item" && parts.type !== "occurrence")) throw malformedId();
  return mailbox.item(id) ?? notFound();
}

/** The refusal of an id that is none by form. */
export function malformedId(): GraphError {
  return new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
}

function immutableId(mailbox: Mailbox, item: Item): string {
  const bytes = Buffer.alloc(14);
  bytes.writeUIntBE(item.entryNumber, 0, 6);
  bytes.writeBigInt64BE(BigInt(item.event?.originalStart?.getTime() ?? 0), 6);
  return graphId(Buffer.concat([immutableHead, guidBytes(mailbox), bytes]).toString("base64"));
}

function findImmutable(mailbox: Mailbox, bytes: Buffer): Item {
  if (bytes.length !== 33) throw malformedId();
  if (!bytes.subarray(3, 19).equals(guidBytes(mailbox))) throw itemNotFound();
  const entryNumber = bytes.readUIntBE(19, 6);
  const occurrenceMs = Number(bytes.readBigInt64BE(25));
  const item = mailbox.allItems().find((one) => one.entryNumber === entryNumber);
  if (item === undefined || occurrenceMs === 0) return item ?? notFound();
  return mailbox.item(occurrenceId(item.id, new Date(occurrenceMs))) ?? notFound();
}

function guidBytes(mailbox: Mailbox): Buffer {
  return Buffer.from(mailbox.guid.replaceAll("-", ""), "hex");
}

function notFound(): never {
  throw itemNotFound();
}
