import { invalidQuery, type Row, unsupported, type Value } from "#spi";
import { count, flag, json, list, onEws, onGraph, type SpokeParameter, text } from "../action.ts";
import type { EwsWork } from "../ews-work.ts";
import type { Inputs } from "../inputs.ts";

const busyWords = ["free", "tentative", "busy", "oof", "workingElsewhere"];
const sensitivities = ["normal", "personal", "private", "confidential"];

/** What can be said of an event, beside its subject and times. */
const common: readonly SpokeParameter[] = [
  text("body", "Body."),
  text("bodyType", "Form of the body.", { allowed: ["text", "html"] }),
  text("timeZone", "Zone of start and end, by its Windows or IANA name; UTC when left out."),
  flag("isAllDay", "Whole days: start and end are midnights of the zone."),
  text("location", "Place."),
  list("requiredAttendees", "Addresses of those who must come."),
  list("optionalAttendees", "Addresses of those who may come."),
  list("resources", "Addresses of rooms and things to book."),
  { ...count("reminderMinutes", "Minutes before the beginning at which it reminds."), minimum: 0, maximum: 1_000_000 },
];

/** Inputs of an event in the words of the Exchange Server spoke. */
export const serverEventInputs: readonly SpokeParameter[] = [
  ...common,
  text("legacyFreeBusyStatus", "How the time shows.", { allowed: ["Free", "Tentative", "Busy", "OOF"] }),
  text("sensitivity", "Normal, Personal, Private or Confidential.", {
    allowed: ["Normal", "Personal", "Private", "Confidential"],
  }),
];

/** Inputs of an event in the words of the Exchange Online spoke. */
export const onlineEventInputs: readonly SpokeParameter[] = [
  ...common.filter(({ name }) => !["timeZone", "requiredAttendees"].includes(name)),
  text("startTimeZone", "Zone of start, by its Windows or IANA name; UTC when left out."),
  text("endTimeZone", "Zone of end; that of start when left out."),
  list("attendees", "Addresses of those who must come."),
  text("showAs", "How the time shows.", { allowed: busyWords }),
  text("sensitivity", "normal, personal, private or confidential.", { allowed: sensitivities }),
  list("categories", "Categories."),
  flag("isOnlineMeeting", "Make it an online meeting.", onGraph),
];

export const changeKeyInput = text("changeKey", "Version the event must still have.", onEws);
export const recurrenceInputs: readonly SpokeParameter[] = [
  json(
    "pattern",
    "How it repeats: an object with type (daily, weekly, absoluteMonthly, relativeMonthly, absoluteYearly, relativeYearly), interval, daysOfWeek, dayOfMonth, month, index, firstDayOfWeek.",
    { required: true },
  ),
  json(
    "range",
    "How long: an object with type (endDate, noEnd, numbered), startDate, endDate, numberOfOccurrences, recurrenceTimeZone.",
    { required: true },
  ),
];

/** The zones of start and end. */
function zonesOf(inputs: Inputs): { readonly start: string | undefined; readonly end: string | undefined } {
  const start = inputs.text("timeZone") ?? inputs.text("startTimeZone");
  return { start, end: inputs.text("endTimeZone") ?? start };
}

/** Beginning and end as instants. Errors: INVALID_QUERY. */
export function timesOf(inputs: Inputs): { readonly start: string | undefined; readonly end: string | undefined } {
  const zones = zonesOf(inputs);
  const start = inputs.instant("start", zones.start);
  const end = inputs.instant("end", zones.end);
  if (start !== undefined && end !== undefined && end < start)
    throw invalidQuery("end lies before start.", { target: "end" });
  return { start, end };
}

/** Drops what was not given; NULL is never written. */
const given = (row: Readonly<Record<string, Value | undefined>>): Row =>
  Object.fromEntries(Object.entries(row).filter((entry): entry is [string, Value] => entry[1] !== undefined));

const capitalised = (word: string | undefined): string | undefined =>
  word === undefined ? undefined : word === "oof" ? "OOF" : word.replace(/^./, (first) => first.toUpperCase());

