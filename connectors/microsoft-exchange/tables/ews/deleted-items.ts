import { mailTable } from "./mail-table.ts";

/** Deleted mail. */
export const deletedItems = mailTable("DeletedItems", "deleteditems", "Deleted mail.");
