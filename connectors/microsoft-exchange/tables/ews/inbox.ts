import { mailTable, usualMail } from "./mail-table.ts";

/** Received mail. */
export const inbox = mailTable("Inbox", "inbox", "Received mail.", {
  ...usualMail,
  attachmentColumns: ["AttachmentId", "AttachmentName"],
});
