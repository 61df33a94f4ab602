import {
  type Attachment,
  asAttachedItem,
  emptyContact,
  emptyEvent,
  emptyFields,
  emptyTask,
  type ItemKind,
  readMime,
  writeExtended,
} from "../mailboxes/index.ts";
import type { EwsCall } from "./call.ts";
import { readBoolean } from "./dates.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { readExtendedProperty } from "./extended-element.ts";
import { settleContact } from "./properties/contact-properties.ts";
import { itemSchemas, kindOfElement } from "./properties/item-schema.ts";
import type { Draft, ItemProperty, WriteContext } from "./properties/property.ts";
import { settleTask } from "./properties/task-properties.ts";
import { readZone } from "./properties/zone-property.ts";
import { settleEvent } from "./settle-event.ts";
import { childOf, childrenOf, childText, textOf, type XmlElement } from "./xml.ts";

/** Makes a draft of an item element of CreateItem or CreateAttachment. */
export async function readItem(call: EwsCall, element: XmlElement): Promise<Draft> {
  const kind = kindOfElement(element.name);
  if (!kind) throw schemaViolation(`The element 'Items' has invalid child element '${element.name}'.`);
  const draft = await startDraft(call, element, kind);
  const context = writeContext(call, element);
  for (const { property, child } of orderedProperties(element, kind)) {
    if (property.element === "MimeContent") continue;
    if (property.element === "ExtendedProperty") writeExtended(draft, readExtendedProperty(child));
    else if (property.element === "Attachments") draft.attachments = await readAttachments(call, child);
    else if (property.write) property.write(draft, child, context);
    else throw invalidSet(property.uri);
  }
  settle(call, draft);
  return draft;
}

/** Completes a draft as the server would after its fields were set. */
export function settle(call: EwsCall, draft: Draft): void {
  if (draft.kind === "contact") settleContact(draft);
  if (draft.kind === "task") settleTask(draft, call.mailbox.owner.name, call.mailbox.clock());
  if (draft.kind === "event" && draft.event) draft.event = settleEvent(draft.event);
}

/** The zone in which the times of an item without an offset are meant. */
export function writeContext(call: EwsCall, element?: XmlElement): WriteContext {
  const zone = childOf(element, "StartTimeZone") ?? childOf(element, "MeetingTimeZone");
  return { mailbox: call.mailbox, organisation: call.organisation, timeZone: zone ? readZone(zone) : call.timeZone };
}

async function startDraft(call: EwsCall, element: XmlElement, kind: ItemKind): Promise<Draft> {
  const mime = childText(element, "MimeContent");
  const fields = mime === undefined ? emptyFields(kind) : await fieldsOfMime(call, mime);
  const draft: Draft = { ...fields, kind };
  const { clock, owner } = call.mailbox;
  if (kind === "message") Object.assign(draft, { isDraft: true, isRead: true });
  if (kind === "contact") draft.contact = emptyContact();
  if (kind === "task") draft.task = emptyTask();
  if (kind === "distributionList") draft.distributionList = { members: [] };
  if (kind !== "event") return draft;
  const halfHourMs = 30 * 60_000;
  const next = new Date(Math.ceil(clock().getTime() / halfHourMs) * halfHourMs);
  draft.event = { ...emptyEvent(next, newUid(clock())), organizer: { ...owner } };
  const zone = writeContext(call, element).timeZone;
  if (zone !== undefined) Object.assign(draft.event, { startTimeZone: zone, endTimeZone: zone });
  draft.reminder = { isSet: true, minutesBeforeStart: 15 };
  return draft;
}

async function fieldsOfMime(call: EwsCall, base64: string) {
  try {
    return await readMime(Buffer.from(base64, "base64"), call.mailbox.clock());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new EwsError("ErrorMimeContentInvalid", `The MIME content could not be read: ${detail}`);
  }
}

/** A global object id as Exchange makes them for its own meetings ([MS-OXOCAL] 2.2.1.27), in hexadecimal. */
function newUid(now: Date): string {
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
    .toString("hex")
    .toUpperCase();
  const fileTime = Buffer.alloc(8);
  fileTime.writeBigUInt64LE((BigInt(now.getTime()) + 11_644_473_600_000n) * 10_000n);
  return `040000008200E00074C5B7101A82E00800000000${fileTime.toString("hex").toUpperCase()}000000000000000010000000${random}`;
}

/** The children of an item element with their properties; unknown ones and a wrong order break the schema. */
function orderedProperties(element: XmlElement, kind: ItemKind): { property: ItemProperty; child: XmlElement }[] {
  const { properties } = itemSchemas[kind];
  let place = -1;
  return childrenOf(element).map((child) => {
    const index = properties.findIndex((one) => one.element === child.name);
    const property = properties[index];
    const repeats = child.name === "ExtendedProperty" && index === place;
    if (!property || child.ns !== "t" || (index <= place && !repeats)) {
      throw schemaViolation(`The element '${element.name}' has invalid child element '${child.name}'.`);
    }
    place = index;
    return { property, child };
  });
}

/** Reads the Attachments of an item or of CreateAttachment; ids are given when they are stored. */
export async function readAttachments(call: EwsCall, list: XmlElement): Promise<Attachment[]> {
  const attachments: Attachment[] = [];
  for (const element of childrenOf(list)) attachments.push(await readAttachment(call, element));
  return attachments;
}

/** Reads a FileAttachment, ItemAttachment or ReferenceAttachment. */
export async function readAttachment(call: EwsCall, element: XmlElement): Promise<Attachment> {
  const base: Attachment = {
    id: "",
    kind: "file",
    name: childText(element, "Name") ?? "",
    isInline: readBoolean(childText(element, "IsInline") ?? "false"),
    modifiedAt: call.mailbox.clock(),
  };
  for (const [name, key] of [
    ["ContentType", "contentType"],
    ["ContentId", "contentId"],
    ["ContentLocation", "contentLocation"],
  ] as const) {
    const value = childText(element, name);
    if (value !== undefined && value !== "") base[key] = value;
  }
  if (element.name === "FileAttachment") {
    const isContactPhoto = readBoolean(childText(element, "IsContactPhoto") ?? "false");
    return { ...base, isContactPhoto, content: readBase64(childOf(element, "Content")) };
  }
  if (element.name === "ReferenceAttachment")
    return { ...base, kind: "reference", sourceUrl: childText(element, "AttachLongPathName") ?? "" };
  const item = childrenOf(element).find((child) => kindOfElement(child.name) !== undefined);
  if (element.name !== "ItemAttachment" || !item)
    throw schemaViolation(`'${element.name}' is no attachment that can be read.`);
  const { kind, ...fields } = await readItem(call, item);
  return { ...base, kind: "item", item: asAttachedItem(fields, call.mailbox.clock(), kind) };
}

function readBase64(element: XmlElement | undefined): Buffer {
  const text = element ? textOf(element).replace(/\s+/g, "") : "";
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0) return Buffer.from(text, "base64");
  throw schemaViolation("The 'Content' element is invalid - The value is no base64.");
}

export function invalidSet(uri: string): EwsError {
  return new EwsError("ErrorInvalidPropertySet", "Set action is invalid for property.", { values: { FieldURI: uri } });
}
