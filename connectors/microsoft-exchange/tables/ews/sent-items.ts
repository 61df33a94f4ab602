import { mailTable } from "./mail-table.ts";

/** Sent mail. */
export const sentItems = mailTable("SentItems", "sentitems", "Sent mail.");