const ewsPeople = (inputs: Inputs, ...names: readonly string[]): Value | undefined => {
  const name = names.find((each) => inputs.has(each));
  const people = name === undefined ? undefined : inputs.people(name);
  return people?.map(
    (each): Value => ({ EmailAddress: each.address, ...(each.name === undefined ? {} : { Name: each.name }) }),
  );
};

/** The row of table Calendar that inputs say. */
export function ewsRow(work: EwsWork): Row {
  const { inputs } = work;
  const { start, end } = timesOf(inputs);
  const zones = zonesOf(inputs);
  const reminder = inputs.number("reminderMinutes");
  const has = (column: string) => work.table("Calendar").columns.some(({ name }) => name === column);
  return given({
    Subject: inputs.text("subject"),
    Body: inputs.text("body"),
    BodyType: inputs.has("body") && has("BodyType") ? capitalisedBody(inputs.text("bodyType")) : undefined,
    Start: start,
    End: end,
    ...(zones.start === undefined
      ? {}
      : has("StartTimeZone_Id")
        ? zoneColumns(zones)
        : { MeetingTimeZone: zones.start }),
    IsAllDayEvent: inputs.flag("isAllDay"),
    Location: inputs.text("location"),
    RequiredAttendees: ewsPeople(inputs, "requiredAttendees", "attendees"),
    OptionalAttendees: ewsPeople(inputs, "optionalAttendees"),
    Resources: ewsPeople(inputs, "resources"),
    ReminderIsSet: reminder === undefined ? undefined : true,
    ReminderMinutesBeforeStart: reminder,
    LegacyFreeBusyStatus: capitalised(inputs.text("legacyFreeBusyStatus") ?? inputs.text("showAs")),
    Sensitivity: capitalised(inputs.text("sensitivity")),
    Categories: inputs.list("categories")?.join(";"),
  });
}

const zoneColumns = ({ start, end }: { readonly start: string | undefined; readonly end: string | undefined }) => ({
  StartTimeZone_Id: start,
  EndTimeZone_Id: end,
});

const capitalisedBody = (type: string | undefined): string => (type === "html" ? "HTML" : "Text");

type People = readonly { readonly address: string; readonly name?: string }[];
const attendeesOf = (people: People, type: string): Value[] =>
  people.map(
    (each): Value => ({
      type,
      emailAddress: { address: each.address, ...(each.name === undefined ? {} : { name: each.name }) },
    }),
  );

/** Kinds of attendees by the inputs that name them. */
const kinds: readonly (readonly [type: string, names: readonly string[]])[] = [
  ["required", ["requiredAttendees", "attendees"]],
  ["optional", ["optionalAttendees"]],
  ["resource", ["resources"]],
];

/** Kinds of attendees no input names: a change leaves them as they are. */
export const unnamedKinds = (inputs: Inputs): readonly string[] => {
  const unnamed = kinds.filter(([, names]) => !names.some((name) => inputs.has(name)));
  return unnamed.length === kinds.length ? [] : unnamed.map(([type]) => type);
};

function graphAttendees(inputs: Inputs, kept: readonly Value[]): Value | undefined {
  const named = kinds.flatMap(([type, names]) => {
    const name = names.find((each) => inputs.has(each));
    return name === undefined ? [] : [attendeesOf(inputs.people(name) ?? [], type)];
  });
  return named.length === 0 ? undefined : [...named.flat(), ...kept];
}

/** The row of table Events that inputs say; `kept` are attendees that stay. */
export function graphRow(inputs: Inputs, kept: readonly Value[] = []): Row {
  const { start, end } = timesOf(inputs);
  const zones = zonesOf(inputs);
  const reminder = inputs.number("reminderMinutes");
  const busy = inputs.text("legacyFreeBusyStatus") ?? inputs.text("showAs");
  return given({
    subject: inputs.text("subject"),
    body_content: inputs.text("body"),
    body_contentType: inputs.has("body") ? (inputs.text("bodyType") ?? "text") : undefined,
    start_dateTime: start,
    start_timeZone: start === undefined ? undefined : zones.start,
    end_dateTime: end,
    end_timeZone: end === undefined ? undefined : zones.end,
    isAllDay: inputs.flag("isAllDay"),
    location_displayName: inputs.text("location"),
    attendees: graphAttendees(inputs, kept),
    isReminderOn: reminder === undefined ? undefined : true,
    reminderMinutesBeforeStart: reminder,
    showAs: busy?.replace(/^(Free|Tentative|Busy|OOF)$/, (word) => word.toLowerCase()),
    sensitivity: inputs.text("sensitivity")?.toLowerCase(),
    categories: inputs.list("categories") as Value | undefined,
    isOnlineMeeting: inputs.flag("isOnlineMeeting"),
  });
}

