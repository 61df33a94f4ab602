import type { Value } from "#spi";
import type { Operation } from "../call.ts";
import type { ElementReader } from "../element-reader.ts";
import { type CallState, callState, readMessage } from "../response-messages.ts";
import { converter } from "../values.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

export const attendeeTypes = ["Organizer", "Required", "Optional", "Room", "Resource"] as const;

/** Whose free/busy times are asked for. */
export interface AskedMailbox {
  readonly address: string;
  readonly attendeeType: (typeof attendeeTypes)[number];
  readonly excludeConflicts: boolean;
}

/** A busy time with what may be told of it. */
export interface BusyTime {
  Id: string | null;
  Subject: string | null;
  Location: string | null;
  StartTime: string | null;
  EndTime: string | null;
  BusyType: string | null;
  IsMeeting: boolean | null;
  IsRecurring: boolean | null;
  IsException: boolean | null;
  IsReminderSet: boolean | null;
  IsPrivate: boolean | null;
}

/** When a mailbox works; its zone as Exchange describes it. */
export interface WorkingPeriod {
  days: string;
  startMinutes: number;
  endMinutes: number;
}

/** What the answer holds of one mailbox, in the order asked. */
export interface MailboxAvailability {
  readonly events: BusyTime[];
  /** One digit for each interval. */
  merged: string | null;
  readonly working: WorkingPeriod[];
  /** Minutes west of Greenwich, without daylight time. */
  bias: number | null;
}

/** A time proposed for a meeting. */
export interface Suggestion {
  time: string | null;
  isWorkTime: boolean | null;
  quality: string | null;
  /** How each attendee stands to it, in the order asked. */
  readonly conflicts: string[];
}

export interface AvailabilityState extends CallState {
  readonly mailboxes: MailboxAvailability[];
  readonly suggestions: Suggestion[];
}

export interface AvailabilityOptions {
  /** Minutes one digit of the merged view stands for; without it no merged view is asked for. */
  readonly intervalMinutes?: number;
  readonly suggestions?: { readonly durationMinutes: number; readonly perDay: number; readonly afterHours: number };
}

/** UTC in the form all versions take; times without offset are then UTC in both directions. */
function utc(): Xml {
  const change = (name: string, month: number) =>
    element(
      `t:${name}`,
      undefined,
      leaf("t:Bias", 0),
      leaf("t:Time", "00:00:00"),
      leaf("t:DayOrder", 1),
      leaf("t:Month", month),
      leaf("t:DayOfWeek", "Sunday"),
    );
  return element("t:TimeZone", undefined, leaf("t:Bias", 0), change("StandardTime", 10), change("DaylightTime", 4));
}

const mailboxData = ({ address, attendeeType, excludeConflicts }: AskedMailbox): Xml =>
  element(
    "t:MailboxData",
    undefined,
    element("t:Email", undefined, leaf("t:Address", address)),
    leaf("t:AttendeeType", attendeeType),
    leaf("t:ExcludeConflicts", excludeConflicts),
  );

const flags = ["IsMeeting", "IsRecurring", "IsException", "IsReminderSet", "IsPrivate"] as const;
const details = [
  ["ID", "Id"],
  ["Subject", "Subject"],
  ["Location", "Location"],
] as const;
const times = ["StartTime", "EndTime"] as const;

const noEvent = (): BusyTime => ({
  Id: null,
  Subject: null,
  Location: null,
  StartTime: null,
  EndTime: null,
  BusyType: null,
  IsMeeting: null,
  IsRecurring: null,
  IsException: null,
  IsReminderSet: null,
  IsPrivate: null,
});

const window = (name: string, { start, end }: Window): Xml =>
  element(`t:${name}`, undefined, leaf("t:StartTime", start), leaf("t:EndTime", end));

interface Window {
  readonly start: string;
  readonly end: string;
}

const suggestionsView = (wanted: NonNullable<AvailabilityOptions["suggestions"]>, span: Window): Xml =>
  element(
    "t:SuggestionsViewOptions",
    undefined,
    leaf("t:MaximumResultsByDay", wanted.perDay),
    leaf("t:MaximumNonWorkHourResultsByDay", wanted.afterHours),
    leaf("t:MeetingDurationInMinutes", wanted.durationMinutes),
    window("DetailedSuggestionsWindow", span),
  );

const lastMailbox = (state: AvailabilityState): MailboxAvailability =>
  state.mailboxes[state.mailboxes.length - 1] as MailboxAvailability;

