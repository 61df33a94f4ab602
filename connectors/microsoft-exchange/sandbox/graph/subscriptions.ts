import { randomUUID } from "node:crypto";
import { graphId, type Mailbox, type MailboxEvent } from "../mailboxes/index.ts";
import { GraphError } from "./errors.ts";
import { encrypted, type Recipient } from "./resource-data.ts";

/** What a subscription watches: items of one kind, in one folder or in all. */
export type Watched = {
  readonly mailbox: Mailbox;
  readonly userId: string;
  readonly collection: "messages" | "events" | "contacts";
  readonly folderId?: string;
};

/** One subscription to change notifications. */
export type Subscription = {
  readonly id: string;
  readonly applicationId: string;
  readonly creatorId: string;
  readonly tenantId: string;
  readonly resource: string;
  readonly changeTypes: readonly string[];
  readonly clientState?: string;
  readonly watched: Watched;
  /** With resource data: who can read it, and how an item is shown. */
  readonly data?: { readonly recipient: Recipient; show(itemId: string): Promise<unknown> };
  notificationUrl: string;
  lifecycleNotificationUrl?: string;
  expiresAt: Date;
  /** Stops listening to the mailbox. */
  readonly end: () => void;
};

/** The service waits so long for the answer of a validation request. */
const VALIDATION_MS = 10_000;
/** Notices of one request at most, and how often it is sent. */
const noticesPerPost = 50;
const deliveryTries = 6;

const folderClasses = { messages: "IPF.Note", events: "IPF.Appointment", contacts: "IPF.Contact" } as const;
const entityTypes = { messages: "Message", events: "Event", contacts: "Contact" } as const;

/** How notices go out. */
export type NoticePost = {
  /** `fetch`, unless the addresses of subscribers are known to somebody else only. */
  readonly send: typeof fetch;
  /** The waits before each time a notice is sent. */
  fate(): readonly number[];
};

/** What the service tells of a subscription itself (lifecycleEventType). */
export type LifecycleEvent = "missed" | "subscriptionRemoved" | "reauthorizationRequired";

/** All subscriptions; those past their end are gone. */
export class Subscriptions {
  readonly #all = new Map<string, Subscription>();
  readonly #clock: () => Date;
  readonly #post: NoticePost;
  /** Notices that wait while others of their subscription are on their way. */
  readonly #queues = new Map<string, object[]>();

  constructor(clock: () => Date, post: NoticePost = { send: fetch, fate: () => [0] }) {
    this.#clock = clock;
    this.#post = post;
  }

