import type { Value } from "#spi";
import type { Operation } from "../call.ts";
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

export interface AvailabilityState extends CallState {
  readonly events: BusyTime[];
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

/** GetUserAvailability: busy times of mailboxes in a window of UTC times. */
export const getUserAvailability = (
  mailboxes: readonly AskedMailbox[],
  window: { readonly start: string; readonly end: string },
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
      element("t:TimeWindow", undefined, leaf("t:StartTime", window.start), leaf("t:EndTime", window.end)),
      leaf("t:MergedFreeBusyIntervalInMinutes", 30),
      leaf("t:RequestedView", "Detailed"),
    ),
  ),
  start: () => ({ ...callState(), events: [] }),
  read: (response) => {
    const answer = response.at(["FreeBusyResponseArray", "FreeBusyResponse"]);
    readMessage(answer, "ResponseMessage");
    const event = answer.at(["FreeBusyView", "CalendarEventArray", "CalendarEvent"]);
    let current = noEvent();
    event.onOpen((state) => {
      current = noEvent();
      state.events.push(current);
    });
    const set = (name: keyof BusyTime, value: Value) => Object.assign(current, { [name]: value });
    for (const name of times) event.child(name).onText((_, text) => set(name, converter("datetime")(text)));
    event.child("BusyType").onText((_, text) => set("BusyType", text));
    const more = event.child("CalendarEventDetails");
    for (const [name, output] of details) more.child(name).onText((_, text) => set(output, text));
    for (const name of flags) more.child(name).onText((_, text) => set(name, text === "true"));
  },
});
