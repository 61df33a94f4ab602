import { groupIdColumn, idColumn, parentColumn, userIdColumn } from "../../graph/columns.ts";
import { changedEventBody, neededForEvent, newEventBody } from "../../graph/event-times.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { eventColumns } from "./event-columns.ts";
import { graphTable } from "./graph-table.ts";

/** Calendar events: single ones and masters of series. */
export const events: GraphTable = graphTable({
  name: "Events",
  description:
    "Calendar events: single items and series masters, never expanded (see CalendarView). Without calendarId the default calendar; with GroupId the group's.",
  activities: ["query", "create", "update", "delete"],
  columns: [idColumn(), ...eventColumns, parentColumn("calendarId", { path: [] })],
  pseudoColumns: [userIdColumn, groupIdColumn],
  requiredOnCreate: ["start_dateTime", "start_timeZone", "end_dateTime", "end_timeZone"],
  resource: {
    owner: "mailbox-or-group",
    collection: "events",
    byId: true,
    maxPage: 1000,
    heavy: ["body"],
    parent: {
      column: "calendarId",
      path: (id) => `calendars/${id}/events`,
      otherwise: { kind: "default", parent: "calendar" },
    },
    headers: { prefer: 'outlook.timezone="UTC"' },
    writes: {
      recognition: "transactionId",
      prepare: newEventBody,
      change: { needs: neededForEvent, complete: changedEventBody },
    },
  },
});