  /** Every subscription there is. */
  all(): readonly Subscription[] {
    return [...this.#all.values()];
  }

  /** Tells the subscriber about the subscription itself; a removed one is gone. */
  async announce(subscription: Subscription, lifecycleEvent: LifecycleEvent): Promise<void> {
    if (lifecycleEvent === "subscriptionRemoved") this.remove(subscription);
    const { lifecycleNotificationUrl, clientState, expiresAt, id, tenantId, resource } = subscription;
    if (lifecycleNotificationUrl === undefined) return;
    const notice = {
      subscriptionId: id,
      subscriptionExpirationDateTime: expiresAt.toISOString(),
      tenantId,
      resource,
      lifecycleEvent,
      ...(clientState === undefined ? {} : { clientState }),
    };
    await this.#deliver(lifecycleNotificationUrl, [notice]);
  }

  /** Asks an address to repeat a token, as the service does before it believes that the address wants notifications. */
  validate(address: string): Promise<void> {
    return validateAddress(address, this.#post.send);
  }

  /** The living subscriptions of an application. */
  of(applicationId: string): Subscription[] {
    for (const one of this.#all.values()) if (one.expiresAt <= this.#clock()) this.remove(one);
    return [...this.#all.values()].filter((one) => one.applicationId === applicationId);
  }

  /** Makes a subscription that posts from now on. */
  add(fields: Omit<Subscription, "id" | "end">): Subscription {
    const { log } = fields.watched.mailbox;
    const listener = (event: MailboxEvent) => this.#tell(made, event);
    const made: Subscription = { ...fields, id: randomUUID(), end: () => log.listeners.delete(listener) };
    log.listeners.add(listener);
    this.#all.set(made.id, made);
    return made;
  }

  remove(subscription: Subscription): void {
    subscription.end();
    this.#all.delete(subscription.id);
  }

  #tell(subscription: Subscription, event: MailboxEvent): void {
    if (subscription.expiresAt <= this.#clock()) {
      this.remove(subscription);
      return;
    }
    const change = changeOf(subscription, event);
    if (change === undefined || !subscription.changeTypes.includes(change.type)) return;
    // What the change was is told as it is now, however late.
    const made = noticeOf(subscription, change);
    // Whoever does not listen misses it, as after the four hours the service tries for.
    for (const waitMs of this.#post.fate()) this.#postLater(subscription, made, waitMs).catch(() => undefined);
  }

  async #postLater(subscription: Subscription, notice: Promise<object>, waitMs: number): Promise<void> {
    const ready = await notice;
    if (waitMs > 0) await later(waitMs);
    const queue = this.#queues.get(subscription.id);
    if (queue !== undefined) {
      queue.push(ready);
      return;
    }
    const started = [ready];
    this.#queues.set(subscription.id, started);
    while (started.length > 0) {
      // Within this turn more may happen; the service collects as well.
      await later(1);
      await this.#deliver(subscription.notificationUrl, started.splice(0, noticesPerPost));
    }
    this.#queues.delete(subscription.id);
  }

  /** Tried again while the subscriber fails, as the service does, which goes on for four hours. */
  async #deliver(address: string, notices: readonly object[]): Promise<void> {
    for (let tries = 0; tries < deliveryTries; tries++) {
      const status = await send(this.#post.send, address, notices).catch(() => 0);
      if (status !== 0 && status !== 429 && status < 500) return;
      await later(200 * 2 ** tries);
    }
  }
}

const later = (waitMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitMs).unref());

async function noticeOf(subscription: Subscription, { type, id }: Change): Promise<object> {
  const { data } = subscription;
  const made = notification(subscription, type, id);
  const shown = data === undefined || type === "deleted" ? undefined : await data.show(id);
  return { ...made, ...(data && shown ? { encryptedContent: encrypted(data.recipient, shown) } : {}) };
}

async function send(how: typeof fetch, address: string, notices: readonly object[]): Promise<number> {
  const headers = { "content-type": "application/json; charset=utf-8" };
  const answer = await how(address, { method: "POST", headers, body: JSON.stringify({ value: notices }) });
  await answer.body?.cancel();
  return answer.status;
}

type Change = { readonly type: "created" | "updated" | "deleted"; readonly id: string };

/** What an event of the mailbox is to a subscription; nothing when it is about something else. */
function changeOf({ watched }: Subscription, event: MailboxEvent): Change | undefined {
  if (event.object !== "item") return undefined;
  const isHere = (folderId: string | undefined): boolean => folderId !== undefined && isWatched(watched, folderId);
  const [now, before] = [isHere(event.parentFolderId), isHere(event.oldParentFolderId)];
  if (event.type === "deleted") return now ? { type: "deleted", id: event.id } : undefined;
  if (event.type === "modified") return now ? { type: "updated", id: event.id } : undefined;
  if (event.type !== "moved") return now ? { type: "created", id: event.id } : undefined;
  if (now) return { type: before ? "updated" : "created", id: event.id };
  return before ? { type: "deleted", id: event.oldId ?? event.id } : undefined;
}

/** Deleted items lie among messages, whatever they were. */
function isWatched({ mailbox, folderId, collection }: Watched, id: string): boolean {
  if (folderId !== undefined) return folderId === id;
  return mailbox.folders.get(id)?.folderClass?.startsWith(folderClasses[collection]) === true;
}

function notification(subscription: Subscription, changeType: string, itemId: string): Record<string, unknown> {
  const { watched } = subscription;
  const type = entityTypes[watched.collection];
  const resource = `Users/${watched.userId}/${type}s/${graphId(itemId)}`;
  return {
    subscriptionId: subscription.id,
    subscriptionExpirationDateTime: subscription.expiresAt.toISOString(),
    changeType,
    resource,
    ...(subscription.clientState === undefined ? {} : { clientState: subscription.clientState }),
    tenantId: subscription.tenantId,
    resourceData: {
      "@odata.type": `#Microsoft.Graph.${type}`,
      "@odata.id": resource,
      ...etagOf(watched.mailbox, changeType, itemId),
      id: graphId(itemId),
    },
  };
}

/** What is gone has no version. */
function etagOf(mailbox: Mailbox, changeType: string, itemId: string): Record<string, string> {
  const item = changeType === "deleted" ? undefined : mailbox.item(itemId);
  return item === undefined ? {} : { "@odata.etag": `W/"${mailbox.changeKeyOf(item)}"` };
}

async function validateAddress(address: string, how: typeof fetch): Promise<void> {
  const url = URL.parse(address);
  // The service takes https alone; plain http is good for loopback, where the sandbox and its caller are.
  const isLoopback = url !== null && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
  if (url === null || (url.protocol !== "https:" && !(isLoopback && url.protocol === "http:"))) {
    throw refused("Notification URL must start with 'https://'.");
  }
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${randomUUID()}`;
  url.searchParams.set("validationToken", token);
  const answer = await how(url, {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8" },
    signal: AbortSignal.timeout(VALIDATION_MS),
  }).catch((cause: unknown) => {
    throw refused(`The server could not be reached: ${cause instanceof Error ? cause.message : String(cause)}`);
  });
  const text = await answer.text();
  if (answer.status === 200 && text === token) return;
  throw refused(
    `Subscription validation request failed. Response must exactly match validationToken query parameter (status ${answer.status}).`,
  );
}

const refused = (message: string): GraphError => new GraphError(400, "ValidationError", message);
