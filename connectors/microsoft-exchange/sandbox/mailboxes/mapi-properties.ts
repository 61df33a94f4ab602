import { normalizedSubject } from "./conversation.ts";
import { type ExtendedKey, type ExtendedValue, extendedKeyText, propertySets } from "./extended-properties.ts";
import { emptyContact } from "./item-defaults.ts";
import { composedHeaders } from "./message-headers.ts";
import type { EmailAddress, Flag, Item, ItemFields, Sensitivity, ShowAs, TaskStatus } from "./model.ts";

/** An item under construction or a stored one. */
type Draft = ItemFields & Partial<Item>;

/** A MAPI property that is another view of a field of the model. */
interface MapiProperty {
  key: ExtendedKey;
  type: string;
  read: (item: Draft) => string | string[] | undefined;
  /** Absent: setting the property only stores it. */
  write?: (item: Draft, value: string | string[]) => void;
}

/** The extended property of an item: as it was set, or as its fields say. */
export function readExtended(item: Draft, key: ExtendedKey): ExtendedValue | undefined {
  const text = extendedKeyText(key);
  const mapped = byKey.get(text);
  const stored = item.extended.get(text);
  if (mapped && (mapped.write || !stored)) {
    const value = mapped.read(item);
    return value === undefined ? undefined : { key, type: mapped.type, value };
  }
  return stored;
}

/** Sets an extended property; where it is a view of a field, the field changes. */
export function writeExtended(item: Draft, value: ExtendedValue): void {
  const text = extendedKeyText(value.key);
  const mapped = byKey.get(text);
  if (mapped?.write) mapped.write(item, value.value);
  else {
    item.extended = new Map(item.extended);
    item.extended.set(text, value);
  }
}

/** Removes an extended property. */
export function clearExtended(item: Draft, key: ExtendedKey): void {
  item.extended = new Map(item.extended);
  item.extended.delete(extendedKeyText(key));
}

const importances = ["low", "normal", "high"] as const;
const sensitivities: readonly Sensitivity[] = ["normal", "personal", "private", "confidential"];
const flags: readonly Flag["status"][] = ["notFlagged", "complete", "flagged"];
const busy: readonly ShowAs[] = ["free", "tentative", "busy", "oof", "workingElsewhere"];
const taskStates: readonly TaskStatus[] = ["notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"];

/** PidTagMessageFlags bits. */
const flagRead = 1;
const flagUnmodified = 2;
const flagSubmitted = 4;
const flagUnsent = 8;
const flagHasAttachment = 16;
const flagFromMe = 32;
const flagAssociated = 64;

function messageFlags(item: Draft): number {
  const bits: [boolean, number][] = [
    [item.isRead, flagRead],
    [item.isUnmodified, flagUnmodified],
    [item.isSubmitted, flagSubmitted],
    [item.isDraft, flagUnsent],
    [item.attachments.length > 0, flagHasAttachment],
    [item.isFromMe, flagFromMe],
    [item.isAssociated, flagAssociated],
  ];
  return bits.reduce((sum, [is, bit]) => sum + (is ? bit : 0), 0);
}

function names(people: readonly EmailAddress[]): string {
  return people.map((one) => one.name ?? one.address ?? "").join("; ");
}

const one = (value: string | string[]) => (typeof value === "string" ? value : (value[0] ?? ""));
const date = (at: Date | undefined) => at && `${at.toISOString().slice(0, 19)}Z`;
const index = <T>(list: readonly T[], value: T) => String(Math.max(0, list.indexOf(value)));

function tag(number: number, type: string, read: MapiProperty["read"], write?: MapiProperty["write"]): MapiProperty {
  return { key: { by: "tag", tag: number }, type, read, ...(write ? { write } : {}) };
}

function named(
  set: keyof typeof propertySets,
  id: number,
  type: string,
  read: MapiProperty["read"],
  write?: MapiProperty["write"],
): MapiProperty {
  return { key: { by: "id", set: propertySets[set], id }, type, read, ...(write ? { write } : {}) };
}

