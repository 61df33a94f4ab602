import type { Row, Value } from "#spi";
import { clockInstant, ianaZone } from "../../time/zones.ts";
import { count, flag, id, instant, json, onGraph, type SpokeParameter, text } from "../action.ts";

type Read = (row: Row) => Value;

/** One output of an event, and the columns of both schemas it is made of. */
interface EventField {
  readonly output: SpokeParameter;
  readonly ews?: readonly [columns: readonly string[], read: Read];
  readonly graph: readonly [columns: readonly string[], read: Read];
}

const plain = (column: string): readonly [readonly string[], Read] => [[column], (row) => row[column] ?? null];
const worded = (column: string, words: Readonly<Record<string, string>>): readonly [readonly string[], Read] => [
  [column],
  (row) => words[String(row[column])] ?? row[column] ?? null,
];

const lower = (column: string): readonly [readonly string[], Read] => [
  [column],
  (row) => (typeof row[column] === "string" ? String(row[column]).replace(/^./, (first) => first.toLowerCase()) : null),
];

const textList = (column: string): readonly [readonly string[], Read] => [
  [column],
  (row) => {
    const value = row[column];
    return typeof value === "string" ? value.split(/\s*[;,]\s*/).filter((each) => each !== "") : (value ?? []);
  },
];

/**
 * A side of an event as an instant. Graph tells whole days as midnights of no zone at all, whatever zone is asked for
 * (microsoft-graph-docs issue 1802); Exchange Web Services, and a change of the event, know the instant in its zone.
 */
const graphSide = (side: "start" | "end"): readonly [readonly string[], Read] => {
  const zones = [`original${side === "end" ? "End" : "Start"}TimeZone`, "originalStartTimeZone"];
  return [
    [`${side}_dateTime`, "isAllDay", ...zones],
    (row) => {
      const time = row[`${side}_dateTime`] ?? null;
      const zone = zones.map((name) => row[name]).find((name) => typeof name === "string" && name !== "");
      const iana = typeof zone === "string" ? ianaZone(zone) : undefined;
      if (row["isAllDay"] !== true || typeof time !== "string" || iana === undefined) return time;
      return new Date(clockInstant(iana, Date.parse(time))).toISOString().replace(".000Z", "Z");
    },
  ];
};

interface Person {
  readonly name: Value;
  readonly address: Value;
  readonly response: Value;
}

const memberOf = (value: Value | undefined, name: string): Value =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? ((value as { readonly [member: string]: Value })[name] ?? null)
    : null;

const listed = (value: Value | undefined): readonly Value[] =>
  Array.isArray(value) ? (value as readonly Value[]) : [];

/** Exchange's answers to invitations in Graph's words. */
const answers: Readonly<Record<string, string>> = {
  Unknown: "none",
  Organizer: "organizer",
  Tentative: "tentativelyAccepted",
  Accept: "accepted",
  Decline: "declined",
  NoResponseReceived: "notResponded",
};

const people = (name: string, type: string, description: string): EventField => ({
  output: json(name, `${description} Objects with name, address and response.`),
  ews: [
    [columnOf[type] ?? ""],
    (row) =>
      listed(row[columnOf[type] ?? ""]).map(
        (each): Value => ({
          name: memberOf(each, "Name"),
          address: memberOf(each, "EmailAddress"),
          response: answers[String(memberOf(each, "ResponseType"))] ?? memberOf(each, "ResponseType"),
        }),
      ),
  ],
  graph: [["attendees"], (row) => graphPeople(row["attendees"], type).map((each): Value => ({ ...each }))],
});

const columnOf: Readonly<Record<string, string>> = {
  required: "RequiredAttendees",
  optional: "OptionalAttendees",
  resource: "Resources",
};

/** Attendees of one type. */
export const graphPeople = (attendees: Value | undefined, type: string): readonly Person[] =>
  listed(attendees)
    .filter((each) => memberOf(each, "type") === type)
    .map((each) => ({
      name: memberOf(memberOf(each, "emailAddress"), "name"),
      address: memberOf(memberOf(each, "emailAddress"), "address"),
      response: memberOf(memberOf(each, "status"), "response"),
    }));

