import { createHash } from "node:crypto";
import type { Change, ChangeFeed, Channel, Clock, FeedKind, Random, Row } from "#spi";
import type { Store } from "../../store/store.ts";
import type { SubscriptionEvent, SubscriptionRecord } from "../../store/subscription-records.ts";
import { digestOf, keep } from "./keep.ts";

/** Everything the work on one subscription is done with. */
export interface WorkParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly timing: Timing;
  /** Where servers post notices for a subscription; undefined while this service has no address they take. */
  noticeUrl(id: string): string | undefined;
}

/** How often things are done. */
export interface Timing {
  /** Between two fetches. */
  readonly pollMs: number;
  /** Between two comparisons where a channel tells the changes: they find what it lost, and keep the state young. */
  readonly reconcileMs: number;
  readonly leaseMs: number;
}

const eventsPerRead = 1000;

/** The lease of a subscription was lost to another instance; nothing is written any more. */
export class LeaseLost extends Error {}

/** A subscription somebody works on: what it learns is kept before it goes on. */
export class RecordWork {
  record: SubscriptionRecord;
  readonly #parts: WorkParts;
  readonly #feed: ChangeFeed;
  readonly #holder: string;
  readonly #signal: AbortSignal;
  #hasCompared = false;

  constructor(parts: WorkParts, feed: ChangeFeed, record: SubscriptionRecord, holder: string, signal: AbortSignal) {
    this.#parts = parts;
    this.#feed = feed;
    this.record = record;
    this.#holder = holder;
    this.#signal = signal;
  }