/** GetUserAvailability: busy times of mailboxes in a window of UTC times, and times that suit them all. */
export const getUserAvailability = (
  mailboxes: readonly AskedMailbox[],
  span: Window,
  options: AvailabilityOptions = {},
): Operation<AvailabilityState> => ({
  name: "GetUserAvailability",
  repeatable: true,
  body: element(
    "m:GetUserAvailabilityRequest",
    undefined,
    utc(),
    element("m:MailboxDataArray", undefined, mailboxes.map(mailboxData)),
    element(
      "t:FreeBusyViewOptions",
      undefined,
      window("TimeWindow", span),
      leaf("t:MergedFreeBusyIntervalInMinutes", options.intervalMinutes ?? 30),
      leaf("t:RequestedView", options.intervalMinutes === undefined ? "Detailed" : "DetailedMerged"),
    ),
    options.suggestions === undefined ? undefined : suggestionsView(options.suggestions, span),
  ),
  start: () => ({ ...callState(), mailboxes: [], suggestions: [] }),
  read: (response) => {
    readMailboxes(response.at(["FreeBusyResponseArray", "FreeBusyResponse"]));
    readSuggestions(response.child("SuggestionsResponse"));
  },
});

function readMailboxes(answer: ElementReader<AvailabilityState>): void {
  answer.onOpen((state) => {
    state.mailboxes.push({ events: [], merged: null, working: [], bias: null });
  });
  readMessage(answer, "ResponseMessage");
  const view = answer.child("FreeBusyView");
  view.child("MergedFreeBusy").onText((state, text) => {
    lastMailbox(state).merged = text;
  });
  readEvents(view.at(["CalendarEventArray", "CalendarEvent"]));
  const hours = view.child("WorkingHours");
  hours.at(["TimeZone", "Bias"]).onText((state, text) => {
    lastMailbox(state).bias = Number(text);
  });
  const period = hours.at(["WorkingPeriodArray", "WorkingPeriod"]);
  period.onOpen((state) => {
    lastMailbox(state).working.push({ days: "", startMinutes: 0, endMinutes: 0 });
  });
  const last = (state: AvailabilityState) => lastMailbox(state).working.at(-1) as WorkingPeriod;
  period.child("DayOfWeek").onText((state, text) => {
    last(state).days = text.trim();
  });
  period.child("StartTimeInMinutes").onText((state, text) => {
    last(state).startMinutes = Number(text);
  });
  period.child("EndTimeInMinutes").onText((state, text) => {
    last(state).endMinutes = Number(text);
  });
}

function readEvents(event: ElementReader<AvailabilityState>): void {
  let current = noEvent();
  event.onOpen((state) => {
    current = noEvent();
    lastMailbox(state).events.push(current);
  });
  const set = (name: keyof BusyTime, value: Value) => Object.assign(current, { [name]: value });
  for (const name of times) event.child(name).onText((_, text) => set(name, converter("datetime")(text)));
  event.child("BusyType").onText((_, text) => set("BusyType", text));
  const more = event.child("CalendarEventDetails");
  for (const [name, output] of details) more.child(name).onText((_, text) => set(output, text));
  for (const name of flags) more.child(name).onText((_, text) => set(name, text === "true"));
}

const conflictElements = ["IndividualAttendeeConflictData", "GroupAttendeeConflictData"] as const;
const unknownConflicts = ["UnknownAttendeeConflictData", "TooBigGroupAttendeeConflictData"] as const;

function readSuggestions(response: ElementReader<AvailabilityState>): void {
  readMessage(response, "ResponseMessage");
  const one = response.at(["SuggestionDayResultArray", "SuggestionDayResult", "SuggestionArray", "Suggestion"]);
  let current: Suggestion = { time: null, isWorkTime: null, quality: null, conflicts: [] };
  one.onOpen((state) => {
    current = { time: null, isWorkTime: null, quality: null, conflicts: [] };
    state.suggestions.push(current);
  });
  one.child("MeetingTime").onText((_, text) => {
    current.time = String(converter("datetime")(text));
  });
  one.child("IsWorkTime").onText((_, text) => {
    current.isWorkTime = text === "true";
  });
  one.child("SuggestionQuality").onText((_, text) => {
    current.quality = text;
  });
  const conflicts = one.child("AttendeeConflictDataArray");
  for (const name of conflictElements) {
    const busy = name === "IndividualAttendeeConflictData" ? "BusyType" : "NumberOfMembersWithConflict";
    conflicts
      .child(name)
      .child(busy)
      .onText((_, text) => {
        current.conflicts.push(name === "IndividualAttendeeConflictData" ? text : text === "0" ? "Free" : "Busy");
      });
  }
  for (const name of unknownConflicts)
    conflicts.child(name).onOpen(() => {
      current.conflicts.push("NoData");
    });
}
