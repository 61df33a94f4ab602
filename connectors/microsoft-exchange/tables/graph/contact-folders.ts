import { exactText, idColumn, parentColumn, text, userIdColumn } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

/** Folders of contacts. */
export const contactFolders: GraphTable = graphTable({
  name: "ContactFolders",
  description: "Contact folders beside the default one; with parentFolderId the children of that folder.",
  activities: ["query", "create", "update", "delete"],
  columns: [idColumn(), text("displayName", { write: "writable", filter: exactText }), parentColumn("parentFolderId")],
  pseudoColumns: [userIdColumn],
  requiredOnCreate: ["displayName"],
  resource: {
    owner: "mailbox",
    collection: "contactFolders",
    byId: true,
    maxPage: 1000,
    heavy: [],
    parent: {
      column: "parentFolderId",
      path: (id) => `contactFolders/${id}/childFolders`,
      otherwise: { kind: "collection" },
    },
    writes: { recognition: "extended-property" },
  },
});