  /** One turn: the channel is there and lives, what it tells is fetched, and compared when it is time. */
  async turn(): Promise<void> {
    const asked = this.record.asked;
    const isAsked = asked > this.record.answered;
    if (this.hasChannel) await this.#keepChannel(isAsked);
    if (this.record.openedAt === undefined) await this.#start();
    if (this.record.kind === "pull" && this.hasChannel) await this.#fetchAll();
    const compares = this.record.kind !== "streaming" && (isAsked || this.#isTimeToCompare());
    if (compares && !this.#hasCompared) await this.reconcile();
    await this.#save({ ...working(this.record), answered: asked });
  }

  /** Stays at a streamed answer until the server ends it; what was missed between two of them is found by comparing. */
  async listen(): Promise<void> {
    const { channel, watched } = this.record;
    if (channel === undefined) return;
    let isFirst = true;
    for await (const changes of this.#feed.listen(watched, channel, this.#signal)) {
      if (changes === "lost") {
        await this.#open();
        return;
      }
      // Connected: from here on everything is told.
      if (isFirst || this.#isTimeToCompare()) await this.reconcile();
      isFirst = false;
      if (changes.length > 0) await this.keep(changes, "notification");
    }
  }

  get hasChannel(): boolean {
    return this.record.kind !== "pull" || this.#feed.pullsFromChannel;
  }

  /** What happened since the saved state, whatever was told of it. */
  async reconcile(): Promise<void> {
    const { store, clock } = this.#parts;
    const upTo = await store.subscriptions.lastSeq(this.record.id);
    const mentioned = new Set<string>();
    for (;;) {
      const found = await this.#feed.changesSince(this.record.watched, this.record.syncState, this.#signal);
      if (found === "lost") {
        // The next comparison tells everything there is; what went away meanwhile cannot be told.
        const { syncState: _, ...rest } = this.record;
        await this.#save(rest);
        continue;
      }
      for (const { id } of found.changes) mentioned.add(digestOf(id));
      await this.keep(found.changes, "reconciliation", { ...this.record, syncState: found.state });
      if (!found.more) break;
    }
    const vanished = await this.#vanished(upTo, mentioned);
    await this.keep(vanished, "reconciliation", { ...this.record, comparedSeq: upTo, reconciledAt: clock.now() });
    this.#hasCompared = true;
  }

  /** Items told of since the last comparison that this one says nothing about: they came and went between the two. */
  async #vanished(upTo: number, mentioned: ReadonlySet<string>): Promise<readonly Change[]> {
    const { subscriptions } = this.#parts.store;
    const { id, comparedSeq = 0, watched } = this.record;
    const open = new Map<string, Row>();
    for (let after = comparedSeq; after < upTo; ) {
      const events = await subscriptions.events(id, after, eventsPerRead);
      if (events.length === 0) break;
      for (const { keyHash, key, changeType, source, seq } of events) {
        after = seq;
        if (changeType === "deleted" || changeType === "moved") open.delete(keyHash);
        else if (source === "notification" && seq <= upTo && !mentioned.has(keyHash)) open.set(keyHash, key);
      }
    }
    return open.size === 0 ? [] : this.#feed.gone(watched, [...open.values()], this.#signal);
  }

  /** Keeps changes with the position behind them. */
  async keep(
    changes: readonly Change[],
    source: SubscriptionEvent["source"],
    record: SubscriptionRecord = this.record,
  ): Promise<void> {
    const { store, clock } = this.#parts;
    const { table } = record.watched;
    const learnt = { changes, source, table, record, holder: this.#holder };
    if (!(await keep(store, clock, record.id, learnt))) throw new LeaseLost();
    await this.#extend();
    this.record = record;
  }

  /** The channel is gone: another one first, then what happened in between. */
  async replaceChannel(): Promise<void> {
    await this.#open();
    await this.reconcile();
  }

  #isTimeToCompare(): boolean {
    if (!this.hasChannel) return true;
    return this.#parts.clock.now() - (this.record.reconciledAt ?? 0) >= this.#parts.timing.reconcileMs;
  }

  async #keepChannel(isAsked: boolean): Promise<void> {
    const { channel } = this.record;
    if (channel === undefined) {
      await this.#open();
      return;
    }
    if (!isAsked && !isHalfOver(channel, this.record, this.#parts.clock.now())) return;
    const renewed = await this.#feed.renew(this.record.watched, channel, this.#signal);
    if (renewed === "lost") await this.replaceChannel();
    else await this.#save({ ...this.record, channel: renewed, channelAt: this.#parts.clock.now() });
  }

  async #open(): Promise<void> {
    const { clock, random } = this.#parts;
    const { watched, kind } = this.record;
    const secret = Buffer.from(random.bytes(32)).toString("base64url");
    const receiver = this.#receiver(kind, secret);
    if (receiver !== undefined) await this.#save({ ...this.record, secretHash: secretHash(secret) });
    const channel = await this.#feed.open(watched, kind, receiver, this.#signal);
    // What happened before it was there is owed, also when this process ends here.
    const { reconciledAt: _, ...record } = this.record;
    await this.#save({ ...record, channel, channelAt: clock.now() });
  }

  #receiver(kind: FeedKind, secret: string): { url: string; secret: string } | undefined {
    const url = kind === "webhook" ? this.#parts.noticeUrl(this.record.id) : undefined;
    return url === undefined ? undefined : { url, secret };
  }

  /** The state from which comparing goes on: nothing that happened before the subscription is told. */
  async #start(): Promise<void> {
    let state = this.record.syncState;
    for (;;) {
      const found = await this.#feed.changesSince(this.record.watched, state, this.#signal);
      if (found === "lost") {
        state = undefined;
        continue;
      }
      state = found.state;
      await this.#extend();
      if (!found.more) break;
    }
    const now = this.#parts.clock.now();
    await this.#save({ ...this.record, syncState: state, openedAt: now, reconciledAt: now });
  }

  async #fetchAll(): Promise<void> {
    for (;;) {
      const { channel, watched } = this.record;
      if (channel === undefined) return;
      const fetched = await this.#feed.fetch(watched, channel, this.#signal);
      if (fetched === "lost") {
        await this.replaceChannel();
        return;
      }
      await this.keep(fetched.changes, "notification", { ...this.record, channel: fetched.channel });
      if (!fetched.more) return;
    }
  }

  async #save(record: SubscriptionRecord): Promise<void> {
    if (!(await this.#parts.store.subscriptions.save(record, this.#holder))) throw new LeaseLost();
    this.record = record;
    await this.#extend();
  }

  async #extend(): Promise<void> {
    const { store, timing } = this.#parts;
    if (!(await store.subscriptions.extend(this.record.id, this.#holder, timing.leaseMs))) throw new LeaseLost();
  }
}

const isHalfOver = ({ expiresAt }: Channel, { channelAt = 0 }: SubscriptionRecord, now: number): boolean =>
  expiresAt !== undefined && now >= channelAt + (expiresAt - channelAt) / 2;

/** The record of a subscription that works. */
function working({ reason: _, failingSince: __, ...record }: SubscriptionRecord): SubscriptionRecord {
  return { ...record, state: "active", failures: 0 };
}

/** Secrets of notices are random and long: a plain digest tells nothing of them. */
export const secretHash = (secret: string): string => createHash("sha256").update(secret).digest("base64url");