const properties: readonly MapiProperty[] = [
  tag(
    0x0017,
    "Integer",
    (i) => index(importances, i.importance),
    (i, v) => {
      i.importance = importances[Number(one(v))] ?? "normal";
    },
  ),
  tag(
    0x001a,
    "String",
    (i) => i.itemClass,
    (i, v) => {
      i.itemClass = one(v);
    },
  ),
  tag(
    0x0036,
    "Integer",
    (i) => index(sensitivities, i.sensitivity),
    (i, v) => {
      i.sensitivity = sensitivities[Number(one(v))] ?? "normal";
    },
  ),
  tag(
    0x0037,
    "String",
    (i) => i.subject,
    (i, v) => {
      i.subject = one(v);
    },
  ),
  tag(
    0x0039,
    "SystemTime",
    (i) => date(i.sentAt),
    (i, v) => {
      i.sentAt = new Date(one(v));
    },
  ),
  tag(0x0042, "String", (i) => i.from?.name),
  tag(0x0065, "String", (i) => i.from?.address),
  tag(0x0070, "String", (i) => i.conversationTopic),
  tag(0x0071, "Binary", (i) => i.conversationIndex?.toString("base64")),
  tag(0x007d, "String", (i) => headersText(i)),
  tag(0x0c1a, "String", (i) => i.sender?.name),
  tag(0x0c1f, "String", (i) => i.sender?.address),
  tag(0x0e02, "String", (i) => names(i.bcc)),
  tag(0x0e03, "String", (i) => names(i.cc)),
  tag(0x0e04, "String", (i) => names(i.to)),
  tag(
    0x0e06,
    "SystemTime",
    (i) => date(i.receivedAt),
    (i, v) => {
      i.receivedAt = new Date(one(v));
    },
  ),
  tag(
    0x0e07,
    "Integer",
    (i) => String(messageFlags(i)),
    (i, v) => {
      const bits = Number(one(v));
      i.isRead = (bits & flagRead) !== 0;
      i.isDraft = (bits & flagUnsent) !== 0;
      i.isFromMe = (bits & flagFromMe) !== 0;
    },
  ),
  tag(0x0e08, "Integer", (i) => String(itemSize(i))),
  tag(0x0e1b, "Boolean", (i) => String(i.attachments.length > 0)),
  tag(0x0e1d, "String", (i) => (i.subject === undefined ? undefined : normalizedSubject(i.subject))),
  tag(0x0e23, "Integer", (i) => (i.articleNumber === undefined ? undefined : String(i.articleNumber))),
  tag(0x1000, "String", (i) => (i.body?.type === "text" ? i.body.content : undefined)),
  tag(0x1013, "Binary", (i) => (i.body?.type === "html" ? Buffer.from(i.body.content).toString("base64") : undefined)),
  tag(
    0x1035,
    "String",
    (i) => i.internetMessageId,
    (i, v) => {
      i.internetMessageId = one(v);
    },
  ),
  tag(
    0x1039,
    "String",
    (i) => i.references,
    (i, v) => {
      i.references = one(v);
    },
  ),
  tag(
    0x1042,
    "String",
    (i) => i.inReplyTo,
    (i, v) => {
      i.inReplyTo = one(v);
    },
  ),
  tag(
    0x1090,
    "Integer",
    (i) => (i.flag.status === "notFlagged" ? undefined : index(flags, i.flag.status)),
    (i, v) => {
      i.flag = { status: flags[Number(one(v))] ?? "notFlagged" };
    },
  ),
  tag(0x10f3, "String", (i) => (i.articleNumber === undefined ? undefined : `${i.articleNumber}.EML`)),
  tag(0x3007, "SystemTime", (i) => date(i.createdAt)),
  tag(0x3008, "SystemTime", (i) => date(i.modifiedAt)),
  tag(0x300b, "Binary", (i) =>
    i.entryNumber === undefined ? undefined : Buffer.from(`search key ${i.entryNumber}`).toString("base64"),
  ),
  tag(
    0x3a45,
    "String",
    (i) => i.contact?.title,
    (i, v) => {
      i.contact = { ...(i.contact ?? emptyContact()), title: one(v) };
    },
  ),
  tag(0x5d01, "String", (i) => i.sender?.address),
  tag(0x5d02, "String", (i) => i.from?.address),
  // local commit time: what clients keep as their mark of a change
  tag(0x6709, "SystemTime", (i) => date(i.modifiedAt)),
  tag(0x670e, "String", (i) => (i.articleNumber === undefined ? undefined : `${i.articleNumber}.EML`)),
  {
    key: { by: "name", set: propertySets.PublicStrings, name: "Keywords" },
    type: "StringArray",
    read: (i) => (i.categories.length > 0 ? i.categories : undefined),
    write: (i, v) => {
      i.categories = typeof v === "string" ? [v] : v;
    },
  },
  named("Common", 0x8501, "Integer", (i) => numberText(i.reminder.minutesBeforeStart)),
  named("Common", 0x8502, "SystemTime", (i) => date(i.reminder.dueBy ?? i.event?.start)),
  named(
    "Common",
    0x8503,
    "Boolean",
    (i) => String(i.reminder.isSet),
    (i, v) => {
      i.reminder = { ...i.reminder, isSet: one(v) === "true" };
    },
  ),
  named("Common", 0x8506, "Boolean", (i) => String(i.sensitivity === "private")),
  named("Common", 0x8516, "SystemTime", (i) => date(i.event?.start ?? i.task?.startAt)),
  named("Common", 0x8517, "SystemTime", (i) => date(i.event?.end ?? i.task?.dueAt)),
  named("Appointment", 0x8201, "Integer", (i) => numberText(i.event?.sequenceNumber)),
  named(
    "Appointment",
    0x8205,
    "Integer",
    (i) => (i.event ? index(busy, i.event.showAs) : undefined),
    (i, v) => {
      if (i.event) i.event = { ...i.event, showAs: busy[Number(one(v))] ?? "busy" };
    },
  ),
  named("Appointment", 0x8208, "String", (i) => i.event?.location?.displayName),
  named("Appointment", 0x820d, "SystemTime", (i) => date(i.event?.start)),
  named("Appointment", 0x820e, "SystemTime", (i) => date(i.event?.end)),
  named("Appointment", 0x8213, "Integer", (i) =>
    i.event ? String(Math.round((i.event.end.getTime() - i.event.start.getTime()) / 60_000)) : undefined,
  ),
  named("Appointment", 0x8215, "Boolean", (i) => (i.event ? String(i.event.isAllDay) : undefined)),
  named("Appointment", 0x8223, "Boolean", (i) => (i.event ? String(i.event.recurrence !== undefined) : undefined)),
  named("Task", 0x8101, "Integer", (i) => (i.task ? index(taskStates, i.task.status) : undefined)),
  named("Task", 0x8102, "Double", (i) => (i.task ? String(i.task.percentComplete / 100) : undefined)),
  named("Task", 0x8104, "SystemTime", (i) => date(i.task?.startAt)),
  named("Task", 0x8105, "SystemTime", (i) => date(i.task?.dueAt)),
  named("Task", 0x810f, "SystemTime", (i) => date(i.task?.completedAt)),
  named("Task", 0x811c, "Boolean", (i) => (i.task ? String(i.task.status === "completed") : undefined)),
  named("Address", 0x8005, "String", (i) => i.contact?.fileAs),
  named("Address", 0x8083, "String", (i) => i.contact?.emails["1"]?.address),
  named("Address", 0x8093, "String", (i) => i.contact?.emails["2"]?.address),
  named("Address", 0x80a3, "String", (i) => i.contact?.emails["3"]?.address),
  named("Address", 0x8062, "String", (i) => i.contact?.imAddresses["1"]),
];

const byKey = new Map(properties.map((property) => [extendedKeyText(property.key), property]));

/** How much room an item takes: its texts and attachments, and a constant for the rest. */
export function itemSize(item: Draft): number {
  if (item.mime) return item.mime.length + 1024;
  const attached = item.attachments.reduce(
    (sum, a) => sum + (a.content?.length ?? (a.item ? itemSize(a.item) : 0)) + 256,
    0,
  );
  return 1024 + Buffer.byteLength(`${item.subject ?? ""}${item.body?.content ?? ""}`) + attached;
}

function headersText(item: Draft): string | undefined {
  const headers = item.headers.length > 0 ? item.headers : item.isDraft ? [] : composedHeaders(item);
  return headers.length > 0 ? headers.map(({ name, value }) => `${name}: ${value}\r\n`).join("") : undefined;
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
