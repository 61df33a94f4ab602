import type { EwsColumn, MailboxPart } from "../../ews/binding.ts";
import { flag, formed, likeOperator, mailbox, mailboxes, special, text } from "./ews-makers.ts";

const mailboxParts = [
  ["Name", "Name"],
  ["EmailAddress", "EmailAddress"],
  ["RoutingType", "RoutingType"],
] as const satisfies readonly (readonly [string, MailboxPart])[];

const bySending = { nowhere: "Exchange sets it when a message is sent or received." } as const;
const since2007Sp1 = { since: "Exchange2007_SP1", plain: true, ...bySending } as const;

/** Sender-like properties as three columns each. */
const sender = mailboxParts.map(([suffix, part]) => mailbox(`Sender${suffix}`, "message:Sender", part));
const from = mailboxParts.map(([suffix, part]) => mailbox(`From${suffix}`, "message:From", part));
const receivedBy = mailboxParts.map(([suffix, part]) =>
  mailbox(`ReceivedBy${suffix}`, "message:ReceivedBy", part, since2007Sp1),
);
const representing = mailboxParts.map(([suffix, part]) =>
  mailbox(`ReceivedRepresenting${suffix}`, "message:ReceivedRepresenting", part, since2007Sp1),
);

const recipientKinds = ["To", "Cc", "Bcc"] as const;

/** Recipients as written: singular names, one delimited value each, aligned by place. */
const recipients = recipientKinds.flatMap((kind) => {
  const uri = `message:${kind}Recipients`;
  const describe = (what: string) =>
    `${what} of the ${kind} recipients, separated by semicolons; commas are taken too.`;
  return [
    mailboxes(`${kind}Recipients_Name`, uri, "Name", { operators: likeOperator, describe: describe("Display names") }),
    mailboxes(`${kind}Recipients_EmailAddress`, uri, "EmailAddress", {
      operators: likeOperator,
      describe: describe("Addresses"),
    }),
    mailboxes(`${kind}Recipients_ItemId`, uri, "ItemId", { describe: describe("Ids of contacts or private groups") }),
  ];
});

/** Recipients as read: plural names. */
export const recipientLists: readonly EwsColumn[] = recipientKinds.flatMap((kind) => [
  mailboxes(`${kind}Recipients_Names`, `message:${kind}Recipients`, "Name", {
    readOnly: true,
    describe: `Display names of all ${kind} recipients, separated by semicolons.`,
  }),
  mailboxes(`${kind}Recipients_EmailAddresses`, `message:${kind}Recipients`, "EmailAddress", {
    readOnly: true,
    describe: `Addresses of all ${kind} recipients, separated by semicolons.`,
  }),
]);

/** Properties of messages, in two runs around EffectiveRights. */
export const messageProperties: readonly EwsColumn[] = [
  ...sender,
  ...recipients,
  flag("IsReadReceiptRequested", "message:IsReadReceiptRequested"),
  flag("IsDeliveryReceiptRequested", "message:IsDeliveryReceiptRequested"),
  // Binary at the store: text restrictions on it are refused.
  formed("ConversationIndex", "message:ConversationIndex", "base64", {
    describe: "Conversation index, base64.",
    ...bySending,
  }),
  text("ConversationTopic", "message:ConversationTopic", bySending),
  ...from,
  text("InternetMessageId", "message:InternetMessageId", { stored: true, describe: "Message-ID header." }),
  flag("IsRead", "message:IsRead", { sortsExactly: true }),
  flag("IsResponseRequested", "message:IsResponseRequested"),
  text("References", "message:References", { item: true, local: true, describe: "References header." }),
];

export const receivedProperties: readonly EwsColumn[] = [...receivedBy, ...representing];

const reminderMessage = {
  item: true,
  since: "Exchange2013",
  nowhere: "Exchange writes reminder messages itself.",
} as const;
const reminderPart = (name: string, leaf: string, as: "text" | "datetime" = "text"): EwsColumn =>
  special(
    `ReminderMessageData_${name}`,
    as === "text" ? "string" : "datetime",
    "message:ReminderMessageData",
    { from: "text", at: ["ReminderMessageData", leaf], as },
    reminderMessage,
  );

export const reminderMessageData: readonly EwsColumn[] = [
  reminderPart("Text", "ReminderText"),
  reminderPart("Location", "Location"),
  reminderPart("StartTime", "StartTime", "datetime"),
  reminderPart("EndTime", "EndTime", "datetime"),
  special(
    "ReminderMessageData_AssociatedCalendarId",
    "id",
    "message:ReminderMessageData",
    { from: "attribute", at: ["ReminderMessageData", "AssociatedCalendarItemId"], attribute: "Id" },
    { readOnly: true, item: true, since: "Exchange2013" },
  ),
];
