import { conversationGuid, conversationId, type Flag, type Header, itemSize } from "../../mailboxes/index.ts";
import { convertBody, previewOf } from "../body-text.ts";
import { printDate, readDate } from "../dates.ts";
import { schemaViolation } from "../ews-error.ts";
import { childText, t, textOf, type XmlElement } from "../xml.ts";
import { attachmentElement } from "./attachment-element.ts";
import { flagNames, importanceNames, sensitivityNames } from "./names.ts";
import { choice, chosen, type Draft, date, flag, type ItemProperty, integer, text, texts } from "./property.ts";
import { responseObjects } from "./response-objects.ts";

/** Place of the extended properties among the others: they are printed by what the request names. */
export const extendedPlace: ItemProperty = { uri: "", element: "ExtendedProperty" };

const names = (list: readonly { name?: string; address?: string }[]) =>
  list.map((one) => one.name ?? one.address ?? "").join("; ");

const received = (item: Draft) => item.receivedAt ?? item.createdAt;

const body: ItemProperty = {
  uri: "item:Body",
  element: "Body",
  only: "item",
  read: (item, context) => {
    const shown = convertBody(item.body ?? { type: "text", content: "" }, context.bodyType);
    return t("Body", { BodyType: shown.type === "html" ? "HTML" : "Text", IsTruncated: "false" }, shown.content);
  },
  write: (draft, element) => {
    draft.body = readBody(element);
  },
  clear: (draft) => {
    delete draft.body;
  },
  append: (draft, element) => {
    const added = readBody(element);
    const content = convertBody(added, draft.body?.type === "html" ? "HTML" : draft.body ? "Text" : "Best").content;
    draft.body = { type: draft.body?.type ?? added.type, content: (draft.body?.content ?? "") + content };
  },
  value: (item) => item.body?.content,
};

function readBody(element: XmlElement): { type: "html" | "text"; content: string } {
  const type = element.attributes["BodyType"];
  if (type !== "HTML" && type !== "Text")
    throw schemaViolation("The required attribute 'BodyType' is missing or invalid.");
  return { type: type === "HTML" ? "html" : "text", content: textOf(element) };
}

const mimeContent: ItemProperty = {
  uri: "item:MimeContent",
  element: "MimeContent",
  only: "refused",
  read: (_, { mime }) => mime && t("MimeContent", { CharacterSet: "UTF-8" }, mime.toString("base64")),
};

const flagProperty: ItemProperty = {
  uri: "item:Flag",
  element: "Flag",
  read: ({ flag: { status, start, due, completed } }) =>
    t(
      "Flag",
      t("FlagStatus", Object.keys(flagNames).find((name) => flagNames[name] === status) ?? "NotFlagged"),
      start && t("StartDate", printDate(start)),
      due && t("DueDate", printDate(due)),
      completed && t("CompleteDate", printDate(completed)),
    ),
  write: (draft, element, { timeZone }) => {
    const status = chosen(flagNames, "FlagStatus", childText(element, "FlagStatus") ?? "");
    const result: Flag = { status };
    const at = (name: string) => {
      const value = childText(element, name);
      return value === undefined ? undefined : readDate(value, timeZone);
    };
    const [start, due, completed] = [at("StartDate"), at("DueDate"), at("CompleteDate")];
    if (start) result.start = start;
    if (due) result.due = due;
    if (completed) result.completed = completed;
    draft.flag = result;
  },
  clear: (draft) => {
    draft.flag = { status: "notFlagged" };
  },
};

const headers: ItemProperty = {
  uri: "item:InternetMessageHeaders",
  element: "InternetMessageHeaders",
  only: "item",
  read: (item) => (item.headers.length > 0 ? t("InternetMessageHeaders", headerElements(item.headers)) : undefined),
};

export function headerElements(list: readonly Header[]): XmlElement[] {
  return list.map(({ name, value }) => t("InternetMessageHeader", { HeaderName: name }, value));
}

/** Calendar items and tasks come due; a calendar item's reminder is about its start. */
const reminderDueBy = date(
  "item:ReminderDueBy",
  "ReminderDueBy",
  (item) => item.reminder.dueBy ?? item.event?.start,
  (draft, value) => {
    draft.reminder = { ...draft.reminder, dueBy: value };
  },
);

