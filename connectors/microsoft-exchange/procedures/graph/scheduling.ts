import { invalidQuery, type Parameter, type Row, unsupported, type Value } from "#spi";
import { itemsOf } from "../../graph/call.ts";
import { type JsonObject, member } from "../../graph/errors.ts";
import { zonedTime } from "../../graph/read-row.ts";
import { clockInstant, requireIanaZone } from "../../time/zones.ts";
import { askedMailboxes } from "../ews/availability-mailboxes.ts";
import { act } from "./messages.ts";
import {
  count,
  type Execution,
  flag,
  instant,
  json,
  mailboxProcedure,
  measure,
  required,
  text,
  userId,
} from "./procedure.ts";
import { recipients } from "./send-mail.ts";

/** Graph answers no longer window than this (calendar: getSchedule, v1.0). */
const LONGEST_WINDOW_DAYS = 62;
const DAY_MS = 86_400_000;

const window: readonly Parameter[] = [
  instant("StartTime", "Beginning, in UTC.", required),
  instant("EndTime", "End, in UTC; at most 62 days after the beginning.", required),
];

/** The window of the inputs as Graph takes it; on the clock of an input Timezone where there is one. Errors: INVALID_QUERY. */
function windowOf({ text: input }: Execution): { readonly startTime: JsonObject; readonly endTime: JsonObject } {
  const zone = requireIanaZone(input("Timezone") ?? "UTC", "Timezone");
  const at = (name: string): number => clockInstant(zone, Date.parse(input(name) ?? ""));
  const [startMs, endMs] = [at("StartTime"), at("EndTime")];
  const lengthMs = endMs - startMs;
  if (lengthMs <= 0) throw invalidQuery("EndTime must lie after StartTime.", { target: "EndTime" });
  if (lengthMs > LONGEST_WINDOW_DAYS * DAY_MS) {
    throw invalidQuery(
      `EndTime lies ${Math.ceil(lengthMs / DAY_MS)} days after StartTime; Microsoft Graph answers at most ${LONGEST_WINDOW_DAYS}. Ask for parts.`,
      { target: "EndTime" },
    );
  }
  return { startTime: utc(startMs), endTime: utc(endMs) };
}

const utc = (timeMs: number): JsonObject => ({
  dateTime: new Date(timeMs).toISOString().slice(0, -1),
  timeZone: "UTC",
});

/** Addresses Graph takes in one request (calendar: getSchedule, v1.0). */
const MOST_SCHEDULES = 100;

async function schedules(
  execution: Execution,
  addresses: readonly string[],
  minutes: number,
): Promise<readonly Value[]> {
  const range = windowOf(execution);
  const found: Value[] = [];
  for (let at = 0; at < addresses.length; at += MOST_SCHEDULES) {
    const answer = await act(execution, "calendar/getSchedule", {
      schedules: addresses.slice(at, at + MOST_SCHEDULES),
      ...range,
      availabilityViewInterval: minutes,
    });
    found.push(...itemsOf(answer));
  }
  return found;
}

/** Tells when people are free. */
export const getSchedule = mailboxProcedure({
  name: "GetSchedule",
  description: "Free and busy times of people and rooms; one row for each address.",
  writes: false,
  inputs: [
    text("Schedules", "Addresses of people, rooms or lists, separated by semicolons or commas.", required),
    ...window,
    {
      ...count("Interval", "Minutes each digit of AvailabilityView stands for.", { default: 30 }),
      minimum: 5,
      maximum: 1440,
    },
    userId,
  ],
  outputs: [
    text("ScheduleId", "The address asked about."),
    text("AvailabilityView", "One digit for each interval: 0 free, 1 tentative, 2 busy, 3 away, 4 elsewhere."),
    json("ScheduleItems", "The busy times."),
    json("WorkingHours", "Days and hours of work, with their time zone."),
    text("Error", "Why nothing is known of this address."),
  ],
  run: readSchedules,
});

