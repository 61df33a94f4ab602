import { idColumn, json, parentColumn, text } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

/** Members of groups. */
export const groupMembers: GraphTable = graphTable({
  name: "GroupMembers",
  kind: "VIEW",
  description: "Members of the group that groupId names; without it of every group in turn.",
  activities: ["query"],
  columns: [
    { ...parentColumn("groupId", { path: [] }), key: true },
    { ...idColumn({ write: "read-only" }), operators: {} },
    text("displayName"),
    text("mail"),
    text("userPrincipalName"),
    text("givenName"),
    text("surname"),
    text("jobTitle"),
    json("businessPhones"),
    text("mobilePhone"),
    text("officeLocation"),
    text("preferredLanguage"),
  ],
  pseudoColumns: [],
  resource: {
    owner: "directory",
    collection: "members",
    byId: false,
    onlyInParent: true,
    maxPage: 999,
    heavy: [],
    parent: {
      column: "groupId",
      path: (id) => `groups/${id}/members`,
      otherwise: { kind: "each", parents: "groups" },
    },
  },
});
