import { previewOf } from "../../ews/body-text.ts";
import {
  conversationGuid,
  conversationId,
  conversationIndex,
  eventOfMessage,
  graphId,
  type Item,
  type ItemFields,
  type Mailbox,
} from "../../mailboxes/index.ts";
import { etagOf, folderIdOf, type GraphCall, idOf, mailboxOf } from "../call.ts";
import { GraphError } from "../errors.ts";
import { expandExtended, printExtended, writeExtended } from "../extended-property-ids.ts";
import { MESSAGE_RULES } from "../odata/filter-rules.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { project, type Shape } from "../shape.ts";
import {
  invalidProperty,
  printFloating,
  printInstant,
  printRecipient,
  printZoned,
  readEnum,
  readRecipient,
  readRecipients,
  readZoned,
} from "../values.ts";
import { printAttachment } from "./attachment.ts";
import { eventShape } from "./event.ts";
import { printBody, readBody } from "./item-body.ts";
import { webLink } from "./web-link.ts";

/** How messages are shown; meeting messages are eventMessages. */
export const messageShape: Shape<Item> = {
  type: "message",
  derivedType: (item) => meetingType(item),
  etag: (item, call) => etagOf(mailboxOf(call), item),
  rules: MESSAGE_RULES,
  hidden: ["uniqueBody", "internetMessageHeaders"],
  unsortable: ["body", "uniqueBody", "bodyPreview", "webLink"],
  members: {
    id: (item, call) => idOf(call, item),
    createdDateTime: (item) => printInstant(item.createdAt),
    lastModifiedDateTime: (item) => printInstant(item.modifiedAt),
    changeKey: (item, call) => mailboxOf(call).changeKeyOf(item),
    categories: (item) => item.categories,
    receivedDateTime: (item) => printInstant(item.receivedAt ?? item.createdAt),
    sentDateTime: (item) => printInstant(item.sentAt ?? item.createdAt),
    hasAttachments: (item) => item.attachments.some((one) => !one.isInline),
    internetMessageId: (item) => item.internetMessageId,
    internetMessageHeaders: (item) => item.headers.map(({ name, value }) => ({ name, value })),
    subject: (item) => item.subject ?? "",
    bodyPreview: (item) => previewOf(item.body),
    importance: (item) => item.importance,
    parentFolderId: (item) => (item.folderId === "" ? null : folderIdOf(item.folderId)),
    conversationId: (item, call) => conversationOf(mailboxOf(call), item),
    conversationIndex: (item) => indexOf(item).toString("base64"),
    isDeliveryReceiptRequested: (item) => item.isDeliveryReceiptRequested,
    isReadReceiptRequested: (item) => item.isReadReceiptRequested,
    isRead: (item) => item.isRead,
    isDraft: (item) => item.isDraft,
    webLink: (item) => webLink(item, "ReadMessageItem"),
    inferenceClassification: (item) => item.inferenceClassification ?? "focused",
    body: (item, call) => printBody(item, call),
    uniqueBody: (item, call) => printBody(item, call),
    sender: (item) => printRecipient(item.sender ?? item.from),
    from: (item) => printRecipient(item.from),
    toRecipients: (item) => item.to.map(printRecipient),
    ccRecipients: (item) => item.cc.map(printRecipient),
    bccRecipients: (item) => item.bcc.map(printRecipient),
    replyTo: (item) => item.replyTo.map(printRecipient),
    flag: (item) => printFlag(item),
  },
  derivedMembers: {
    meetingMessageType: (item) => meetingMessageType(item),
    isOutOfDate: (item) => item.meeting?.isOutOfDate ?? false,
    isAllDay: (item) => item.event?.isAllDay ?? false,
    isDelegated: (item) => item.meeting?.isDelegated ?? false,
    startDateTime: (item, call) => eventTime(item, call, "start"),
    endDateTime: (item, call) => eventTime(item, call, "end"),
    type: (item) => (item.event?.recurrence === undefined ? "singleInstance" : "seriesMaster"),
  },
  expanders: {
    attachments: (item, call, expansion) =>
      Promise.all(item.attachments.map((one) => printAttachment(one, call, expansion))),
    singleValueExtendedProperties: (item, _call, { filter }) => expandExtended(item.extended, filter, false),
    multiValueExtendedProperties: (item, _call, { filter }) => expandExtended(item.extended, filter, true),
    extensions: () => [],
    "microsoft.graph.eventMessage/event": (item, call, expansion) => meetingEvent(item, call, expansion.select),
  },
  searchables: { singleValueExtendedProperties: (item) => printExtended(item.extended, false) },
};

