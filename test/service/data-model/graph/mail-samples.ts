import type { Row } from "#spi";
import type { Samples, TableSamples } from "../support/samples.ts";

const recipients = (...names: readonly string[]): Row[] =>
  names.map((name) => ({ emailAddress: { name, address: `${name.toLowerCase()}@elsewhere.example` } }));

const create: Row = {
  categories: ["Red", "Blue"],
  subject: "Quarterly figures & <plans>",
  body_contentType: "text",
  body_content: "First line",
  toRecipients: recipients("Carla", "Dora"),
  ccRecipients: recipients("Eve"),
  bccRecipients: recipients("Frank"),
  replyTo: recipients("Grace"),
  from_emailAddress_name: "Alice Archer",
  from_emailAddress_address: "alice@sandbox.example",
  sender_emailAddress_name: "Alice Archer",
  sender_emailAddress_address: "alice@sandbox.example",
  importance: "high",
  inferenceClassification: "other",
  internetMessageId: "<figures@sandbox.example>",
  isDeliveryReceiptRequested: true,
  isReadReceiptRequested: true,
  isRead: false,
  flag_flagStatus: "flagged",
  flag_startDateTime_dateTime: "2031-05-04T00:00:00Z",
  flag_startDateTime_timeZone: "UTC",
  flag_dueDateTime_dateTime: "2031-05-06T00:00:00Z",
  flag_dueDateTime_timeZone: "UTC",
};

const update: Row = {
  categories: ["Yellow"],
  subject: "Yearly figures",
  body_contentType: "html",
  body_content: "<html><head></head><body><p>Second line</p></body></html>",
  toRecipients: recipients("Heidi"),
  ccRecipients: recipients("Ivan", "Judy"),
  bccRecipients: recipients("Mallory"),
  replyTo: recipients("Niaj"),
  from_emailAddress_name: "Bob Baker",
  from_emailAddress_address: "bob@sandbox.example",
  sender_emailAddress_name: "Bob Baker",
  sender_emailAddress_address: "bob@sandbox.example",
  importance: "low",
  inferenceClassification: "focused",
  internetMessageId: "<plans@sandbox.example>",
  isDeliveryReceiptRequested: false,
  isReadReceiptRequested: false,
  isRead: true,
  flag_flagStatus: "complete",
  flag_completedDateTime_dateTime: "2025-05-06T00:00:00Z",
  flag_completedDateTime_timeZone: "UTC",
};

const flagged: Row = {
  flag_flagStatus: "flagged",
  flag_startDateTime_dateTime: "2031-06-04T00:00:00Z",
  flag_startDateTime_timeZone: "UTC",
  flag_dueDateTime_dateTime: "2031-06-06T00:00:00Z",
  flag_dueDateTime_timeZone: "UTC",
};

const complete: Row = {
  flag_flagStatus: "complete",
  flag_completedDateTime_dateTime: "2025-05-06T00:00:00Z",
  flag_completedDateTime_timeZone: "UTC",
};

/** A message that was sent elsewhere and is brought in. */
const sent: Row = {
  isDraft: false,
  receivedDateTime: "2025-05-06T07:08:09Z",
  sentDateTime: "2025-05-06T07:08:00Z",
  conversationIndex: "AdAAAAAAAQIDBAUGBwgJCgsMDQ4PEA==",
};

/** Sample values of mail. */
export const mailSamples: Samples = {
  Messages: async (context) => {
    const folder = await context.create("MailFolders", { displayName: "Figures" });
    return {
      rows: [
        { create: { ...create, parentFolderId: folder["id"] ?? null }, update },
        { create: complete, update: flagged },
        { create: sent },
      ],
    };
  },
  MailFolders: async (context): Promise<TableSamples> => {
    const above = await context.create("MailFolders", { displayName: "Above" });
    return {
      isKept: true,
      rows: [
        {
          create: { displayName: "Projects", isHidden: false, parentFolderId: above["id"] ?? null },
          update: { displayName: "Old projects" },
        },
        { create: { displayName: "Hidden", isHidden: true } },
      ],
    };
  },
  MessageAttachments: async (context) => {
    const [message] = await context.rows("Messages", ["id"], { subject: "RE: Everything" });
    return { where: { messageId: message?.["id"] ?? null } };
  },
};
