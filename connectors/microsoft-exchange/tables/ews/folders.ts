import { acceptSelection } from "../../ews/plan.ts";
import { folderColumns } from "../columns/ews-folder.ts";
import { impersonation, otherFolder } from "../columns/ews-pseudo.ts";
import type { EwsTable } from "./ews-table.ts";

/** The folder tree. */
export const folders: EwsTable = {
  name: "Folders",
  kind: { of: "folders" },
  description:
    "Folders of the mailbox, walked from its root down to DirectoryRetrievalDepth levels; or those directly below one folder.",
  columns: folderColumns,
  pseudoColumns: [...impersonation, ...otherFolder],
  requiredOnCreate: ["DisplayName"],
  accepts: acceptSelection,
};
