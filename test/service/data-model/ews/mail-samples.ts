import type { Row, Value } from "#spi";
import type { RowSample, Samples, TableSamples } from "../support/samples.ts";
import type { WalkContext } from "../support/walk.ts";

/** What every item of EWS can be given: a value to create it with and another to change it to. */
export const itemSample: RowSample = {
  create: {
    Subject: "Quarterly figures & <plans>",
    Body: "First line\nsecond line",
    Categories: "Red;Blue & Green",
    ReminderDueBy: "2031-05-04T09:00:00Z",
    ReminderIsSet: true,
    ReminderMinutesBeforeStart: 45,
    Culture: "de-DE",
    Importance: "High",
    Sensitivity: "Private",
  },
  update: {
    Subject: "Yearly figures",
    Body: "<p>Third line</p>",
    Categories: "Yellow",
    ReminderDueBy: "2032-06-05T10:30:00Z",
    ReminderIsSet: false,
    ReminderMinutesBeforeStart: 90,
    Culture: "fr-FR",
    Importance: "Low",
    Sensitivity: "Confidential",
  },
};

/** A hidden item of its folder. */
export const hiddenSample: RowSample = { create: { Subject: "Settings", IsAssociated: true } };

const messageCreate: Row = {
  ...itemSample.create,
  BodyType: "Text",
  ItemClass: "IPM.Note.Sample",
  InReplyTo: "<question@sandbox.example>",
  SenderName: "Alice Archer",
  SenderEmailAddress: "alice@sandbox.example",
  SenderRoutingType: "SMTP",
  FromName: "Alice Archer",
  FromEmailAddress: "alice@sandbox.example",
  FromRoutingType: "SMTP",
  ToRecipients_Name: '"Baker, Bob";Carol',
  ToRecipients_EmailAddress: "bob@sandbox.example;carol@elsewhere.example",
  CcRecipients_Name: "Dora",
  CcRecipients_EmailAddress: "dora@elsewhere.example",
  BccRecipients_Name: "Eve",
  BccRecipients_EmailAddress: "eve@elsewhere.example",
  IsReadReceiptRequested: true,
  IsDeliveryReceiptRequested: true,
  InternetMessageId: "<figures@sandbox.example>",
  IsRead: false,
  IsResponseRequested: true,
  References: "<question@sandbox.example>",
};

const messageUpdate: Row = {
  ...itemSample.update,
  BodyType: "HTML",
  ItemClass: "IPM.Note",
  InReplyTo: "<another@sandbox.example>",
  SenderName: "Bob Baker",
  SenderEmailAddress: "bob@sandbox.example",
  SenderRoutingType: "EX",
  FromName: "Bob Baker",
  FromEmailAddress: "bob@sandbox.example",
  FromRoutingType: "EX",
  ToRecipients_Name: "Frank",
  ToRecipients_EmailAddress: "frank@elsewhere.example",
  CcRecipients_Name: "Grace;Heidi",
  CcRecipients_EmailAddress: "grace@elsewhere.example;heidi@elsewhere.example",
  BccRecipients_Name: "Ivan",
  BccRecipients_EmailAddress: "ivan@elsewhere.example",
  IsReadReceiptRequested: false,
  IsDeliveryReceiptRequested: false,
  InternetMessageId: "<plans@sandbox.example>",
  IsRead: true,
  IsResponseRequested: false,
  References: "<another@sandbox.example>",
};

/** The tables of messages. */
export const mailTables = ["Inbox", "SentItems", "Drafts", "DeletedItems", "JunkEmail", "Outbox"];

const flagged: Row = {
  Flag_FlagStatus: "Flagged",
  Flag_StartDate: "2031-05-04T00:00:00Z",
  Flag_DueDate: "2031-05-06T00:00:00Z",
};
const complete: Row = { Flag_FlagStatus: "Complete", Flag_CompleteDate: "2025-05-04T00:00:00Z" };

/** Samples of one table of messages, in a folder below another, to and from contacts of the mailbox. */
async function mail(context: WalkContext): Promise<TableSamples> {
  const { FolderId = null } = await context.create("Folders", { DisplayName: `Below ${crypto.randomUUID()}` });
  const [one = null, other = null] = (await context.rows("Contacts", ["ItemId"])).map((row) => row["ItemId"] ?? null);
  const recipients = (id: Value): Row => ({
    ToRecipients_ItemId: id,
    CcRecipients_ItemId: id,
    BccRecipients_ItemId: id,
  });
  return {
    rows: [
      { create: { ...messageCreate, ...flagged, ParentFolderId: FolderId }, update: { ...messageUpdate, ...complete } },
      { create: complete, update: flagged },
      hiddenSample,
      { create: recipients(one), update: recipients(other) },
    ],
  };
}

/** Sample values of the tables of messages. */
export const mailSamples: Samples = Object.fromEntries(mailTables.map((table) => [table, mail]));
