import { requireOwnLogin } from "../../microsoft-identity/mailbox-credential.ts";
import { aliasesOfLogin } from "../graph/aliases.ts";
import type { EwsWork } from "./ews-work.ts";
import type { GraphWork } from "./graph-work.ts";

/**
 * Refuses actions on mailboxes themselves when another account signed in than the connection's User names; all other
 * actions go on working. Errors: CONFLICT with both names.
 */
export function checkMailboxIdentity(work: EwsWork | GraphWork): Promise<void> {
  if (!("calls" in work)) {
    const { config, context } = work.caller;
    return requireOwnLogin(config.oauth, context.tokens, async () => [], work.signal);
  }
  const { calls, signal } = work;
  return requireOwnLogin(calls.config.oauth, calls.context.tokens, () => aliasesOfLogin(calls, signal), signal);
}
