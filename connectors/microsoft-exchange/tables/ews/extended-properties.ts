import { acceptExtended } from "../../ews/query-extended.ts";
import { extendedColumns } from "../columns/ews-extended.ts";
import { impersonation, otherFolder } from "../columns/ews-pseudo.ts";
import type { EwsTable } from "./ews-table.ts";

/** MAPI properties of items that no column shows. */
export const extendedProperties: EwsTable = {
  name: "ExtendedProperties",
  kind: { of: "extended-properties" },
  description:
    "MAPI properties of items, named or by tag, one row each: read, found by value, set and taken away. A query names the property (Id), and the item or the folder.",
  columns: extendedColumns,
  pseudoColumns: [...impersonation, ...otherFolder],
  requiredOnCreate: ["ItemId", "Id", "Value"],
  requiredInWhere: ["Id"],
  accepts: acceptExtended,
};
