import { exactText, idColumn, prefixText, reference, text, userIdColumn } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

const columns = [
  idColumn(),
  reference("changeKey"),
  text("classId", { filter: exactText }),
  text("name", { write: "writable", filter: prefixText }),
];

/** Groups of calendars. */
export const calendarGroups: GraphTable = graphTable({
  name: "CalendarGroups",
  description: "Groups of calendars of the mailbox.",
  activities: ["query", "create", "update", "delete"],
  columns,
  pseudoColumns: [userIdColumn],
  requiredOnCreate: ["name"],
  resource: { owner: "mailbox", collection: "calendarGroups", byId: true, maxPage: 1000, heavy: [], writes: {} },
});
