import type { EwsColumn, MemberSpec } from "../../ews/binding.ts";
import {
  attribute,
  type ColumnOptions,
  choice,
  equalOperator,
  flag,
  integer,
  mailbox,
  special,
  text,
  time,
} from "./ews-makers.ts";

export const busyStatuses = ["Free", "Tentative", "Busy", "OOF", "WorkingElsewhere", "NoData"] as const;
export const responseTypes = ["Unknown", "Organizer", "Tentative", "Accept", "Decline", "NoResponseReceived"] as const;

const attendeeMembers: Readonly<Record<string, MemberSpec>> = {
  Name: { path: ["Mailbox", "Name"], as: "text" },
  EmailAddress: { path: ["Mailbox", "EmailAddress"], as: "text" },
  RoutingType: { path: ["Mailbox", "RoutingType"], as: "text" },
  ResponseType: { path: ["ResponseType"], as: "text" },
  LastResponseTime: { path: ["LastResponseTime"], as: "datetime" },
};

const occurrenceMembers: Readonly<Record<string, MemberSpec>> = {
  ItemId: { path: ["ItemId"], attribute: "Id", as: "text" },
  Start: { path: ["Start"], as: "datetime" },
  End: { path: ["End"], as: "datetime" },
  OriginalStart: { path: ["OriginalStart"], as: "datetime" },
};

const attendees = (name: "RequiredAttendees" | "OptionalAttendees" | "Resources", describe: string): EwsColumn =>
  special(
    name,
    "json",
    `calendar:${name}`,
    { from: "objects", group: [name, "Attendee"], members: attendeeMembers },
    {
      item: true,
      write: { to: "people", element: name },
      describe: `${describe} On create and update an array of addresses or of objects with EmailAddress and Name; the whole list is replaced.`,
    },
  );

/** First and last occurrence of a series. */
const occurrence = (which: "FirstOccurrence" | "LastOccurrence"): readonly EwsColumn[] => {
  const uri = `calendar:${which}`;
  const options = { item: true, nowhere: "Exchange computes it from the recurrence." } as const;
  const at = (leaf: string): EwsColumn =>
    special(`${which}_${leaf}`, "datetime", uri, { from: "text", at: [which, leaf], as: "datetime" }, options);
  return [
    special(`${which}_ItemId`, "id", uri, { from: "attribute", at: [which, "ItemId"], attribute: "Id" }, options),
    at("Start"),
    at("End"),
    at("OriginalStart"),
  ];
};

const organizer = (["Name", "EmailAddress", "RoutingType"] as const).map((part) =>
  mailbox(`Organizer${part}`, "calendar:Organizer", part, {
    nowhere: "Exchange sets the organizer: the owner of the calendar.",
  }),
);

const computed = { nowhere: "Exchange computes it; it cannot be set." } as const;

/** Properties of appointments and meetings before the recurrence. */
export const calendarProperties: readonly EwsColumn[] = [
  time("Start", "calendar:Start", {
    sortsExactly: true,
    describe:
      "Begin. `Start >= a` together with `End <= b` expands series into occurrences. Of an all-day event the instant at which its first day begins in StartTimeZone_Id; schema MSGraph tells the day alone, as midnight with UTC.",
  }),
  time("End", "calendar:End", {
    sortsExactly: true,
    describe:
      "End. Of an all-day event the instant at which its last day ends in EndTimeZone_Id; schema MSGraph tells the day alone, as midnight with UTC.",
  }),
  time("OriginalStart", "calendar:OriginalStart", { local: true, ...computed }),
  flag("IsAllDayEvent", "calendar:IsAllDayEvent"),
  choice("LegacyFreeBusyStatus", "calendar:LegacyFreeBusyStatus", busyStatuses, ["Free", "Busy", "NoData"]),
  text("Location", "calendar:Location", { stored: true }),
  text("When", "calendar:When", { plain: true, describe: "Time of the meeting in words." }),
  flag("IsMeeting", "calendar:IsMeeting", { local: true, ...computed }),
  flag("IsCancelled", "calendar:IsCancelled", { local: true, ...computed }),
  flag("IsRecurring", "calendar:IsRecurring", { readOnly: true, local: true }),
  flag("MeetingRequestWasSent", "calendar:MeetingRequestWasSent", { readOnly: true }),
  flag("IsResponseRequested", "calendar:IsResponseRequested", { readOnly: true, local: true }),
  text("CalendarItemType", "calendar:CalendarItemType", {
    readOnly: true,
    local: true,
    allowed: ["Single", "Occurrence", "Exception", "RecurringMaster"],
  }),
  choice("MyResponseType", "calendar:MyResponseType", responseTypes, ["Unknown", "Organizer"], computed),
  ...organizer,
  // The reference has the counts and zones in list reads; FindItem does not give them.
  integer("ConflictingMeetingCount", "calendar:ConflictingMeetingCount", { readOnly: true, plain: true, item: true }),
  integer("AdjacentMeetingCount", "calendar:AdjacentMeetingCount", { readOnly: true, plain: true, item: true }),
  text("Duration", "calendar:Duration", { readOnly: true, plain: true, describe: "ISO 8601 duration." }),
  text("TimeZone", "calendar:TimeZone", { readOnly: true, local: true }),
  time("AppointmentReplyTime", "calendar:AppointmentReplyTime", computed),
  text("AppointmentSequenceNumber", "calendar:AppointmentSequenceNumber", { local: true, ...computed }),
  text("AppointmentState", "calendar:AppointmentState", { readOnly: true, local: true }),
];

