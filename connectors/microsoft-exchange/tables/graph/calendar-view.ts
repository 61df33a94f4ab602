import { idColumn, parentColumn, userIdColumn } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { eventViewColumns } from "./event-columns.ts";
import { graphTable } from "./graph-table.ts";

/** Occurrences, exceptions and single events inside a time window. */
export const calendarView: GraphTable = graphTable({
  name: "CalendarView",
  kind: "VIEW",
  description:
    "Occurrences, exceptions and single events within the window that conditions on start_dateTime and end_dateTime describe; the last 30 days when they describe none.",
  activities: ["query"],
  columns: [
    { ...idColumn({ write: "read-only" }), operators: {} },
    ...eventViewColumns,
    parentColumn("calendarId", { path: [], write: "read-only" }),
  ],
  pseudoColumns: [{ ...userIdColumn, use: ["query"] }],
  resource: {
    owner: "mailbox",
    collection: "calendarView",
    items: "events",
    byId: false,
    maxPage: 1000,
    heavy: ["body"],
    window: true,
    parent: {
      column: "calendarId",
      path: (id) => `calendars/${id}/calendarView`,
      otherwise: { kind: "default", parent: "calendar" },
    },
    headers: { prefer: 'outlook.timezone="UTC"' },
  },
});