/** Members that cannot be changed once a message was sent or received. */
const draftOnly = [
  "bccRecipients",
  "ccRecipients",
  "from",
  "internetMessageId",
  "isDeliveryReceiptRequested",
  "isReadReceiptRequested",
  "replyTo",
  "sender",
  "toRecipients",
];

type Setter = (draft: ItemFields, value: unknown, call: GraphCall) => void;

const setters: Readonly<Record<string, Setter>> = {
  subject: (draft, value) => assign(draft, "subject", value === null ? "" : String(value)),
  body: (draft, value) => assign(draft, "body", readBody(value)),
  importance: (draft, value) => {
    draft.importance = value === null ? "normal" : readEnum(value, ["low", "normal", "high"]);
  },
  categories: (draft, value) => {
    draft.categories = [...(value as string[])];
  },
  inferenceClassification: (draft, value) => {
    draft.inferenceClassification = value === "other" ? "other" : "focused";
  },
  isRead: (draft, value) => {
    draft.isRead = value === true;
  },
  isReadReceiptRequested: (draft, value) => {
    draft.isReadReceiptRequested = value === true;
  },
  isDeliveryReceiptRequested: (draft, value) => {
    draft.isDeliveryReceiptRequested = value === true;
  },
  internetMessageId: (draft, value) => assign(draft, "internetMessageId", value ?? undefined),
  from: (draft, value) => assign(draft, "from", value === null ? undefined : readRecipient(value)),
  sender: (draft, value) => assign(draft, "sender", value === null ? undefined : readRecipient(value)),
  toRecipients: (draft, value) => {
    draft.to = readRecipients(value);
  },
  ccRecipients: (draft, value) => {
    draft.cc = readRecipients(value);
  },
  bccRecipients: (draft, value) => {
    draft.bcc = readRecipients(value);
  },
  replyTo: (draft, value) => {
    draft.replyTo = readRecipients(value);
  },
  flag: (draft, value, call) => {
    draft.flag = readFlag(value, call);
  },
  singleValueExtendedProperties: (draft, value) => writeExtended(draft.extended, value),
  multiValueExtendedProperties: (draft, value) => writeExtended(draft.extended, value),
};

/** Writes a body's members to a message; read-only ones are passed over, as the service does. */
export function applyMessage(draft: ItemFields, body: JsonObject, call: GraphCall, isNew: boolean): void {
  const refused = isNew || draft.isDraft ? undefined : draftOnly.find((name) => name in body);
  if (refused !== undefined) {
    throw new GraphError(
      400,
      "ErrorInvalidPropertySet",
      `The property '${refused}' can only be set while the message is a draft.`,
    );
  }
  draft.extended = new Map(draft.extended);
  for (const [name, value] of Object.entries(body)) setters[name]?.(draft, value, call);
  if ("internetMessageHeaders" in body) applyHeaders(draft, body["internetMessageHeaders"], isNew);
  const flags = draft.extended.get("tag:e07")?.value;
  // The known way to make a message that is no draft: PR_MESSAGE_FLAGS without MSGFLAG_UNSENT (8).
  if (isNew && typeof flags === "string") draft.isDraft = (Number(flags) & 8) !== 0;
  if (isNew) applyOrigin(draft);
}

/** Times and place in the conversation of a message that comes from elsewhere, by the properties behind them. */
function applyOrigin(draft: ItemFields): void {
  const property = (tag: string): string | undefined => {
    const value = draft.extended.get(`tag:${tag}`)?.value;
    return typeof value === "string" ? value : undefined;
  };
  const [received, sent, index] = [property("e06"), property("39"), property("71")];
  if (received !== undefined) draft.receivedAt = new Date(received);
  if (sent !== undefined) draft.sentAt = new Date(sent);
  if (index !== undefined) draft.conversationIndex = Buffer.from(index, "base64");
}

