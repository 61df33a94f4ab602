import { t } from "../xml.ts";
import { calendarProperties } from "./calendar-properties.ts";
import { requestTypeNames, responseNames, showAsNames } from "./names.ts";
import { choice, date, flag, type ItemProperty } from "./property.ts";

const common: readonly ItemProperty[] = [
  {
    uri: "meeting:AssociatedCalendarItemId",
    element: "AssociatedCalendarItemId",
    only: "item",
    read: (item, { mailbox }) => {
      const event = item.meeting?.associatedEventId ? mailbox.item(item.meeting.associatedEventId) : undefined;
      return event && t("AssociatedCalendarItemId", { Id: event.id, ChangeKey: mailbox.changeKeyOf(event) });
    },
  },
  flag("meeting:IsDelegated", "IsDelegated", (i) => i.meeting?.isDelegated),
  flag("meeting:IsOutOfDate", "IsOutOfDate", (i) => i.meeting?.isOutOfDate),
  flag("meeting:HasBeenProcessed", "HasBeenProcessed", (i) => i.meeting?.hasBeenProcessed),
  choice("meeting:ResponseType", "ResponseType", responseNames, (i) => i.meeting?.response),
  ...calendar("UID", "RecurrenceId", "DateTimeStamp"),
  flag("calendar:IsOrganizer", "IsOrganizer", (i) => i.event?.isOrganizer),
];

/** Of meeting requests, in schema order (after the message's own). */
export const requestProperties: readonly ItemProperty[] = [
  ...common,
  choice("meetingRequest:MeetingRequestType", "MeetingRequestType", requestTypeNames, (i) => i.meeting?.requestType),
  choice(
    "meetingRequest:IntendedFreeBusyStatus",
    "IntendedFreeBusyStatus",
    showAsNames,
    (i) => i.event?.intendedShowAs,
  ),
  ...calendar(
    "Start",
    "End",
    "OriginalStart",
    "IsAllDayEvent",
    "LegacyFreeBusyStatus",
    "Location",
    "When",
    "IsMeeting",
    "IsCancelled",
    "IsRecurring",
    "MeetingRequestWasSent",
    "CalendarItemType",
    "MyResponseType",
    "Organizer",
    "RequiredAttendees",
    "OptionalAttendees",
    "Resources",
    "ConflictingMeetingCount",
    "AdjacentMeetingCount",
    "Duration",
    "AppointmentReplyTime",
    "AppointmentSequenceNumber",
    "AppointmentState",
    "Recurrence",
    "StartTimeZone",
    "EndTimeZone",
    "ConferenceType",
    "AllowNewTimeProposal",
    "IsOnlineMeeting",
    "MeetingWorkspaceUrl",
    "NetShowUrl",
    "EnhancedLocation",
    "StartWallClock",
    "EndWallClock",
    "StartTimeZoneId",
    "EndTimeZoneId",
    "DoNotForwardMeeting",
  ),
];

const calendarItemType = choice(
  "calendar:CalendarItemType",
  "CalendarItemType",
  { Single: "single", Occurrence: "occurrence", Exception: "exception", RecurringMaster: "seriesMaster" },
  (i) => i.event?.type,
);

/** Of meeting responses. */
export const responseProperties: readonly ItemProperty[] = [
  ...common,
  ...calendar("Start", "End", "Location", "Recurrence"),
  calendarItemType,
  date("meeting:ProposedStart", "ProposedStart", (i) => i.meeting?.proposedStart),
  date("meeting:ProposedEnd", "ProposedEnd", (i) => i.meeting?.proposedEnd),
  ...calendar("EnhancedLocation"),
];

/** Of meeting cancellations. */
export const cancellationProperties: readonly ItemProperty[] = [
  ...common,
  ...calendar("Start", "End", "Location", "Recurrence"),
  calendarItemType,
  ...calendar("EnhancedLocation", "DoNotForwardMeeting"),
];

/** Calendar properties of these names for printing only: a meeting message is never written to. */
function calendar(...elements: string[]): ItemProperty[] {
  return elements.flatMap((element) => {
    const property = calendarProperties.find((one) => one.element === element);
    if (!property) return [];
    const { write, clear, append, ...rest } = property;
    return [rest];
  });
}