/** Properties all items have, in schema order. */
export const itemProperties: readonly ItemProperty[] = [
  mimeContent,
  {
    uri: "item:ItemId",
    element: "ItemId",
    read: (item, { mailbox }) => t("ItemId", { Id: item.id, ChangeKey: mailbox.changeKeyOf(item) }),
  },
  {
    uri: "item:ParentFolderId",
    element: "ParentFolderId",
    read: (item, { mailbox }) => {
      const folder = mailbox.folders.get(item.folderId);
      return folder && t("ParentFolderId", { Id: folder.id, ChangeKey: mailbox.changeKeyOf(folder) });
    },
  },
  text(
    "item:ItemClass",
    "ItemClass",
    (i) => i.itemClass,
    (d, v) => {
      d.itemClass = v;
    },
  ),
  text(
    "item:Subject",
    "Subject",
    (i) => i.subject,
    (d, v) => {
      d.subject = v;
    },
    { clear: (d) => delete d.subject },
  ),
  choice(
    "item:Sensitivity",
    "Sensitivity",
    sensitivityNames,
    (i) => i.sensitivity,
    (d, v) => {
      d.sensitivity = v;
    },
  ),
  body,
  {
    uri: "item:Attachments",
    element: "Attachments",
    only: "item",
    read: (item) =>
      item.attachments.length > 0
        ? t(
            "Attachments",
            item.attachments.map((one) => attachmentElement(one)),
          )
        : undefined,
  },
  date("item:DateTimeReceived", "DateTimeReceived", received),
  integer("item:Size", "Size", itemSize),
  texts(
    "item:Categories",
    "Categories",
    (i) => i.categories,
    (d, v) => {
      d.categories = v;
    },
  ),
  choice(
    "item:Importance",
    "Importance",
    importanceNames,
    (i) => i.importance,
    (d, v) => {
      d.importance = v;
    },
  ),
  text(
    "item:InReplyTo",
    "InReplyTo",
    (i) => i.inReplyTo,
    (d, v) => {
      d.inReplyTo = v;
    },
    { clear: (d) => delete d.inReplyTo },
  ),
  flag("item:IsSubmitted", "IsSubmitted", (i) => i.isSubmitted),
  flag("item:IsDraft", "IsDraft", (i) => i.isDraft),
  flag("item:IsFromMe", "IsFromMe", (i) => i.isFromMe),
  flag("item:IsResend", "IsResend", (i) => i.isResend),
  flag("item:IsUnmodified", "IsUnmodified", (i) => i.isUnmodified),
  headers,
  date("item:DateTimeSent", "DateTimeSent", (i) => i.sentAt ?? i.createdAt),
  date("item:DateTimeCreated", "DateTimeCreated", (i) => i.createdAt),
  {
    uri: "item:ResponseObjects",
    element: "ResponseObjects",
    only: "item",
    read: (item) => responseObjects(item),
  },
  reminderDueBy,
  flag(
    "item:ReminderIsSet",
    "ReminderIsSet",
    (i) => i.reminder.isSet,
    (d, v) => {
      d.reminder = { ...d.reminder, isSet: v };
    },
  ),
  date("item:ReminderNextTime", "ReminderNextTime", (i) => {
    const due = i.reminder.isSet ? (i.reminder.dueBy ?? i.event?.start) : undefined;
    return due && new Date(due.getTime() - (i.reminder.minutesBeforeStart ?? 0) * 60_000);
  }),
  integer(
    "item:ReminderMinutesBeforeStart",
    "ReminderMinutesBeforeStart",
    (i) => i.reminder.minutesBeforeStart ?? 0,
    (d, v) => {
      d.reminder = { ...d.reminder, minutesBeforeStart: v };
    },
  ),
  text("item:DisplayCc", "DisplayCc", (i) =>
    names(i.event ? i.event.attendees.filter((a) => a.type === "optional") : i.cc),
  ),
  text("item:DisplayTo", "DisplayTo", (i) =>
    names(i.event && i.kind === "event" ? i.event.attendees.filter((a) => a.type === "required") : i.to),
  ),
  text("item:DisplayBcc", "DisplayBcc", (i) => (i.bcc.length > 0 ? names(i.bcc) : undefined)),
  flag("item:HasAttachments", "HasAttachments", (i) => i.attachments.some((one) => !one.isInline)),
  extendedPlace,
  text(
    "item:Culture",
    "Culture",
    (i) => i.culture ?? "en-US",
    (d, v) => {
      d.culture = v;
    },
    { clear: (d) => delete d.culture },
  ),
  {
    uri: "item:EffectiveRights",
    element: "EffectiveRights",
    read: () => effectiveRights(),
  },
  text("item:LastModifiedName", "LastModifiedName", (i) => i.modifiedBy),
  date("item:LastModifiedTime", "LastModifiedTime", (i) => i.modifiedAt),
  flag(
    "item:IsAssociated",
    "IsAssociated",
    (i) => i.isAssociated,
    (d, v) => {
      d.isAssociated = v;
    },
    { createOnly: true },
  ),
  text("item:WebClientReadFormQueryString", "WebClientReadFormQueryString", (i) =>
    webLink(i, "&viewmodel=ReadMessageItem"),
  ),
  text("item:WebClientEditFormQueryString", "WebClientEditFormQueryString", (i) =>
    i.isDraft ? webLink(i, "&viewmodel=EditMessageItem") : undefined,
  ),
  {
    uri: "item:ConversationId",
    element: "ConversationId",
    read: (item, { mailbox }) =>
      item.conversationIndex &&
      t("ConversationId", { Id: conversationId(mailbox.guid, conversationGuid(item.conversationIndex)) }),
    value: (item) => item.conversationIndex && conversationGuid(item.conversationIndex).toString("base64"),
  },
  convertedBody("item:UniqueBody", "UniqueBody", "Best"),
  flagProperty,
  text("item:StoreEntryId", "StoreEntryId", (i) => i.id, undefined, { only: "item" }),
  text("item:InstanceKey", "InstanceKey", (i) => Buffer.from(`instance ${i.entryNumber}`).toString("base64")),
  convertedBody("item:NormalizedBody", "NormalizedBody", "Best"),
  text("item:Preview", "Preview", (i) => previewOf(i.body)),
  convertedBody("item:TextBody", "TextBody", "Text"),
  choice(
    "item:IconIndex",
    "IconIndex",
    {
      Default: "default",
      PostItem: "post",
      MailRead: "read",
      MailUnread: "unread",
      AppointmentItem: "event",
      TaskItem: "task",
    },
    iconOf,
  ),
  text("item:SearchKey", "SearchKey", (i) => Buffer.from(`search key ${i.entryNumber}`).toString("base64")),
];

