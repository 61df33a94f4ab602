import { mailTable } from "./mail-table.ts";

/** Mail waiting to be sent. */
export const outbox = mailTable("Outbox", "outbox", "Mail waiting to be sent.");