/** Occurrences of a series, then what versions added. */
export const seriesProperties: readonly EwsColumn[] = [
  ...occurrence("FirstOccurrence"),
  ...occurrence("LastOccurrence"),
  special(
    "ModifiedOccurrences_Aggregate",
    "json",
    "calendar:ModifiedOccurrences",
    { from: "objects", group: ["ModifiedOccurrences", "Occurrence"], members: occurrenceMembers },
    { readOnly: true, item: true, describe: "Occurrences of the series that were changed by themselves." },
  ),
  special(
    "DeletedOccurrences_Aggregate",
    "json",
    "calendar:DeletedOccurrences",
    {
      from: "objects",
      group: ["DeletedOccurrences", "DeletedOccurrence"],
      members: { Start: { path: ["Start"], as: "datetime" } },
    },
    { readOnly: true, item: true, describe: "Occurrences of the series that were deleted." },
  ),
];

type Zone = "StartTimeZone" | "EndTimeZone";

/** Read-only in the reference; but without it every series would be one of UTC. */
const zoneId = (which: Zone, describe: string): EwsColumn =>
  attribute(`${which}_Id`, `calendar:${which}`, "Id", {
    type: "string",
    item: true,
    since: "Exchange2010",
    write: { to: "zone", element: which, attribute: "Id" },
    describe: `${describe} Windows and IANA names can be given; Exchange keeps and answers the Windows name.`,
  });
const zoneName = (which: Zone): EwsColumn =>
  attribute(`${which}_Name`, `calendar:${which}`, "Name", {
    type: "string",
    readOnly: true,
    item: true,
    since: "Exchange2010",
    describe: "The zone as Exchange shows it to people.",
  });

export const meetingProperties: readonly EwsColumn[] = [
  zoneId("StartTimeZone", "Time zone in which the item begins and a series recurs; UTC when a new item names none."),
  zoneName("StartTimeZone"),
  zoneId("EndTimeZone", "Time zone in which it ends; that of StartTimeZone_Id when left out."),
  zoneName("EndTimeZone"),
  integer("ConferenceType", "calendar:ConferenceType", { describe: "0 NetMeeting, 1 NetShow, 2 Chat." }),
  // The store keeps the opposite: an item without the property shows true.
  flag("AllowNewTimeProposal", "calendar:AllowNewTimeProposal", { local: true }),
  flag("IsOnlineMeeting", "calendar:IsOnlineMeeting"),
  text("MeetingWorkspaceUrl", "calendar:MeetingWorkspaceUrl", { stored: true }),
  text("NetShowUrl", "calendar:NetShowUrl", { stored: true }),
];

export const calendarCollections: readonly EwsColumn[] = [
  attendees("RequiredAttendees", "Required attendees; the table Calendar_RequiredAttendees has them as rows."),
  attendees("OptionalAttendees", "Optional attendees; the table Calendar_OptionalAttendees has them as rows."),
  // The reference has it in list reads; FindItem does not give collections of attendees.
  attendees("Resources", "Rooms and equipment invited."),
];

/** Binary at the store, text in answers: compared here. */
export const uid: EwsColumn = text("UID", "calendar:UID", {
  readOnly: true,
  local: true,
  operators: equalOperator,
  sortable: false,
  describe: "iCalendar UID.",
});

/** Exchange 2007 keeps the zone here, and knows no other place; later ones compute it. */
export const meetingTimeZone: readonly EwsColumn[] = [
  meetingZone({
    until: "Exchange2010",
    write: { to: "zone", element: "MeetingTimeZone", attribute: "TimeZoneName" },
    describe: "Time zone in which the item begins and a series recurs; Windows and IANA names can be given.",
  }),
  meetingZone({
    since: "Exchange2010",
    readOnly: true,
    describe: "Time zone of the meeting in the form of Exchange 2007; StartTimeZone_Id has it in today's form.",
  }),
];

function meetingZone(options: ColumnOptions): EwsColumn {
  return special(
    "MeetingTimeZone",
    "string",
    "calendar:MeetingTimeZone",
    { from: "attribute", at: ["MeetingTimeZone"], attribute: "TimeZoneName" },
    options,
  );
}
