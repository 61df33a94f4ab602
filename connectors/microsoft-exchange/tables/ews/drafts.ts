import { mailTable, usualMail } from "./mail-table.ts";

/** Unsent mail. */
export const drafts = mailTable("Drafts", "drafts", "Unsent mail.", { ...usualMail, readForms: false });
