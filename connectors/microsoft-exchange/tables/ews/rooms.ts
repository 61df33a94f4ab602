import { acceptSelection } from "../../ews/plan.ts";
import { addressColumns, roomListArgument } from "../columns/ews-attendee.ts";
import type { EwsTable } from "./ews-table.ts";

const [name, emailAddress, ...kinds] = addressColumns;

/** Room lists of the organisation. */
export const roomLists: EwsTable = {
  name: "RoomLists",
  kind: { of: "room-lists" },
  view: true,
  description: "Room lists (buildings) of the organisation.",
  columns: addressColumns,
  pseudoColumns: [],
  since: "Exchange2010",
  accepts: acceptSelection,
};

/** Rooms of one room list. */
export const rooms: EwsTable = {
  name: "Rooms",
  kind: { of: "rooms" },
  view: true,
  description: "Rooms of one room list.",
  columns: [name, emailAddress, roomListArgument, ...kinds].filter((column) => column !== undefined),
  pseudoColumns: [],
  requiredInWhere: ["RoomListEmailAddress"],
  since: "Exchange2010",
  accepts: acceptSelection,
};
