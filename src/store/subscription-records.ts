import type { ChangeType, Channel, FeedKind, Row, Watched } from "#spi";

/** Why something ended or does not work for the moment. */
export interface Reason {
  readonly code: string;
  readonly detail: string;
}

/** A subscription to changes of one resource of a connection, shared by its owners. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly connectionId: string;
  readonly watched: Watched;
  readonly state: "active" | "renewing" | "ended";
  readonly reason?: Reason;
  readonly kind: FeedKind;
  readonly warnings: readonly string[];
  readonly channel?: Channel;
  /** When it was opened or renewed. */
  readonly channelAt?: number;
  /** SHA-256 of the secret the server repeats in its notices. */
  readonly secretHash?: string;
  /** What is found by comparing goes on from here. */
  readonly syncState?: string;
  /** Times by the store's clock. */
  readonly reconciledAt?: number;
  /** Events up to this one were there when it was last compared. */
  readonly comparedSeq?: number;
  /** Absent until its first state was read. */
  readonly openedAt?: number;
  readonly failingSince?: number;
  readonly failures: number;
  readonly createdAt: number;
  /** How often a full look was asked for, and up to which of these it was done. */
  readonly asked: number;
  readonly answered: number;
}

/** An application that asked for a subscription, and where it wants its events. */
export interface SubscriptionOwner {
  readonly subscriptionId: string;
  readonly keyId: string;
  readonly changeTypes: readonly ChangeType[];
  readonly addedAt: number;
  readonly delivery?: Delivery;
}

/** Events pushed to an address of the owner. */
export interface Delivery {
  readonly url: string;
  /** Sealed. */
  readonly secret: string;
  readonly state: "active" | "retrying" | "ended";
  readonly reason?: Reason;
  /** Events up to this one arrived. */
  readonly deliveredSeq: number;
  readonly deliveredAt?: number;
  readonly failures: number;
  readonly failingSince?: number;
}

/** One change as it is kept for the owners. */
export interface SubscriptionEvent {
  readonly subscriptionId: string;
  /** Counts up within the subscription, without gaps. */
  readonly seq: number;
  readonly at: number;
  /** When the service kept it. */
  readonly keptAt: number;
  readonly changeType: ChangeType;
  readonly key: Row;
  readonly oldKey?: Row;
  /** Digest of the key, and of the version of the item when the server told one. */
  readonly keyHash: string;
  readonly version?: string;
  readonly table: string;
  readonly source: "notification" | "reconciliation";
  readonly duplicate: boolean;
}

/** What is known of an item from the events kept. */
export type KnownEvent = Pick<SubscriptionEvent, "seq" | "keyHash" | "version" | "changeType" | "source">;

/** Subscriptions, their owners and events. Leases and due times are by the store's clock. */
export interface SubscriptionRepository {
  /** Errors: CONFLICT with causeCode STORE_UNIQUE when the resource of this connection has one. */
  insert(record: SubscriptionRecord): Promise<void>;
  byId(id: string): Promise<SubscriptionRecord | undefined>;
  byResource(connectionId: string, resource: string): Promise<SubscriptionRecord | undefined>;
  /** By id. */
  list(
    connectionId: string,
    slice: { readonly after?: string; readonly limit: number },
  ): Promise<readonly SubscriptionRecord[]>;
  /** Subscriptions whose turn has come, taken for `owner`; none that somebody else holds. */
  claimDue(owner: string, leaseMs: number, limit: number): Promise<readonly SubscriptionRecord[]>;
  /** The same for one, due or not. */
  claim(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** False when the lease was lost. */
  extend(id: string, owner: string, leaseMs: number): Promise<boolean>;
  /** Writes what the holder of the lease learnt; `dueInMs` also gives the lease back. False when the lease was lost. */
  save(record: SubscriptionRecord, owner: string, dueInMs?: number): Promise<boolean>;
  /** Asks for a full look and makes it due at once, whoever holds it. */
  hurry(id: string): Promise<void>;
  remove(id: string): Promise<boolean>;
  /** Takes `count` numbers for events; to be called in the transaction that writes them. Answers the first; undefined = no such subscription. */
  reserve(id: string, count: number): Promise<number | undefined>;
  lastSeq(id: string): Promise<number>;
  known(id: string, keyHashes: readonly string[]): Promise<readonly KnownEvent[]>;
  addEvents(events: readonly SubscriptionEvent[]): Promise<void>;
  /** By number, those after `after`. */
  events(id: string, after: number, limit: number): Promise<readonly SubscriptionEvent[]>;
  /** Drops events older than so long, and all but the newest `keep` of a subscription. */
  pruneEvents(olderThanMs: number, keep: number): Promise<void>;
  owners(id: string): Promise<readonly SubscriptionOwner[]>;
  /** Adds the owner, or replaces what it asked for before. */
  putOwner(owner: SubscriptionOwner): Promise<void>;
  removeOwner(id: string, keyId: string): Promise<boolean>;
  /** Deliveries whose turn has come and that have something to deliver, taken for `owner`. */
  claimDeliveries(owner: string, leaseMs: number, limit: number): Promise<readonly SubscriptionOwner[]>;
  /** Writes how a delivery went and gives the lease back. False when it was lost. */
  saveDelivery(owner: SubscriptionOwner, holder: string, dueInMs: number): Promise<boolean>;
}
