import type { EwsColumn } from "../../ews/binding.ts";
import {
  attribute,
  binary,
  choice,
  equalOperator,
  flag,
  formed,
  idOperators,
  integer,
  likeOperator,
  part,
  special,
  text,
  textOperators,
  time,
} from "./ews-makers.ts";

export const importances = ["Low", "Normal", "High"] as const;
export const sensitivities = ["Normal", "Personal", "Private", "Confidential"] as const;

/** Identity and folder of an item; first in every table of items. */
export const itemIdentity: readonly EwsColumn[] = [
  attribute("ItemId", "item:ItemId", "Id", {
    key: true,
    readOnly: true,
    operators: idOperators,
    filter: { by: "item-id" },
    describe: "Id of the item; opaque, case-sensitive. A filter on it reads the item itself.",
  }),
  binary("MimeContent", "item:MimeContent", {
    readOnly: true,
    item: true,
    describe:
      "The item's RFC 822 source, base64. Left out when a query names no columns, unless IncludeContent is set.",
  }),
  attribute("ItemChangeKey", "item:ItemId", "ChangeKey", {
    mutability: "update-only",
    describe: "Version of the item, for update and delete; looked up when left out.",
  }),
  attribute("ParentFolderId", "item:ParentFolderId", "Id", {
    mutability: "create-only",
    write: { to: "folder" },
    operators: idOperators,
    filter: { by: "folder-id" },
    describe: "Folder that holds the item. A filter on it reads that folder instead; on create it chooses the folder.",
  }),
  attribute("ParentFolderChangeKey", "item:ParentFolderId", "ChangeKey", { readOnly: true }),
  text("ItemClass", "item:ItemClass", { describe: "Message class, such as IPM.Note." }),
  text("Subject", "item:Subject", { stored: true, describe: "Subject, at most 255 characters." }),
  // Read-only in the reference, where no appointment could be private.
  choice("Sensitivity", "item:Sensitivity", sensitivities, ["Normal"]),
  special(
    "Body",
    "string",
    "item:Body",
    { from: "text", at: ["Body"], as: "text" },
    {
      item: true,
      write: { to: "body", element: "Body", part: "text" },
      operators: likeOperator,
      describe:
        "Body, in the form the property BodyType asks for; filtered here, since Exchange searches words and not markup.",
    },
  ),
];

/** Column BodyType; not on every table. */
export const bodyType: EwsColumn = special(
  "BodyType",
  "string",
  "item:Body",
  { from: "attribute", at: ["Body"], attribute: "BodyType" },
  {
    item: true,
    write: { to: "body", element: "Body", part: "type" },
    allowed: ["HTML", "Text"],
    describe: "HTML or Text. On create and update the form of Body; Text when left out.",
  },
);

const times = { readOnly: true, sortsExactly: true } as const;

/** Properties every item has, up to EffectiveRights. */
export const itemProperties: readonly EwsColumn[] = [
  time("DateTimeReceived", "item:DateTimeReceived", times),
  integer("Size", "item:Size", { readOnly: true, sortsExactly: true, describe: "Size in bytes." }),
  special(
    "Categories",
    "string",
    "item:Categories",
    { from: "list", group: ["Categories", "String"], leaf: [] },
    {
      write: { to: "strings", element: "Categories" },
      filter: { by: "categories" },
      operators: { ...equalOperator, ...likeOperator },
      describe: "Categories separated by semicolons.",
    },
  ),
  text("InReplyTo", "item:InReplyTo", { stored: true }),
  flag("IsSubmitted", "item:IsSubmitted", { readOnly: true }),
  flag("IsDraft", "item:IsDraft", { readOnly: true }),
  flag("IsFromMe", "item:IsFromMe", { readOnly: true }),
  flag("IsResend", "item:IsResend", { readOnly: true }),
  flag("IsUnmodified", "item:IsUnmodified", { readOnly: true, plain: true }),
  special(
    "InternetMessageHeaders",
    "string",
    "item:InternetMessageHeaders",
    { from: "headers" },
    {
      readOnly: true,
      item: true,
      describe: "Internet headers, one `Name: value` line each.",
    },
  ),
  time("DateTimeSent", "item:DateTimeSent", times),
  time("DateTimeCreated", "item:DateTimeCreated", times),
  time("ReminderDueBy", "item:ReminderDueBy"),
  flag("ReminderIsSet", "item:ReminderIsSet"),
  integer("ReminderMinutesBeforeStart", "item:ReminderMinutesBeforeStart"),
  text("DisplayCc", "item:DisplayCc", { readOnly: true, describe: "Names of Cc recipients in one text." }),
  text("DisplayTo", "item:DisplayTo", { readOnly: true, describe: "Names of To recipients in one text." }),
  flag("HasAttachments", "item:HasAttachments", { readOnly: true, sortsExactly: true }),
  // The store keeps a language as a number: text restrictions on it are refused.
  formed("Culture", "item:Culture", "language", { describe: "Language, such as en-US." }),
];

/** The same beside mail: only messages answer others. */
export const itemPropertiesBesideMail: readonly EwsColumn[] = itemProperties.map((column) =>
  column.name === "InReplyTo" ? { ...column, mutability: "read-only" } : column,
);

