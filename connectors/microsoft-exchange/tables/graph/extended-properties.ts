import type { Column } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import { idColumn, parentColumn, text } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

/** Items that can carry extended properties, as the tables name them. */
export const carriers = ["Messages", "Events", "Contacts", "Calendars", "MailFolders", "ContactFolders"] as const;

const address = (name: string, description: string, allowed?: readonly string[]): Column<GraphBinding> =>
  parentColumn(name, { path: [], write: "writable", description, ...(allowed === undefined ? {} : { allowed }) });

/** MAPI properties of items, of one value or several. */
export const extendedProperties: GraphTable = graphTable({
  name: "ExtendedProperties",
  description:
    "MAPI properties of items, of one value or several. Queries and changes name the property (id, e.g. `String 0x001A`), the item (resourceId) and its table (resourceName). Column userId names another mailbox.",
  activities: ["query", "create", "update"],
  columns: [
    idColumn({
      write: "writable",
      description: "Type and tag or name: `String {guid} Name x`, `Integer 0x0E08`, `StringArray {guid} Name y`.",
    }),
    text("value", { write: "writable", description: "The value as text; several as a JSON array." }),
    address("resourceId", "Id of the item."),
    address("resourceName", "Table of the item.", carriers),
    address("userId", "Mailbox of the item, when it is not the connection's own."),
  ],
  // The driver has a pseudo-column UserId beside column userId; names are told apart by more than case here.
  pseudoColumns: [],
  requiredOnCreate: ["id", "value", "resourceId", "resourceName"],
  requiredInWhere: ["id", "resourceId", "resourceName"],
  resource: {
    owner: "mailbox",
    collection: "singleValueExtendedProperties",
    extendedProperties: true,
    byId: false,
    maxPage: 1,
    heavy: [],
    writes: {},
  },
});
