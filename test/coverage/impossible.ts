import { type Deed, procedureName, tableName } from "./evidence.ts";

/** Deeds that no test can do, with the reason. */
export interface Impossible {
  readonly schema: string;
  readonly tables?: readonly string[];
  readonly procedures?: readonly string[];
  readonly deeds: readonly Deed[];
  readonly reason: string;
}

const mail = ["Inbox", "SentItems", "Drafts", "DeletedItems", "JunkEmail", "Outbox"];
const items = [...mail, "Calendar", "Contacts", "Tasks"];

const written = (...columns: readonly string[]): Deed[] =>
  columns.flatMap((column) => [`create:${column}`, `update:${column}`]);

/** What cannot be executed, on any server, or not on one that tests can have. */
export const impossible: readonly Impossible[] = [
  {
    schema: "EWS",
    tables: mail,
    deeds: written(
      "ConversationIndex",
      "ConversationTopic",
      "ReceivedByName",
      "ReceivedByEmailAddress",
      "ReceivedByRoutingType",
      "ReceivedRepresentingName",
      "ReceivedRepresentingEmailAddress",
      "ReceivedRepresentingRoutingType",
    ),
    reason: "Exchange sets it when a message is sent or received; giving it is answered with ErrorInvalidPropertySet.",
  },
  {
    schema: "EWS",
    tables: items,
    deeds: ["update:IsAssociated"],
    reason: "Exchange takes it for a new item only; changing it is answered with ErrorInvalidPropertySet.",
  },
  {
    schema: "EWS",
    tables: items,
    deeds: ["query:ConversationChangeKey"],
    reason: "Conversations have no change key: the schema leaves room for one, and Exchange gives the id alone.",
  },
  {
    schema: "EWS",
    tables: ["Calendar"],
    deeds: ["query:MeetingTimeZone"],
    reason: "Exchange 2010 and later keep the zone of a meeting in StartTimeZone_Id.",
  },
  {
    schema: "EWS",
    tables: ["Folders"],
    deeds: ["query:SharingEffectiveRights"],
    reason: "It belongs to folders shared with other organisations by federation, which the sandbox has none of.",
  },
  {
    schema: "EWS",
    procedures: ["SendMail", "SendItem", "MoveItem", "CreateAttachments", "DeleteAttachment"],
    deeds: ["output:MessageText"],
    reason: "Exchange gives a text with failures only, and those are answered as problems.",
  },
  {
    schema: "EWS",
    procedures: ["MessagesDelta"],
    deeds: ["output:From"],
    reason: "Exchange tells the name of a sender with changes, not the address; a query of the item has it.",
  },
  {
    schema: "EWS",
    procedures: ["GetAttachment", "DownloadAttachments"],
    deeds: ["input:FileStream"],
    reason: "Streams are of desktop drivers: giving one is refused, and the answer says what to read instead.",
  },
  {
    schema: "MSGraph",
    procedures: ["Look up Calendar Events by User ID"],
    deeds: ["output:seriesMasterId"],
    reason: "It lists series, not their occurrences, and a series belongs to no other.",
  },
  {
    schema: "MSGraph",
    tables: ["CalendarView", "EventInstances"],
    deeds: [
      "query:recurrence_pattern_type",
      "query:recurrence_pattern_interval",
      "query:recurrence_pattern_month",
      "query:recurrence_pattern_dayOfMonth",
      "query:recurrence_pattern_daysOfWeek",
      "query:recurrence_pattern_firstDayOfWeek",
      "query:recurrence_pattern_index",
      "query:recurrence_range_type",
      "query:recurrence_range_startDate",
      "query:recurrence_range_endDate",
      "query:recurrence_range_recurrenceTimeZone",
      "query:recurrence_range_numberOfOccurrences",
    ],
    reason: "Graph gives the recurrence with the master of a series, never with an occurrence.",
  },
  {
    schema: "MSGraph",
    procedures: ["GetUserAvailability"],
    deeds: ["output:Id", "output:IsMeeting", "output:IsRecurring", "output:IsException", "output:IsReminderSet"],
    reason: "Busy times of Graph (scheduleItem, v1.0) have no id and tell none of this.",
  },
  {
    schema: "MSGraph",
    procedures: ["GetEvents"],
    deeds: ["output:FolderId", "output:OldItemId", "output:OldParentFolderId"],
    reason: "Delta queries tell changes of items, not of folders, and not what an item was before.",
  },
  {
    schema: "MSGraph",
    procedures: ["GetUserOofSettings", "SetUserOofSettings"],
    deeds: ["input:ImpersonationUser", "input:ImpersonationType"],
    reason: "Graph knows no impersonation: User names the mailbox, and giving these is refused.",
  },
  {
    schema: "MSGraph",
    procedures: ["SendItem"],
    deeds: ["input:SaveToFolder", "output:MessageText"],
    reason: "Graph always keeps the copy of a sent draft, and says nothing of a success.",
  },
  {
    schema: "MSGraph",
    procedures: ["MoveItem", "CreateAttachments"],
    deeds: ["output:MessageText"],
    reason: "Graph says nothing of a success.",
  },
  {
    schema: "MSGraph",
    procedures: ["GetAttachment", "DownloadAttachments"],
    deeds: ["input:FileStream"],
    reason: "A stream of a desktop driver: the content is answered, or written to a folder.",
  },
  {
    schema: "MSGraph",
    tables: ["Users"],
    deeds: ["query:passwordProfile_password", "create:passwordProfile_password", "update:passwordProfile_password"],
    reason: "Microsoft Entra never gives a password back.",
  },
];

/** The reasons by thing and deed. */
export function reasons(entries: readonly Impossible[]): ReadonlyMap<string, ReadonlyMap<Deed, string>> {
  const found = new Map<string, Map<Deed, string>>();
  for (const { schema, tables = [], procedures = [], deeds, reason } of entries) {
    const things = [
      ...tables.map((table) => tableName(schema, table)),
      ...procedures.map((procedure) => procedureName(schema, procedure)),
    ];
    for (const thing of things) {
      const known = found.get(thing) ?? new Map<Deed, string>();
      for (const deed of deeds) known.set(deed, reason);
      found.set(thing, known);
    }
  }
  return found;
}
