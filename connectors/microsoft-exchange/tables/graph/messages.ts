import {
  anyText,
  byFlag,
  byInstant,
  choice,
  exactText,
  flag,
  idColumn,
  instant,
  json,
  parentColumn,
  prefixText,
  reference,
  text,
  userIdColumn,
  word,
  zone,
  zoned,
} from "../../graph/columns.ts";
import { newMessageBody } from "../../graph/message-state.ts";
import { withRecipients } from "../../graph/people.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";
import { mailFolderNames } from "./well-known.ts";

const columns = [
  idColumn(),
  json("categories", { write: "writable" }),
  reference("changeKey"),
  instant("createdDateTime", { filter: byInstant, sortable: true }),
  instant("lastModifiedDateTime", { filter: byInstant, sortable: true }),
  json("bccRecipients", { write: "writable" }),
  word("body_contentType", ["text", "html"], { write: "writable" }),
  text("body_content", { write: "writable" }),
  text("bodyPreview"),
  json("ccRecipients", { write: "writable" }),
  // Exchange makes it of conversationIndex.
  reference("conversationId", { filter: exactText }),
  text("conversationIndex", { write: "create-only" }),
  zoned("flag_completedDateTime_dateTime", { write: "writable" }),
  zone("flag_completedDateTime_timeZone", { write: "writable" }),
  zoned("flag_dueDateTime_dateTime", { write: "writable" }),
  zone("flag_dueDateTime_timeZone", { write: "writable" }),
  zoned("flag_startDateTime_dateTime", { write: "writable" }),
  zone("flag_startDateTime_timeZone", { write: "writable" }),
  choice("flag_flagStatus", ["notFlagged", "complete", "flagged"], { write: "writable" }),
  text("from_emailAddress_name", { write: "writable", filter: prefixText, sortable: true }),
  text("from_emailAddress_address", { write: "writable", filter: prefixText, sortable: true }),
  flag("hasAttachments", { filter: byFlag, sortable: true }),
  choice("importance", ["low", "normal", "high"], { write: "writable", sortable: true }),
  choice("inferenceClassification", ["focused", "other"], { write: "writable" }),
  json("internetMessageHeaders"),
  text("internetMessageId", { write: "writable", filter: exactText }),
  flag("isDeliveryReceiptRequested", { write: "writable", filter: byFlag }),
  flag("isDraft", {
    write: "create-only",
    filter: byFlag,
    description: "Not sent. A created row is a draft unless this is false: then it lies there as mail from elsewhere.",
  }),
  flag("isRead", { write: "writable", filter: byFlag, sortable: true }),
  flag("isReadReceiptRequested", { write: "writable", filter: byFlag }),
  parentColumn("parentFolderId"),
  instant("receivedDateTime", { write: "create-only", filter: byInstant, sortable: true }),
  json("replyTo", { write: "writable" }),
  text("sender_emailAddress_name", { write: "writable", filter: prefixText }),
  text("sender_emailAddress_address", { write: "writable", filter: prefixText }),
  instant("sentDateTime", { write: "create-only", filter: byInstant, sortable: true }),
  text("subject", { write: "writable", filter: anyText, sortable: true }),
  json("toRecipients", { write: "writable" }),
  word("uniqueBody_contentType", ["text", "html"]),
  text("uniqueBody_content"),
  text("webLink"),
];

/** All mail of a mailbox in one table. */
export const messages: GraphTable = graphTable({
  name: "Messages",
  description:
    "All mail of the mailbox; parentFolderId chooses a folder by id or well-known name. A created row is a draft; SendMail sends it.",
  activities: ["query", "create", "update", "delete"],
  columns,
  pseudoColumns: [userIdColumn],
  resource: {
    owner: "mailbox",
    collection: "messages",
    byId: true,
    maxPage: 1000,
    heavy: ["body", "uniqueBody", "internetMessageHeaders"],
    sortLeadsFilter: true,
    parent: {
      column: "parentFolderId",
      path: (id) => `mailFolders/${id}/messages`,
      wellKnown: mailFolderNames,
      otherwise: { kind: "collection" },
    },
    writes: {
      recognition: "extended-property",
      prepare: newMessageBody,
      change: { needs: () => [], complete: withRecipients },
    },
  },
});
