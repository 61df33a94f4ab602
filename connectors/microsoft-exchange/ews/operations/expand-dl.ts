import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";

/** A member of a distribution list. */
export interface ListMember {
  name: string | null;
  emailAddress: string | null;
  mailboxType: string | null;
}

export interface ListMembersState extends CallState {
  readonly members: ListMember[];
}

const parts = [
  ["Name", "name"],
  ["EmailAddress", "emailAddress"],
  ["MailboxType", "mailboxType"],
] as const;

/** ExpandDL: the direct members of a distribution list. */
export const expandDl = (address: string): Operation<ListMembersState> => ({
  name: "ExpandDL",
  repeatable: true,
  body: element(
    "m:ExpandDL",
    undefined,
    element("m:Mailbox", undefined, leaf("t:EmailAddress", address, { about: "list" })),
  ),
  start: () => ({ ...callState(), members: [] }),
  read: (response) => {
    const member = readMessages(response, "ExpandDL").at(["DLExpansion", "Mailbox"]);
    member.onOpen((state) => {
      state.members.push({ name: null, emailAddress: null, mailboxType: null });
    });
    for (const [name, to] of parts)
      member.child(name).onText((state, text) => {
        const last = state.members.at(-1);
        if (last !== undefined) last[to] = text;
      });
  },
  finish: (state) => throwIfError("ExpandDL", state),
});
