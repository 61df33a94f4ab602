import type { Account, Mailbox, Organisation } from "../mailboxes/index.ts";
import { EwsError } from "./ews-error.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { XmlElement } from "./xml.ts";

/** One request on its way through an operation. */
export interface EwsCall {
  readonly organisation: Organisation;
  /** Whose rights count: the signed-in person, or the one impersonated. */
  readonly account: Account;
  readonly mailbox: Mailbox;
  readonly request: XmlElement;
  readonly version: string;
  readonly timeZone: string | undefined;
  readonly subscriptions: Subscriptions;
  /** Entries this call may read with FindItem, out of the account's budget; given back when the call ends. */
  reserveFound(wanted: number): number;
  /** The answer stays open: further envelopes follow until the promise resolves or the caller leaves. */
  follow(next: Following): void;
  /** What happens to the next notice: the waits before each time it is sent. */
  fate(): readonly number[];
}

/** Sends further answers of one call. */
export type Following = (send: (element: XmlElement) => void, closed: AbortSignal) => Promise<void>;

/** One operation: the request element in, the answer element out. */
export type Operation = (call: EwsCall) => XmlElement | Promise<XmlElement>;

/** The mailbox of an address, when the caller may open it. */
export function openMailbox(call: EwsCall, address: string): Mailbox {
  const mailbox = call.organisation.mailbox(address);
  if (!mailbox) {
    throw new EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.");
  }
  return allowed(call, mailbox);
}

/** The mailbox an id points into, when the caller may open it. */
export function mailboxOfId(call: EwsCall, id: string): Mailbox | undefined {
  const mailbox = call.organisation.mailboxOfId(id);
  return mailbox && allowed(call, mailbox);
}

function allowed(call: EwsCall, mailbox: Mailbox): Mailbox {
  if (call.organisation.mayOpen(call.account, mailbox)) return mailbox;
  throw new EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.");
}