async function* readSchedules(execution: Execution): AsyncIterable<Row> {
  const addresses = addressesOf(execution, "Schedules");
  for (const schedule of await schedules(execution, addresses, Number(execution.input.Interval ?? 30))) {
    yield {
      ScheduleId: member(schedule, "scheduleId") ?? null,
      AvailabilityView: member(schedule, "availabilityView") ?? null,
      ScheduleItems: member(schedule, "scheduleItems") ?? [],
      WorkingHours: member(schedule, "workingHours") ?? null,
      Error: member(member(schedule, "error"), "message") ?? null,
    };
  }
}

const addressesOf = (execution: Execution, input: string): readonly string[] =>
  (recipients(execution.text(input), input) ?? []).map((one) => String(member(member(one, "emailAddress"), "address")));

const busyTypes: Readonly<Record<string, string>> = {
  free: "Free",
  tentative: "Tentative",
  busy: "Busy",
  oof: "OOF",
  workingElsewhere: "WorkingElsewhere",
  unknown: "NoData",
};

/** Busy times under the names of schema EWS. */
export const getUserAvailability = mailboxProcedure({
  name: "GetUserAvailability",
  description: "Busy times of users, rooms and resources in a window, in the words of schema EWS.",
  writes: false,
  inputs: [
    {
      ...json(
        "Mailboxes",
        "Whose: `<Row><Address/><AttendeeType/><ExcludeConflicts/></Row>` elements, a JSON array of objects with these members or of addresses, or addresses separated by semicolons. Busy times do not depend on AttendeeType and ExcludeConflicts.",
        required,
      ),
      orText: true,
    },
    instant("StartTime", "Begin of the window.", required),
    instant("EndTime", "End of the window; at most 62 days after its begin.", required),
    text(
      "Timezone",
      "Zone on whose clock StartTime and EndTime are, by Windows or IANA name; busy times are answered in UTC.",
      { default: "UTC" },
    ),
  ],
  outputs: [
    text("Id", "Graph tells no id of busy times: always NULL."),
    text("Subject", "Subject, where the caller may see it."),
    text("Location", "Place, where the caller may see it."),
    instant("StartTime", "Begin."),
    instant("EndTime", "End."),
    text("BusyType", "Free, Tentative, Busy, OOF, WorkingElsewhere or NoData."),
    flag("IsMeeting", "Graph does not tell: always NULL."),
    flag("IsRecurring", "Graph does not tell: always NULL."),
    flag("IsException", "Graph does not tell: always NULL."),
    flag("IsReminderSet", "Graph does not tell: always NULL."),
    flag("IsPrivate", "Private."),
  ],
  run: readAvailability,
});

async function* readAvailability(execution: Execution): AsyncIterable<Row> {
  const addresses = askedMailboxes(execution.input.Mailboxes).map(({ address }) => address);
  const found = await schedules(execution, addresses, 30);
  for (const schedule of found) refuseUnknown(schedule);
  for (const schedule of found)
    for (const item of itemsOf({ value: member(schedule, "scheduleItems") ?? [] })) yield busyRow(item);
}

/** A mailbox that cannot be asked has no row of its own to say so: it must not look free. */
function refuseUnknown(schedule: Value): void {
  const error = member(schedule, "error");
  if (error === undefined || error === null) return;
  const address = String(member(schedule, "scheduleId") ?? "");
  throw invalidQuery(`Mailboxes: nothing is known of ${address}: ${String(member(error, "message") ?? "")}`, {
    target: "Mailboxes",
    evidence: { address },
  });
}

const busyRow = (item: Value): Row => ({
  Id: null,
  Subject: member(item, "subject") ?? null,
  Location: member(item, "location") ?? null,
  StartTime: zonedTime(member(item, "start")),
  EndTime: zonedTime(member(item, "end")),
  BusyType: busyTypes[String(member(item, "status"))] ?? null,
  IsMeeting: null,
  IsRecurring: null,
  IsException: null,
  IsReminderSet: null,
  IsPrivate: member(item, "isPrivate") ?? null,
});

