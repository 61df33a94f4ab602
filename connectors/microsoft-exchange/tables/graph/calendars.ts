import {
  anyText,
  byFlag,
  choice,
  flag,
  idColumn,
  json,
  parentColumn,
  reference,
  text,
  userIdColumn,
  word,
} from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

const columns = [
  parentColumn("calendarGroupId", { path: [] }),
  flag("canEdit", { filter: byFlag }),
  flag("canShare", { filter: byFlag }),
  idColumn(),
  flag("canViewPrivateItems", { filter: byFlag }),
  reference("changeKey"),
  choice(
    "color",
    [
      "auto",
      "lightBlue",
      "lightGreen",
      "lightOrange",
      "lightGray",
      "lightYellow",
      "lightTeal",
      "lightPink",
      "lightBrown",
      "lightRed",
      "maxColor",
    ],
    { write: "writable" },
  ),
  text("name", { write: "writable", filter: anyText }),
  text("owner_name"),
  text("owner_address"),
  // Follows color (calendar resource, v1.0).
  text("hexColor"),
  flag("isDefaultCalendar", { filter: byFlag }),
  flag("isRemovable", { filter: byFlag }),
  flag("isTallyingResponses", { filter: byFlag }),
  json("allowedOnlineMeetingProviders"),
  word("defaultOnlineMeetingProvider", ["unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"], {
    write: "writable",
  }),
];

/** Calendars of a mailbox. */
export const calendars: GraphTable = graphTable({
  name: "Calendars",
  description: "Calendars of the mailbox; calendarGroupId is filled by reading group after group.",
  activities: ["query", "create", "update", "delete"],
  columns,
  pseudoColumns: [userIdColumn],
  requiredOnCreate: ["name"],
  resource: {
    owner: "mailbox",
    collection: "calendars",
    byId: true,
    maxPage: 1000,
    heavy: [],
    parent: {
      column: "calendarGroupId",
      path: (id) => `calendarGroups/${id}/calendars`,
      otherwise: { kind: "each", parents: "calendarGroups" },
    },
    writes: {},
  },
});
