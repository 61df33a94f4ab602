import {
  byFlag,
  byNumber,
  count,
  flag,
  idColumn,
  parentColumn,
  prefixText,
  text,
  userIdColumn,
} from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";
import { mailFolderNames } from "./well-known.ts";

const columns = [
  idColumn(),
  text("displayName", { write: "writable", filter: prefixText }),
  parentColumn("parentFolderId"),
  count("childFolderCount", { filter: byNumber }),
  count("totalItemCount", { filter: byNumber }),
  count("unreadItemCount", { filter: byNumber }),
  flag("isHidden", { write: "create-only", filter: byFlag }),
];

/** The tree of mail folders. */
export const mailFolders: GraphTable = graphTable({
  name: "MailFolders",
  description:
    "Mail folders, walked to DirectoryRetrievalDepth levels; with parentFolderId the children of that folder. Hidden folders come when a condition names isHidden.",
  activities: ["query", "create", "update", "delete"],
  columns,
  pseudoColumns: [userIdColumn],
  requiredOnCreate: ["displayName"],
  resource: {
    owner: "mailbox",
    collection: "mailFolders",
    byId: true,
    maxPage: 1000,
    heavy: [],
    tree: true,
    parent: {
      column: "parentFolderId",
      path: (id) => `mailFolders/${id}/childFolders`,
      wellKnown: mailFolderNames,
      otherwise: { kind: "collection" },
    },
    writes: { recognition: "extended-property" },
  },
});
