import { acceptItems } from "../../ews/plan.ts";
import {
  calendarCollections,
  calendarProperties,
  meetingProperties,
  meetingTimeZone,
  seriesProperties,
  uid,
} from "../columns/ews-calendar.ts";
import {
  conversationChangeKey,
  conversationId,
  effectiveRights,
  importance,
  itemIdentity,
  itemPropertiesBesideMail,
  laterItemProperties,
  uniqueBody,
} from "../columns/ews-item.ts";
import {
  impersonation,
  occurrences,
  otherFolder,
  recurrenceSpelling,
  sendCancellationsMode,
  sendMeetingInvitations,
} from "../columns/ews-pseudo.ts";
import { recurrence } from "../columns/ews-recurrence.ts";
import type { EwsTable } from "./ews-table.ts";

/** Appointments and meetings. */
export const calendar: EwsTable = {
  name: "Calendar",
  kind: { of: "items", folder: "calendar", element: "CalendarItem" },
  description:
    "Appointments and meetings: single items and masters of series; with `Start >= a` and `End <= b` the occurrences of that time.",
  columns: [
    ...itemIdentity,
    ...itemPropertiesBesideMail,
    importance,
    ...calendarProperties,
    ...recurrence("calendar:Recurrence"),
    ...seriesProperties,
    ...meetingProperties,
    ...effectiveRights("item:EffectiveRights"),
    ...laterItemProperties,
    conversationId,
    conversationChangeKey,
    ...uniqueBody({ readOnly: true }),
    ...calendarCollections,
    uid,
    ...meetingTimeZone,
  ],
  pseudoColumns: [
    ...impersonation,
    ...otherFolder,
    ...occurrences,
    recurrenceSpelling,
    sendMeetingInvitations,
    sendCancellationsMode,
  ],
  accepts: acceptItems,
};
