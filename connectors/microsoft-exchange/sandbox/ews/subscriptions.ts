import { randomUUID } from "node:crypto";
import type { Mailbox, MailboxEvent } from "../mailboxes/index.ts";
import { EwsError } from "./ews-error.ts";

/** One subscription, to be asked or to be streamed. */
export interface Subscription {
  id: string;
  account: string;
  mailbox: Mailbox;
  /** Absent: all folders. */
  folderIds?: ReadonlySet<string>;
  types: ReadonlySet<MailboxEvent["type"]>;
  /** Its events are told over an answer that stays open, those up to this change number already. */
  streams?: true;
  toldUpTo?: number;
  timeoutMs: number;
  usedAtMs: number;
}

/** The subscriptions of the whole server; one not asked for its events in time is gone. */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();
  readonly #clock: () => Date;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  add(fields: Omit<Subscription, "id" | "usedAtMs">): Subscription {
    const id = Buffer.from(`${randomUUID()} ${fields.mailbox.guid}`).toString("base64");
    const subscription = { ...fields, id, usedAtMs: this.#clock().getTime() };
    this.#all.set(id, subscription);
    return subscription;
  }

  use(id: string, account: string): Subscription {
    const subscription = this.#all.get(id);
    const now = this.#clock().getTime();
    if (!subscription) throw new EwsError("ErrorSubscriptionNotFound", "The specified subscription was not found.");
    if (subscription.account !== account)
      throw new EwsError("ErrorSubscriptionAccessDenied", "You are not authorized to access this subscription.");
    if (now - subscription.usedAtMs > subscription.timeoutMs) {
      this.#all.delete(id);
      throw new EwsError("ErrorExpiredSubscription", "The specified subscription has expired.");
    }
    subscription.usedAtMs = now;
    return subscription;
  }

  remove(id: string, account: string): void {
    this.use(id, account);
    this.#all.delete(id);
  }
}

/** A watermark or synchronisation state: a change number nobody should look into. */
export function watermark(number: number): string {
  return Buffer.from(`change number ${number}`).toString("base64");
}

/** The change number of a watermark; undefined when it is none of ours. */
export function readWatermark(text: string): number | undefined {
  const number = /^change number (\d+)$/.exec(Buffer.from(text, "base64").toString("latin1"))?.[1];
  return number === undefined ? undefined : Number(number);
}
