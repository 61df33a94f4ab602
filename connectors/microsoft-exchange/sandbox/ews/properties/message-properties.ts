import { printDate } from "../dates.ts";
import { t } from "../xml.ts";
import { date, flag, type ItemProperty, people, person, text } from "./property.ts";

const conversationIndex: ItemProperty = {
  uri: "message:ConversationIndex",
  element: "ConversationIndex",
  read: ({ conversationIndex: index }) => index && t("ConversationIndex", index.toString("base64")),
};
const conversationTopic = text("message:ConversationTopic", "ConversationTopic", (i) => i.conversationTopic);
const from = person(
  "message:From",
  "From",
  (i) => i.from,
  (d, v) => {
    d.from = v;
  },
  (d) => delete d.from,
);
const sender = person(
  "message:Sender",
  "Sender",
  (i) => i.sender,
  (d, v) => {
    d.sender = v;
  },
  (d) => delete d.sender,
);
const internetMessageId = text(
  "message:InternetMessageId",
  "InternetMessageId",
  (i) => i.internetMessageId,
  (d, v) => {
    d.internetMessageId = v;
  },
  { clear: (d) => delete d.internetMessageId },
);
const isRead = flag(
  "message:IsRead",
  "IsRead",
  (i) => i.isRead,
  (d, v) => {
    d.isRead = v;
  },
);
const references = text(
  "message:References",
  "References",
  (i) => i.references,
  (d, v) => {
    d.references = v;
  },
  { clear: (d) => delete d.references },
);

const reminderMessageData: ItemProperty = {
  uri: "message:ReminderMessageData",
  element: "ReminderMessageData",
  only: "item",
  read: ({ reminderMessage: reminder }) =>
    reminder &&
    t(
      "ReminderMessageData",
      t("ReminderText", reminder.text),
      reminder.location === undefined ? undefined : t("Location", reminder.location),
      t("StartTime", printDate(reminder.start)),
      t("EndTime", printDate(reminder.end)),
      reminder.associatedEventId === undefined
        ? undefined
        : t("AssociatedCalendarItemId", { Id: reminder.associatedEventId }),
    ),
};

/** Properties of messages and meeting messages, in schema order. */
export const messageProperties: readonly ItemProperty[] = [
  sender,
  people(
    "message:ToRecipients",
    "ToRecipients",
    (i) => i.to,
    (d, v) => {
      d.to = v;
    },
  ),
  people(
    "message:CcRecipients",
    "CcRecipients",
    (i) => i.cc,
    (d, v) => {
      d.cc = v;
    },
  ),
  people(
    "message:BccRecipients",
    "BccRecipients",
    (i) => i.bcc,
    (d, v) => {
      d.bcc = v;
    },
  ),
  flag(
    "message:IsReadReceiptRequested",
    "IsReadReceiptRequested",
    (i) => i.isReadReceiptRequested,
    (d, v) => {
      d.isReadReceiptRequested = v;
    },
  ),
  flag(
    "message:IsDeliveryReceiptRequested",
    "IsDeliveryReceiptRequested",
    (i) => i.isDeliveryReceiptRequested,
    (d, v) => {
      d.isDeliveryReceiptRequested = v;
    },
  ),
  conversationIndex,
  conversationTopic,
  from,
  internetMessageId,
  isRead,
  flag(
    "message:IsResponseRequested",
    "IsResponseRequested",
    (i) => i.isResponseRequested ?? false,
    (d, v) => {
      d.isResponseRequested = v;
    },
  ),
  references,
  people(
    "message:ReplyTo",
    "ReplyTo",
    (i) => i.replyTo,
    (d, v) => {
      d.replyTo = v;
    },
  ),
  person("message:ReceivedBy", "ReceivedBy", (i) => i.receivedBy),
  person("message:ReceivedRepresenting", "ReceivedRepresenting", (i) => i.receivedRepresenting),
  reminderMessageData,
];

/** Properties of posts, in schema order. */
export const postProperties: readonly ItemProperty[] = [
  conversationIndex,
  conversationTopic,
  from,
  internetMessageId,
  isRead,
  date("postitem:PostedTime", "PostedTime", (i) => i.sentAt ?? i.createdAt),
  references,
  sender,
];
