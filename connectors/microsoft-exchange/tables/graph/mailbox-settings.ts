import { ownZone, text, userIdColumn, word, zoned } from "../../graph/columns.ts";
import type { GraphTable } from "../../graph/resource.ts";
import { graphTable } from "./graph-table.ts";

const writable = { write: "writable" } as const;

/** Out-of-office and regional settings of a mailbox: one row. */
export const mailboxSettings: GraphTable = graphTable({
  name: "MailboxSettings",
  description: "Out-of-office and regional settings of the mailbox, always one row; an update needs no key.",
  activities: ["query", "update"],
  columns: [
    word("automaticRepliesSetting_status", ["disabled", "alwaysEnabled", "scheduled"], writable),
    word("automaticRepliesSetting_externalAudience", ["none", "contactsOnly", "all"], writable),
    text("automaticRepliesSetting_internalReplyMessage", writable),
    text("automaticRepliesSetting_externalReplyMessage", writable),
    zoned("automaticRepliesSetting_scheduledStartDateTime_dateTime", writable),
    zoned("automaticRepliesSetting_scheduledEndDateTime_dateTime", writable),
    ownZone("timeZone", writable),
    text("language_locale", writable),
    text("workingHours_startTime", writable),
    text("workingHours_endTime", writable),
    text("dateFormat", writable),
    text("timeFormat", writable),
  ],
  pseudoColumns: [{ ...userIdColumn, use: ["query", "update"] }],
  resource: {
    owner: "mailbox",
    collection: "mailboxSettings",
    single: true,
    byId: false,
    maxPage: 1,
    heavy: [],
    headers: { prefer: 'outlook.timezone="UTC"' },
    writes: {},
  },
});