const fields: readonly EventField[] = [
  { output: id("eventId", "Id of the event."), ews: plain("ItemId"), graph: plain("id") },
  { output: id("changeKey", "Its version."), ews: plain("ItemChangeKey"), graph: plain("changeKey") },
  { output: text("iCalUId", "Id that is the same in all calendars."), ews: plain("UID"), graph: plain("iCalUId") },
  { output: text("subject", "Subject."), ews: plain("Subject"), graph: plain("subject") },
  { output: text("body", "Body."), ews: plain("Body"), graph: plain("body_content") },
  {
    output: text("bodyType", "text or html."),
    ews: worded("BodyType", { HTML: "html", Text: "text" }),
    graph: plain("body_contentType"),
  },
  { output: instant("start", "Beginning, in UTC."), ews: plain("Start"), graph: graphSide("start") },
  { output: instant("end", "End, in UTC."), ews: plain("End"), graph: graphSide("end") },
  {
    output: text("timeZone", "Zone of the event."),
    ews: [["StartTimeZone_Id", "TimeZone"], (row) => row["StartTimeZone_Id"] ?? row["TimeZone"] ?? null],
    graph: plain("originalStartTimeZone"),
  },
  { output: flag("isAllDay", "Whole days."), ews: plain("IsAllDayEvent"), graph: plain("isAllDay") },
  { output: text("location", "Place."), ews: plain("Location"), graph: plain("location_displayName") },
  {
    output: text("organizer", "Address of the organizer."),
    ews: plain("OrganizerEmailAddress"),
    graph: plain("organizer_emailAddress_address"),
  },
  people("requiredAttendees", "required", "Who must come."),
  people("optionalAttendees", "optional", "Who may come."),
  people("resources", "resource", "Rooms and things booked."),
  {
    output: text("showAs", "free, tentative, busy, oof, workingElsewhere or unknown."),
    ews: worded("LegacyFreeBusyStatus", {
      Free: "free",
      Tentative: "tentative",
      Busy: "busy",
      OOF: "oof",
      WorkingElsewhere: "workingElsewhere",
      NoData: "unknown",
    }),
    graph: plain("showAs"),
  },
  {
    output: text("sensitivity", "normal, personal, private or confidential."),
    ews: lower("Sensitivity"),
    graph: plain("sensitivity"),
  },
  {
    output: count("reminderMinutes", "Minutes before the beginning at which it reminds; NULL when it does not."),
    ews: [
      ["ReminderIsSet", "ReminderMinutesBeforeStart"],
      (row) => (row["ReminderIsSet"] === true ? (row["ReminderMinutesBeforeStart"] ?? null) : null),
    ],
    graph: [
      ["isReminderOn", "reminderMinutesBeforeStart"],
      (row) => (row["isReminderOn"] === true ? (row["reminderMinutesBeforeStart"] ?? null) : null),
    ],
  },
  { output: json("categories", "Categories."), ews: textList("Categories"), graph: textList("categories") },
  { output: flag("isCancelled", "The meeting was cancelled."), ews: plain("IsCancelled"), graph: plain("isCancelled") },
  { output: flag("hasAttachments", "It has files."), ews: plain("HasAttachments"), graph: plain("hasAttachments") },
  {
    output: text("type", "singleInstance, occurrence, exception or seriesMaster."),
    ews: worded("CalendarItemType", {
      Single: "singleInstance",
      Occurrence: "occurrence",
      Exception: "exception",
      RecurringMaster: "seriesMaster",
    }),
    graph: plain("type"),
  },
  {
    output: text("webLink", "Address at which a browser opens it."),
    ews: plain("WebClientReadFormQueryString"),
    graph: plain("webLink"),
  },
  { output: id("seriesMasterId", "The series it belongs to.", onGraph), graph: plain("seriesMasterId") },
  {
    output: text("joinUrl", "Address of the online meeting.", onGraph),
    graph: plain("onlineMeeting_joinUrl"),
  },
];

/** What actions tell of an event. */
export const eventOutputs: readonly SpokeParameter[] = fields.map(({ output }) => output);

/** Names that input select may hold. */
export const eventOutputNames: readonly string[] = eventOutputs.map(({ name }) => name);

interface Reader {
  readonly columns: readonly string[];
  readonly read: (row: Row) => Row;
}

/** What to read of an event over a schema for these outputs, and how to tell it. */
export function eventReader(schema: "ews" | "graph", wanted: readonly string[] = eventOutputNames): Reader {
  const chosen = fields.filter(({ output }) => wanted.includes(output.name));
  const parts = chosen.flatMap((field) => {
    const way = field[schema];
    return way === undefined ? [] : [{ name: field.output.name, columns: way[0], read: way[1] }];
  });
  const own = schema === "ews" ? "ItemId" : "id";
  return {
    columns: [...new Set([own, ...parts.flatMap(({ columns }) => columns)])],
    read: (row) => Object.fromEntries(parts.map(({ name, read }) => [name, read(row)])),
  };
}

/** Whether an event stands in a window; one that ends where the window begins does not, nor one that begins where it ends. */
export function overlaps(event: Row, start: string, end: string): boolean {
  const [from, to] = [Date.parse(String(event["start"])), Date.parse(String(event["end"]))];
  const [first, last] = [Date.parse(start), Date.parse(end)];
  return from < last && (to > first || (from === to && from === first));
}
