import { type EventDetails, windowsZone } from "../../mailboxes/index.ts";
import { printDate, printDuration, readDate } from "../dates.ts";
import { childText, type XmlElement } from "../xml.ts";
import { attendees } from "./attendees-property.ts";
import { changeEvent } from "./change-event.ts";
import { enhancedLocation } from "./location-property.ts";
import { eventTypeNames, responseNames, showAsNames } from "./names.ts";
import { neighbourCount, neighbourList } from "./neighbour-properties.ts";
import { choice, date, flag, type ItemProperty, integer, person, text } from "./property.ts";
import {
  deletedOccurrences,
  firstOccurrence,
  lastOccurrence,
  modifiedOccurrences,
  recurrence,
} from "./series-properties.ts";
import { readZone, zone } from "./zone-property.ts";

const meetingStateBits = { meeting: 1, received: 2, cancelled: 4 };

function meetingState(event: EventDetails): number {
  return (
    (event.isMeeting ? meetingStateBits.meeting : 0) +
    (event.isMeeting && !event.isOrganizer ? meetingStateBits.received : 0) +
    (event.isCancelled ? meetingStateBits.cancelled : 0)
  );
}

/** Properties of calendar items, in schema order. */
export const calendarProperties: readonly ItemProperty[] = [
  text(
    "calendar:UID",
    "UID",
    (i) => i.event?.uid,
    (d, v) => changeEvent(d, { uid: v }),
  ),
  date("calendar:RecurrenceId", "RecurrenceId", (i) => i.event?.originalStart),
  date("calendar:DateTimeStamp", "DateTimeStamp", (i) => i.event?.stampedAt ?? i.modifiedAt),
  date(
    "calendar:Start",
    "Start",
    (i) => i.event?.start,
    (d, v) => changeEvent(d, { start: v }),
  ),
  date(
    "calendar:End",
    "End",
    (i) => i.event?.end,
    (d, v) => changeEvent(d, { end: v }),
  ),
  date("calendar:OriginalStart", "OriginalStart", (i) => i.event?.originalStart),
  flag(
    "calendar:IsAllDayEvent",
    "IsAllDayEvent",
    (i) => i.event?.isAllDay,
    (d, v) => changeEvent(d, { isAllDay: v }),
  ),
  choice(
    "calendar:LegacyFreeBusyStatus",
    "LegacyFreeBusyStatus",
    showAsNames,
    (i) => i.event?.showAs,
    (d, v) => changeEvent(d, { showAs: v }),
  ),
  text(
    "calendar:Location",
    "Location",
    (i) => i.event?.location?.displayName,
    (d, v) => changeEvent(d, { location: { displayName: v } }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { location: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  text(
    "calendar:When",
    "When",
    (i) => i.event?.when,
    (d, v) => changeEvent(d, { when: v }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { when: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  flag("calendar:IsMeeting", "IsMeeting", (i) => i.event?.isMeeting),
  flag("calendar:IsCancelled", "IsCancelled", (i) => i.event?.isCancelled),
  flag(
    "calendar:IsRecurring",
    "IsRecurring",
    (i) => i.event && i.event.type !== "single" && i.event.type !== "seriesMaster",
  ),
  flag("calendar:MeetingRequestWasSent", "MeetingRequestWasSent", (i) => i.event?.requestWasSent),
  flag(
    "calendar:IsResponseRequested",
    "IsResponseRequested",
    (i) => i.event?.isResponseRequested,
    (d, v) => changeEvent(d, { isResponseRequested: v }),
  ),
  choice("calendar:CalendarItemType", "CalendarItemType", eventTypeNames, (i) => i.event?.type),
  choice("calendar:MyResponseType", "MyResponseType", responseNames, (i) => i.event?.response),
  person("calendar:Organizer", "Organizer", (i) => i.event?.organizer),
  attendees("calendar:RequiredAttendees", "RequiredAttendees", "required"),
  attendees("calendar:OptionalAttendees", "OptionalAttendees", "optional"),
  attendees("calendar:Resources", "Resources", "resource"),
  neighbourCount("conflicting", "Conflicting"),
  neighbourCount("adjacent", "Adjacent"),
  neighbourList("conflicting", "Conflicting"),
  neighbourList("adjacent", "Adjacent"),
  text(
    "calendar:Duration",
    "Duration",
    (i) => i.event && printDuration(i.event.end.getTime() - i.event.start.getTime()),
  ),
  text("calendar:TimeZone", "TimeZone", (i) => i.event?.startTimeZone),
  date("calendar:AppointmentReplyTime", "AppointmentReplyTime", (i) => i.event?.repliedAt),
  integer("calendar:AppointmentSequenceNumber", "AppointmentSequenceNumber", (i) => i.event?.sequenceNumber),
  integer("calendar:AppointmentState", "AppointmentState", (i) => i.event && meetingState(i.event)),
  recurrence,
  firstOccurrence,
  lastOccurrence,
  modifiedOccurrences,
  deletedOccurrences,
  {
    uri: "calendar:MeetingTimeZone",
    element: "MeetingTimeZone",
    only: "item",
    write: (draft, value) => changeEvent(draft, { startTimeZone: readZone(value), endTimeZone: readZone(value) }),
  },
  zone("calendar:StartTimeZone", "StartTimeZone", "startTimeZone"),
  zone("calendar:EndTimeZone", "EndTimeZone", "endTimeZone"),
  integer(
    "calendar:ConferenceType",
    "ConferenceType",
    (i) => i.event?.conferenceType,
    (d, v) => changeEvent(d, { conferenceType: v }),
  ),
  flag(
    "calendar:AllowNewTimeProposal",
    "AllowNewTimeProposal",
    (i) => i.event?.allowNewTimeProposals,
    (d, v) => changeEvent(d, { allowNewTimeProposals: v }),
  ),
  flag(
    "calendar:IsOnlineMeeting",
    "IsOnlineMeeting",
    (i) => i.event?.isOnlineMeeting,
    (d, v) => changeEvent(d, { isOnlineMeeting: v }),
  ),
  text(
    "calendar:MeetingWorkspaceUrl",
    "MeetingWorkspaceUrl",
    (i) => i.event?.meetingWorkspaceUrl,
    (d, v) => changeEvent(d, { meetingWorkspaceUrl: v }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { meetingWorkspaceUrl: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  text(
    "calendar:NetShowUrl",
    "NetShowUrl",
    (i) => i.event?.netShowUrl,
    (d, v) => changeEvent(d, { netShowUrl: v }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { netShowUrl: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  enhancedLocation,
  text("calendar:StartWallClock", "StartWallClock", (i) => i.event && printDate(i.event.start), undefined, {
    only: "item",
  }),
  text("calendar:EndWallClock", "EndWallClock", (i) => i.event && printDate(i.event.end), undefined, { only: "item" }),
  text(
    "calendar:StartTimeZoneId",
    "StartTimeZoneId",
    (i) => i.event && (windowsZone(i.event.startTimeZone) ?? i.event.startTimeZone),
  ),
  text(
    "calendar:EndTimeZoneId",
    "EndTimeZoneId",
    (i) => i.event && (windowsZone(i.event.endTimeZone) ?? i.event.endTimeZone),
  ),
  choice("calendar:IntendedFreeBusyStatus", "IntendedFreeBusyStatus", showAsNames, (i) => i.event?.intendedShowAs),
  text("calendar:JoinOnlineMeetingUrl", "JoinOnlineMeetingUrl", (i) => i.event?.joinUrl),
  flag("calendar:IsOrganizer", "IsOrganizer", (i) => i.event?.isOrganizer),
  flag(
    "calendar:DoNotForwardMeeting",
    "DoNotForwardMeeting",
    (i) => i.event?.doNotForward,
    (d, v) => changeEvent(d, { doNotForward: v }),
  ),
];

/** Reads the proposal of an answer. */
export function readProposal(element: XmlElement, name: string, timeZone?: string): Date | undefined {
  const value = childText(element, name);
  return value === undefined ? undefined : readDate(value, timeZone);
}
