import type { EwsColumn, MemberSpec } from "../../ews/binding.ts";
import { acceptItems } from "../../ews/plan.ts";
import { importance, itemIdentity, itemPropertiesBesideMail, laterItemProperties } from "../columns/ews-item.ts";
import { special, text } from "../columns/ews-makers.ts";
import { impersonation, otherFolder } from "../columns/ews-pseudo.ts";
import type { EwsTable } from "./ews-table.ts";

const memberMembers: Readonly<Record<string, MemberSpec>> = {
  Name: { path: ["Mailbox", "Name"], as: "text" },
  EmailAddress: { path: ["Mailbox", "EmailAddress"], as: "text" },
  RoutingType: { path: ["Mailbox", "RoutingType"], as: "text" },
  Status: { path: ["Status"], as: "text" },
  Key: { path: [], attribute: "Key", as: "text" },
};

const members: EwsColumn = special(
  "Members",
  "json",
  "distributionlist:Members",
  { from: "objects", group: ["Members", "Member"], members: memberMembers },
  {
    item: true,
    write: { to: "people", element: "Members" },
    describe:
      "People of the list. On create and update an array of addresses or of objects with EmailAddress and Name; the whole list is replaced.",
  },
);

const kept = new Set(["Size", "Categories", "DateTimeCreated", "HasAttachments", "LastModifiedTime"]);

/** Contact groups of the mailbox; the reference has no table of them. */
export const distributionLists: EwsTable = {
  name: "DistributionLists",
  kind: { of: "items", folder: "contacts", element: "DistributionList", itemClass: "IPM.DistList" },
  description: "Contact groups (private distribution lists) with their members.",
  columns: [
    ...itemIdentity.filter(({ name }) => !["MimeContent", "ItemClass", "Sensitivity"].includes(name)),
    { ...(itemIdentity.find(({ name }) => name === "ItemClass") as EwsColumn), mutability: "read-only" },
    ...itemPropertiesBesideMail.filter(({ name }) => kept.has(name)),
    importance,
    text("DisplayName", "contacts:DisplayName", { stored: true, describe: "Name of the list." }),
    text("FileAs", "contacts:FileAs", { local: true }),
    members,
    ...laterItemProperties.filter(({ name }) => kept.has(name)),
  ],
  pseudoColumns: [...impersonation, ...otherFolder],
  requiredOnCreate: ["DisplayName"],
  since: "Exchange2010",
  accepts: acceptItems,
};
