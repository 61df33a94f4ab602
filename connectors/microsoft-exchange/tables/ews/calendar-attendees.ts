import type { PseudoColumn } from "#spi";
import { acceptSelection } from "../../ews/plan.ts";
import { attendeeColumns, deletedOccurrenceColumns, modifiedOccurrenceColumns } from "../columns/ews-attendee.ts";
import { impersonation, sendMeetingInvitations } from "../columns/ews-pseudo.ts";
import type { AttendeeCollection, EwsTable } from "./ews-table.ts";

const invitations: PseudoColumn = {
  ...sendMeetingInvitations,
  use: ["create", "update", "delete"],
  allowed: ["SendToNone", "SendOnlyToAll", "SendOnlyToChanged", "SendToAllAndSaveCopy"],
  description: "Who is told of the changed attendees.",
};

const attendees = (name: string, element: AttendeeCollection, description: string): EwsTable => ({
  name,
  kind: { of: "attendees", element },
  description,
  columns: attendeeColumns,
  pseudoColumns: [...impersonation, invitations],
  requiredOnCreate: ["EmailAddress", "ItemId"],
  requiredInWhere: ["ItemId"],
  accepts: acceptSelection,
});

/** Required attendees of one calendar item, a row each. */
export const requiredAttendees = attendees(
  "Calendar_RequiredAttendees",
  "RequiredAttendees",
  "Required attendees of one calendar item, one row each.",
);

/** Optional attendees of one calendar item, a row each. */
export const optionalAttendees = attendees(
  "Calendar_OptionalAttendees",
  "OptionalAttendees",
  "Optional attendees of one calendar item, one row each.",
);

/** Rooms and equipment of one calendar item, a row each. */
export const resources = attendees(
  "Calendar_Resources",
  "Resources",
  "Rooms and equipment of one calendar item, one row each.",
);

/** Occurrences of a series that were changed by themselves. */
export const modifiedOccurrences: EwsTable = {
  name: "Calendar_ModifiedOccurrences",
  kind: { of: "occurrences", element: "ModifiedOccurrences", member: "Occurrence" },
  view: true,
  description: "Occurrences of a series that were changed by themselves.",
  columns: modifiedOccurrenceColumns,
  pseudoColumns: impersonation,
  requiredInWhere: ["CalendarItemId"],
  accepts: acceptSelection,
};

/** Occurrences that were taken out of a series. */
export const deletedOccurrences: EwsTable = {
  name: "Calendar_DeletedOccurrences",
  kind: { of: "occurrences", element: "DeletedOccurrences", member: "DeletedOccurrence" },
  view: true,
  description: "Occurrences that were deleted from a series.",
  columns: deletedOccurrenceColumns,
  pseudoColumns: impersonation,
  requiredInWhere: ["CalendarItemId"],
  accepts: acceptSelection,
};