/** Bodies of newer versions, which neither FindItem nor the AllProperties shape gives. */
function convertedBody(uri: string, element: string, type: "Best" | "Text"): ItemProperty {
  return {
    uri,
    element,
    only: "refused",
    read: (item, context) => {
      const shown = convertBody(
        item.body ?? { type: "text", content: "" },
        type === "Text" ? "Text" : context.bodyType,
      );
      return t(element, { BodyType: shown.type === "html" ? "HTML" : "Text", IsTruncated: "false" }, shown.content);
    },
  };
}

export function effectiveRights(name = "EffectiveRights", isFolder = false): XmlElement {
  const create = String(isFolder);
  return t(
    name,
    t("CreateAssociated", create),
    t("CreateContents", create),
    t("CreateHierarchy", create),
    t("Delete", "true"),
    t("Modify", "true"),
    t("Read", "true"),
    t("ViewPrivateItems", "true"),
  );
}

function webLink(item: Draft, model: string): string {
  return `?ItemID=${encodeURIComponent(item.id ?? "")}&exvsurl=1${model}`;
}

function iconOf(item: Draft): "default" | "post" | "read" | "unread" | "event" | "task" {
  if (item.kind === "post") return "post";
  if (item.kind === "event") return "event";
  if (item.kind === "task") return "task";
  if (item.kind !== "message") return "default";
  return item.isRead ? "read" : "unread";
}
