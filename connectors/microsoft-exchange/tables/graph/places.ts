import type { Column } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import { byFlag, byNumber, count, flag, idColumn, json, measure, prefixText, text } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

const places = (
  name: string,
  kind: string,
  description: string,
  columns: readonly Column<GraphBinding>[],
): GraphTable =>
  graphTable({
    name,
    description,
    activities: ["query"],
    columns,
    pseudoColumns: [],
    resource: {
      owner: "directory",
      collection: `places/microsoft.graph.${kind}`,
      byId: false,
      maxPage: 999,
      heavy: [],
    },
  });

const placeId = { ...idColumn({ write: "read-only" }), operators: {} };

/** Rooms of the tenant. */
export const rooms: GraphTable = places("Rooms", "room", "Rooms of the tenant.", [
  placeId,
  text("displayName", { filter: prefixText }),
  text("emailAddress", { filter: prefixText }),
  text("nickname", { filter: prefixText }),
  text("building", { filter: prefixText }),
  count("floorNumber", { filter: byNumber, sortable: true }),
  text("floorLabel", { filter: prefixText }),
  text("label", { filter: prefixText }),
  count("capacity", { filter: byNumber, sortable: true }),
  text("bookingType", { filter: prefixText }),
  text("audioDeviceName", { filter: prefixText }),
  text("videoDeviceName", { filter: prefixText }),
  text("displayDeviceName", { filter: prefixText }),
  flag("isWheelChairAccessible", { filter: byFlag }),
  json("tags"),
  text("phone", { filter: prefixText }),
  text("address_street", { filter: prefixText }),
  text("address_city", { filter: prefixText }),
  text("address_state", { filter: prefixText }),
  text("address_countryOrRegion", { filter: prefixText }),
  text("address_postalCode", { filter: prefixText }),
  measure("geoCoordinates_latitude"),
  measure("geoCoordinates_longitude"),
]);

/** Lists of rooms, mostly one for each building. */
export const roomLists: GraphTable = places("RoomLists", "roomList", "Lists of rooms, mostly one for each building.", [
  placeId,
  text("displayName", { filter: prefixText }),
  text("emailAddress", { filter: prefixText }),
  text("phone", { filter: prefixText }),
  text("address_street", { filter: prefixText }),
  text("address_city", { filter: prefixText }),
  text("address_state", { filter: prefixText }),
  text("address_countryOrRegion", { filter: prefixText }),
  text("address_postalCode", { filter: prefixText }),
]);