/** A recurrence as columns of either schema. Errors: INVALID_QUERY, UNSUPPORTED. */
export function recurrenceRow(inputs: Inputs, schema: "ews" | "graph"): Row {
  const pattern = objectOf(inputs, "pattern");
  const range = objectOf(inputs, "range");
  return schema === "graph" ? graphRecurrence(pattern, range) : ewsRecurrence(pattern, range);
}

type Members = Readonly<Record<string, Value>>;

const known = {
  pattern: ["type", "interval", "daysOfWeek", "dayOfMonth", "month", "index", "firstDayOfWeek"],
  range: ["type", "startDate", "endDate", "numberOfOccurrences", "recurrenceTimeZone"],
} as const;

function objectOf(inputs: Inputs, name: "pattern" | "range"): Members {
  const value = inputs.values[name];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidQuery(`${name} takes an object.`, { target: name });
  const other = Object.keys(value).find((each) => !(known[name] as readonly string[]).includes(each));
  if (other !== undefined)
    throw invalidQuery(`${name} has no member ${other}; it has ${known[name].join(", ")}.`, { target: name });
  return value as Members;
}

function graphRecurrence(pattern: Members, range: Members): Row {
  const named = (prefix: string, members: Members) =>
    Object.entries(members).map(([name, value]) => [`recurrence_${prefix}_${name}`, value] as const);
  return Object.fromEntries([...named("pattern", pattern), ...named("range", range)]);
}

/** Names of patterns in schema EWS. */
const patterns: Readonly<Record<string, string>> = {
  daily: "DailyRecurrence",
  weekly: "WeeklyRecurrence",
  absoluteMonthly: "AbsoluteMonthlyRecurrence",
  relativeMonthly: "RelativeMonthlyRecurrence",
  absoluteYearly: "AbsoluteYearlyRecurrence",
  relativeYearly: "RelativeYearlyRecurrence",
};
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

function ewsRecurrence(pattern: Members, range: Members): Row {
  const word = (name: string): string | undefined =>
    typeof pattern[name] === "string" ? capitalised(String(pattern[name])) : undefined;
  const type = patterns[String(pattern["type"])];
  if (type === undefined)
    throw invalidQuery(`pattern: type must be one of ${Object.keys(patterns).join(", ")}.`, { target: "pattern" });
  if (typeof range["recurrenceTimeZone"] === "string")
    throw unsupported("range: over EWS a series repeats in the zone of its start; leave recurrenceTimeZone out.", {
      target: "range",
    });
  const days = Array.isArray(pattern["daysOfWeek"]) ? (pattern["daysOfWeek"] as readonly Value[]) : undefined;
  return given({
    Recurrence_Type: type,
    Recurrence_Interval: type.includes("Yearly") ? undefined : (pattern["interval"] ?? 1),
    Recurrence_DaysOfWeek: days?.map((day) => capitalised(String(day))).join(" "),
    Recurrence_DayOfMonth: pattern["dayOfMonth"],
    Recurrence_Month: typeof pattern["month"] === "number" ? months[pattern["month"] - 1] : undefined,
    Recurrence_DayOfWeekIndex: word("index"),
    Recurrence_FirstDayOfWeek: word("firstDayOfWeek"),
    Recurrence_StartDate: range["startDate"],
    Recurrence_EndDate: range["type"] === "endDate" ? range["endDate"] : undefined,
    Recurrence_NumberOfOccurrences: range["type"] === "numbered" ? range["numberOfOccurrences"] : undefined,
  });
}
