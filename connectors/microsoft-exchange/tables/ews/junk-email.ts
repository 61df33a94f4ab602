import { mailTable } from "./mail-table.ts";

/** Junk mail. */
export const junkEmail = mailTable("JunkEmail", "junkemail", "Junk mail.");
