/** How the text of a column becomes its value. */
type As = "text" | "integer" | "boolean";

/** A column of the EWS table Inbox, and where a plain reader of the protocol finds its value. */
export interface EwsBenchColumn {
  readonly name: string;
  /** Elements from the item down, by local name. */
  readonly path: string;
  readonly attribute?: string;
  readonly as: As;
}

const at = (name: string, path: string = name, as: As = "text"): EwsBenchColumn => ({ name, path, as });
const flag = (name: string): EwsBenchColumn => at(name, name, "boolean");

/** What the list measurements ask of EWS: columns that FindItem gives. */
export const ewsColumns: readonly EwsBenchColumn[] = [
  { name: "ItemId", path: "ItemId", attribute: "Id", as: "text" },
  { name: "ItemChangeKey", path: "ItemId", attribute: "ChangeKey", as: "text" },
  { name: "ParentFolderId", path: "ParentFolderId", attribute: "Id", as: "text" },
  at("ItemClass"),
  at("Subject"),
  at("Sensitivity"),
  at("DateTimeReceived"),
  at("Size", "Size", "integer"),
  at("Importance"),
  flag("IsSubmitted"),
  flag("IsDraft"),
  flag("IsFromMe"),
  at("DateTimeSent"),
  at("DateTimeCreated"),
  flag("ReminderIsSet"),
  at("DisplayTo"),
  flag("HasAttachments"),
  at("LastModifiedName"),
  at("LastModifiedTime"),
  { name: "ConversationId", path: "ConversationId", attribute: "Id", as: "text" },
  at("SenderName", "Sender/Mailbox/Name"),
  flag("IsReadReceiptRequested"),
  at("ConversationTopic"),
  at("FromName", "From/Mailbox/Name"),
  at("InternetMessageId"),
  flag("IsRead"),
];

/** With the body, which GetItem alone gives. */
export const ewsBodyColumns: readonly EwsBenchColumn[] = [...ewsColumns, at("Body")];

/** A column of the Graph table Messages and the members that lead to its value. */
export interface GraphBenchColumn {
  readonly name: string;
  readonly path: readonly string[];
}

const graphNames = [
  "id",
  "changeKey",
  "categories",
  "createdDateTime",
  "lastModifiedDateTime",
  "bodyPreview",
  "conversationId",
  "flag_flagStatus",
  "from_emailAddress_name",
  "from_emailAddress_address",
  "hasAttachments",
  "importance",
  "inferenceClassification",
  "internetMessageId",
  "isDeliveryReceiptRequested",
  "isDraft",
  "isRead",
  "isReadReceiptRequested",
  "parentFolderId",
  "receivedDateTime",
  "sender_emailAddress_name",
  "sender_emailAddress_address",
  "sentDateTime",
  "subject",
  "toRecipients",
  "webLink",
];

/** What the list measurements ask of Graph. */
export const graphColumns: readonly GraphBenchColumn[] = graphNames.map((name) => ({ name, path: name.split("_") }));

/** The members of a message that the columns need. */
export const graphSelect = [...new Set(graphColumns.map(({ path }) => path[0]))].join(",");
