import type { EwsColumn } from "../../ews/binding.ts";
import { idOperators, special } from "./ews-makers.ts";

const attribute = (name: string) => ({ from: "attribute", at: [], attribute: name }) as const;

/** One MAPI property of one item. */
export const extendedColumns: readonly EwsColumn[] = [
  special("ItemId", "id", undefined, attribute("ItemId"), {
    key: true,
    mutability: "create-only",
    operators: idOperators,
    sortable: false,
    filter: { by: "item-id" },
    describe:
      "Item that has the property. Without it a query looks through the items of a folder, the inbox unless told.",
  }),
  special("Id", "string", undefined, attribute("Id"), {
    key: true,
    mutability: "create-only",
    operators: idOperators,
    sortable: false,
    filter: { by: "argument" },
    describe:
      "Type and tag or name: `String 0x001A`, `Integer {guid} Id 0x8102`, `String PublicStrings Name x`. A query must name it.",
  }),
  special("Value", "string", undefined, attribute("Value"), {
    operators: { "=": "superset" },
    describe: "The value as text; of an Array type a JSON array. NULL takes the property away.",
  }),
  special("ItemChangeKey", "id", undefined, attribute("ItemChangeKey"), {
    readOnly: true,
    describe: "Version of the item.",
  }),
  special("ParentFolderId", "id", undefined, attribute("ParentFolderId"), {
    readOnly: true,
    operators: idOperators,
    sortable: false,
    filter: { by: "folder-id" },
    describe: "Folder of the item. A filter on it looks through that folder.",
  }),
];
