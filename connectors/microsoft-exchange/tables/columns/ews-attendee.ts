import type { EwsColumn } from "../../ews/binding.ts";
import { responseTypes } from "./ews-calendar.ts";
import { special } from "./ews-makers.ts";

const attendee = (leaf: readonly string[]) => ({ from: "text", at: leaf, as: "text" }) as const;

/**
 * One attendee of a calendar item; paths are below `t:Attendee`. ItemId belongs to the key: an address alone names no
 * attendee.
 */
export const attendeeColumns: readonly EwsColumn[] = [
  special("EmailAddress", "string", undefined, attendee(["Mailbox", "EmailAddress"]), {
    key: true,
    mutability: "create-only",
    sortable: false,
    describe: "Address of the attendee.",
  }),
  special(
    "ItemId",
    "id",
    undefined,
    { from: "attribute", at: [], attribute: "ItemId" },
    {
      key: true,
      mutability: "create-only",
      operators: { "=": "exact" },
      sortable: false,
      filter: { by: "argument" },
      describe: "Calendar item; a query must name it.",
    },
  ),
  special("Name", "string", undefined, attendee(["Mailbox", "Name"]), { describe: "Display name." }),
  special("ResponseType", "string", undefined, attendee(["ResponseType"]), {
    readOnly: true,
    allowed: responseTypes,
    describe: "Answer to the invitation.",
  }),
  special(
    "LastResponseTime",
    "datetime",
    undefined,
    { from: "text", at: ["LastResponseTime"], as: "datetime" },
    {
      readOnly: true,
      describe: "When the answer came.",
    },
  ),
];

const seriesArgument: EwsColumn = special(
  "CalendarItemId",
  "id",
  undefined,
  { from: "attribute", at: [], attribute: "ItemId" },
  {
    readOnly: true,
    operators: { "=": "exact" },
    sortable: false,
    filter: { by: "argument" },
    describe: "The series; a query must name it.",
  },
);

/** One occurrence of a series that was deleted; paths are below `t:DeletedOccurrence`. */
export const deletedOccurrenceColumns: readonly EwsColumn[] = [
  seriesArgument,
  special(
    "Start",
    "datetime",
    undefined,
    { from: "text", at: ["Start"], as: "datetime" },
    { key: true, readOnly: true, describe: "When the occurrence would begin." },
  ),
];

/** One occurrence of a series that was changed by itself; paths are below `t:Occurrence`. */
export const modifiedOccurrenceColumns: readonly EwsColumn[] = [
  seriesArgument,
  special(
    "ItemId",
    "id",
    undefined,
    { from: "attribute", at: ["ItemId"], attribute: "Id" },
    { key: true, readOnly: true, describe: "Id of the occurrence." },
  ),
  special(
    "ItemChangeKey",
    "id",
    undefined,
    { from: "attribute", at: ["ItemId"], attribute: "ChangeKey" },
    { readOnly: true, describe: "Version of the occurrence." },
  ),
  ...(["Start", "End", "OriginalStart"] as const).map((name) =>
    special(
      name,
      "datetime",
      undefined,
      { from: "text", at: [name], as: "datetime" },
      { readOnly: true, describe: `${name} of the occurrence.` },
    ),
  ),
];

const address = (name: "Name" | "EmailAddress" | "RoutingType" | "MailboxType", describe: string): EwsColumn =>
  special(
    name,
    "string",
    undefined,
    { from: "text", at: [name], as: "text" },
    {
      readOnly: true,
      describe,
      ...(name === "EmailAddress" ? { key: true } : {}),
    },
  );

/** An address of the directory; paths are below `t:Address` or `t:Id`. */
export const addressColumns: readonly EwsColumn[] = [
  address("Name", "Display name."),
  address("EmailAddress", "Address."),
  address("RoutingType", "Kind of address, such as SMTP."),
  address("MailboxType", "Kind of mailbox."),
];

export const roomListArgument: EwsColumn = special(
  "RoomListEmailAddress",
  "string",
  undefined,
  { from: "attribute", at: [], attribute: "RoomListEmailAddress" },
  {
    readOnly: true,
    operators: { "=": "exact" },
    sortable: false,
    filter: { by: "argument" },
    describe: "Address of the room list; a query must name it.",
  },
);