/** The url-safe id of the conversation a message is part of. */
export function conversationOf(mailbox: Mailbox, item: Item): string {
  return graphId(conversationId(mailbox.guid, conversationGuid(indexOf(item))));
}

function indexOf(item: Item): Buffer {
  return item.conversationIndex ?? conversationIndex(item, item.createdAt);
}

function applyHeaders(draft: ItemFields, value: unknown, isNew: boolean): void {
  const list = (Array.isArray(value) ? value : []) as { name?: string; value?: string }[];
  if (!isNew) throw new GraphError(400, "ErrorInvalidPropertySet", "Internet headers can only be set at creation.");
  if (list.length > 5) {
    throw new GraphError(
      400,
      "InvalidInternetMessageHeaderCollection",
      "Maximum number of headers in one message should be less than or equal to 5.",
    );
  }
  for (const { name = "" } of list) {
    if (/^x-/i.test(name)) continue;
    throw new GraphError(
      400,
      "InvalidInternetMessageHeader",
      `The internet message header name '${name}' should start with 'x-' or 'X-'.`,
    );
  }
  draft.headers = list.map(({ name = "", value: text = "" }) => ({ name, value: text }));
  for (const { name = "", value: text = "" } of list) {
    writeExtended(draft.extended, [{ id: `String {00020386-0000-0000-c000-000000000046} Name ${name}`, value: text }]);
  }
}

function meetingType(item: Item): string | undefined {
  if (item.kind === "meetingRequest") return "eventMessageRequest";
  if (item.kind === "meetingResponse") return "eventMessageResponse";
  return item.kind === "meetingCancellation" ? "eventMessage" : undefined;
}

/** The service spells "tentatively" so in this enumeration. */
function meetingMessageType(item: Item): string {
  if (item.kind === "meetingRequest") return "meetingRequest";
  if (item.kind === "meetingCancellation") return "meetingCancelled";
  if (item.meeting?.response === "declined") return "meetingDeclined";
  return item.meeting?.response === "tentativelyAccepted" ? "meetingTenativelyAccepted" : "meetingAccepted";
}

function eventTime(item: Item, call: GraphCall, side: "start" | "end"): unknown {
  return item.event === undefined ? null : printZoned(item.event[side], call.prefer.timeZone ?? "UTC");
}

async function meetingEvent(item: Item, call: GraphCall, select?: readonly string[]): Promise<unknown> {
  if (meetingType(item) === undefined) return undefined;
  const event = eventOfMessage(mailboxOf(call), item);
  if (event === undefined) return null;
  return project(eventShape, event, call, { expand: [], ...(select === undefined ? {} : { select }) });
}

function printFlag({ flag }: Item): unknown {
  const day = (at: Date) => printFloating(at.toISOString(), "UTC");
  return {
    flagStatus: flag.status,
    ...(flag.start === undefined ? {} : { startDateTime: day(flag.start) }),
    ...(flag.due === undefined ? {} : { dueDateTime: day(flag.due) }),
    ...(flag.completed === undefined ? {} : { completedDateTime: day(flag.completed) }),
  };
}

function readFlag(value: unknown, call: GraphCall): ItemFields["flag"] {
  const given = (value ?? {}) as JsonObject;
  const status = readEnum(given["flagStatus"] ?? "notFlagged", ["notFlagged", "flagged", "complete"]);
  const start = readZoned(given["startDateTime"])?.at;
  const due = readZoned(given["dueDateTime"])?.at;
  const completed = readZoned(given["completedDateTime"])?.at;
  if (start !== undefined && due === undefined) {
    throw invalidProperty("A flag with a start date needs a due date.");
  }
  return {
    status,
    ...(start === undefined ? {} : { start }),
    ...(due === undefined ? {} : { due }),
    ...(status === "complete" ? { completed: completed ?? call.now } : {}),
  };
}

function assign<K extends keyof ItemFields>(draft: ItemFields, name: K, value: unknown): void {
  if (value === undefined) delete draft[name];
  else draft[name] = value as ItemFields[K];
}