export const importance: EwsColumn = choice("Importance", "item:Importance", importances, ["Normal"]);

const rights = [
  "CreateAssociated",
  "CreateContents",
  "CreateHierarchy",
  "Delete",
  "Modify",
  "Read",
  "ViewPrivateItems",
] as const;

/** What the signed-in account may do, one column for each right. */
export const effectiveRights = (uri: string): readonly EwsColumn[] =>
  rights.map((right) =>
    part(`EffectiveRights_${right}`, uri, [right], "boolean", { readOnly: true, since: "Exchange2007_SP1" }),
  );

/** Properties later versions added to every item. */
export const laterItemProperties: readonly EwsColumn[] = [
  text("LastModifiedName", "item:LastModifiedName", { readOnly: true, since: "Exchange2007_SP1" }),
  time("LastModifiedTime", "item:LastModifiedTime", { ...times, since: "Exchange2007_SP1" }),
  flag("IsAssociated", "item:IsAssociated", {
    plain: true,
    since: "Exchange2010",
    describe: "True for hidden items of the folder.",
  }),
  text("WebClientReadFormQueryString", "item:WebClientReadFormQueryString", {
    readOnly: true,
    plain: true,
    since: "Exchange2010",
  }),
  text("WebClientEditFormQueryString", "item:WebClientEditFormQueryString", {
    readOnly: true,
    plain: true,
    since: "Exchange2010",
  }),
];

const conversationOptions = { readOnly: true, since: "Exchange2010" } as const;

export const conversationId: EwsColumn = attribute("ConversationId", "item:ConversationId", "Id", {
  ...conversationOptions,
  operators: textOperators,
  sortable: true,
});
export const conversationChangeKey: EwsColumn = attribute(
  "ConversationChangeKey",
  "item:ConversationId",
  "ChangeKey",
  conversationOptions,
);

/** The part of a body that is new in its conversation. */
export const uniqueBody = (options: { readonly readOnly?: true }): readonly EwsColumn[] => {
  const nowhere = options.readOnly === true ? {} : { nowhere: "Exchange computes UniqueBody; set Body." };
  return [
    special(
      "UniqueBody",
      "string",
      "item:UniqueBody",
      { from: "text", at: ["UniqueBody"], as: "text" },
      {
        item: true,
        since: "Exchange2010",
        ...options,
        ...nowhere,
        describe: "What this item adds to its conversation.",
      },
    ),
    special(
      "UniqueBodyType",
      "string",
      "item:UniqueBody",
      { from: "attribute", at: ["UniqueBody"], attribute: "BodyType" },
      {
        item: true,
        since: "Exchange2010",
        ...options,
        ...nowhere,
      },
    ),
  ];
};

const attachmentIdPath = ["AttachmentId"];

/** Ids and names of attachments as delimited values; the reference's names differ between tables. */
export const attachmentLists = (idsName: string, namesName: string): readonly EwsColumn[] => [
  special(
    idsName,
    "id",
    "item:Attachments",
    { from: "list", group: ["Attachments", "*"], leaf: attachmentIdPath, attribute: "Id" },
    {
      readOnly: true,
      item: true,
      describe: "Ids of the attachments, separated by semicolons as GetAttachment takes them.",
    },
  ),
  special(
    namesName,
    "string",
    "item:Attachments",
    { from: "list", group: ["Attachments", "*"], leaf: ["Name"] },
    {
      readOnly: true,
      item: true,
      describe: "Names of the attachments, separated by semicolons.",
    },
  ),
];

export const attachments: EwsColumn = special(
  "Attachments",
  "json",
  "item:Attachments",
  {
    from: "objects",
    group: ["Attachments", "*"],
    members: {
      AttachmentId: { path: attachmentIdPath, attribute: "Id", as: "text" },
      Name: { path: ["Name"], as: "text" },
      ContentType: { path: ["ContentType"], as: "text" },
      ContentId: { path: ["ContentId"], as: "text" },
      Size: { path: ["Size"], as: "integer" },
      LastModifiedTime: { path: ["LastModifiedTime"], as: "datetime" },
      IsInline: { path: ["IsInline"], as: "boolean" },
    },
  },
  { readOnly: true, item: true, describe: "The attachments, without their content." },
);

const flagPart = (name: string, as: "text" | "datetime", describe: string, allowed?: readonly string[]): EwsColumn =>
  special(
    `Flag_${name}`,
    as === "text" ? "string" : "datetime",
    "item:Flag",
    { from: "text", at: ["Flag", name], as },
    {
      since: "Exchange2013",
      write: { to: "flag", element: "Flag", part: name },
      describe,
      ...(allowed === undefined ? {} : { allowed }),
    },
  );

/** Follow-up flag; the reference has none. */
export const followUpFlag: readonly EwsColumn[] = [
  flagPart("FlagStatus", "text", "Follow-up flag: NotFlagged, Flagged or Complete.", [
    "NotFlagged",
    "Flagged",
    "Complete",
  ]),
  flagPart("StartDate", "datetime", "Day the follow-up begins, with Flagged."),
  flagPart("DueDate", "datetime", "Day the follow-up is due, with Flagged."),
  flagPart("CompleteDate", "datetime", "Day it was done, with Complete."),
];
