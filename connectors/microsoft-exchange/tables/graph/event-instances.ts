import { idColumn, parentColumn, userIdColumn } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { eventViewColumns } from "./event-columns.ts";
import { graphTable } from "./graph-table.ts";

/** Occurrences of one recurring event. */
export const eventInstances: GraphTable = graphTable({
  name: "EventInstances",
  kind: "VIEW",
  description:
    "Occurrences of the series that eventId or seriesMasterId names, within the window that conditions on start_dateTime and end_dateTime describe; the last 30 days when they describe none.",
  activities: ["query"],
  columns: [
    { ...idColumn({ write: "read-only" }), operators: {} },
    ...eventViewColumns,
    parentColumn("eventId", { path: [], write: "read-only" }),
  ],
  pseudoColumns: [{ ...userIdColumn, use: ["query"] }],
  resource: {
    owner: "mailbox",
    collection: "instances",
    items: "events",
    byId: false,
    maxPage: 1000,
    heavy: ["body"],
    window: true,
    parent: {
      column: "eventId",
      alias: "seriesMasterId",
      path: (id) => `events/${id}/instances`,
      otherwise: { kind: "required" },
    },
    headers: { prefer: 'outlook.timezone="UTC"' },
  },
});