/** Proposes times for a meeting. */
export const findMeetingTimes = mailboxProcedure({
  name: "FindMeetingTimes",
  description: "Proposes times for a meeting within a window, by the calendars of the attendees; the best first.",
  writes: false,
  inputs: [
    text(
      "Attendees",
      "Addresses of the people needed, separated by semicolons or commas; the organiser alone when empty.",
    ),
    text("OptionalAttendees", "Addresses of people who may come."),
    ...window,
    { ...count("DurationMinutes", "Length of the meeting.", { default: 30 }), minimum: 1, maximum: 1440 },
    { ...count("MaxCandidates", "Most proposals wanted.", { default: 20 }), minimum: 1, maximum: 1000 },
    text("ActivityDomain", "Hours considered.", { default: "work", allowed: ["work", "personal", "unrestricted"] }),
    flag("IsOrganizerOptional", "The organiser need not be free.", { default: false }),
    { ...measure("MinimumAttendeePercentage", "Confidence a proposal needs, 0 to 100."), minimum: 0, maximum: 100 },
    json("LocationConstraint", "Places wanted: an object with isRequired, suggestLocation and locations."),
    userId,
  ],
  outputs: [
    instant("StartTime", "Begin."),
    instant("EndTime", "End."),
    measure("Confidence", "How likely all come, in per cent."),
    text("OrganizerAvailability", "free, tentative, busy, oof, workingElsewhere or unknown."),
    json("AttendeeAvailability", "The same for each attendee."),
    json("Locations", "Rooms that are free."),
    text("SuggestionReason", "Why this time is proposed."),
    text("EmptySuggestionsReason", "Why there is no proposal; the only column of the only row then."),
  ],
  run: proposals,
});

async function* proposals(execution: Execution): AsyncIterable<Row> {
  if (execution.calls.config.appOnly) {
    throw unsupported(
      "Microsoft Graph proposes meeting times to signed-in users only, not to an application by itself; GetSchedule works for both.",
    );
  }
  const answer = await act(execution, "findMeetingTimes", meetingRequest(execution));
  const found = itemsOf({ value: member(answer, "meetingTimeSuggestions") ?? [] });
  if (found.length === 0)
    yield { ...noProposal, EmptySuggestionsReason: member(answer, "emptySuggestionsReason") ?? null };
  for (const proposal of found) yield proposalRow(proposal);
}

function meetingRequest(execution: Execution): JsonObject {
  const { input } = execution;
  const { startTime, endTime } = windowOf(execution);
  const people = (name: string, type: string): readonly JsonObject[] =>
    (recipients(execution.text(name), name) ?? []).map((one) => ({ ...one, type }));
  const percentage = input.MinimumAttendeePercentage ?? null;
  const places = input.LocationConstraint ?? null;
  return {
    attendees: [...people("Attendees", "required"), ...people("OptionalAttendees", "optional")],
    timeConstraint: {
      activityDomain: execution.text("ActivityDomain") ?? "work",
      timeSlots: [{ start: startTime, end: endTime }],
    },
    meetingDuration: `PT${Number(input.DurationMinutes ?? 30)}M`,
    maxCandidates: Number(input.MaxCandidates ?? 20),
    isOrganizerOptional: execution.flag("IsOrganizerOptional"),
    returnSuggestionReasons: true,
    ...(percentage === null ? {} : { minimumAttendeePercentage: percentage }),
    ...(places === null ? {} : { locationConstraint: places }),
  };
}

const noProposal: Row = {
  StartTime: null,
  EndTime: null,
  Confidence: null,
  OrganizerAvailability: null,
  AttendeeAvailability: null,
  Locations: null,
  SuggestionReason: null,
  EmptySuggestionsReason: null,
};

function proposalRow(proposal: Value): Row {
  const slot = member(proposal, "meetingTimeSlot");
  return {
    ...noProposal,
    StartTime: zonedTime(member(slot, "start")),
    EndTime: zonedTime(member(slot, "end")),
    Confidence: member(proposal, "confidence") ?? null,
    OrganizerAvailability: member(proposal, "organizerAvailability") ?? null,
    AttendeeAvailability: member(proposal, "attendeeAvailability") ?? [],
    Locations: member(proposal, "locations") ?? [],
    SuggestionReason: member(proposal, "suggestionReason") ?? null,
  };
}
