import type { ChangeType, FeedKind, Row } from "#spi";
import type { Call, Page, PageRequest } from "../use-cases.ts";

/** What a caller asks to be told of. */
export interface SubscriptionInput {
  readonly table?: string;
  readonly folder?: string;
  readonly mailbox?: string;
  readonly changeTypes?: readonly ChangeType[];
  readonly kind?: "auto" | FeedKind;
  readonly delivery?: { readonly url: string; readonly secret: string };
}

export interface ReasonView {
  readonly code: string;
  readonly detail: string;
}

/** A subscription as its readers see it. */
export interface SubscriptionView {
  readonly id: string;
  readonly state: "active" | "renewing" | "ended";
  readonly reason?: ReasonView;
  readonly kind: FeedKind;
  readonly table: string;
  readonly folder?: string;
  readonly mailbox?: string;
  readonly owners: readonly OwnerView[];
  readonly expiresAt?: string;
  readonly lastEventAt?: string;
  readonly reconciledAt?: string;
  readonly createdAt: string;
  readonly warnings: readonly string[];
}

export interface OwnerView {
  readonly keyId: string;
  readonly changeTypes: readonly ChangeType[];
  readonly addedAt: string;
  readonly delivery?: {
    readonly url: string;
    readonly state: "active" | "retrying" | "ended";
    readonly reason?: ReasonView;
    readonly deliveredAt?: string;
  };
}

/** One event, as it is read and as it is delivered. */
export interface EventView {
  readonly id: string;
  readonly at: string;
  readonly changeType: ChangeType;
  readonly key: Row;
  readonly oldKey?: Row;
  readonly table: string;
  readonly source: "notification" | "reconciliation";
  readonly duplicate?: true;
}

/** Changes of resources: who wants to hear of them, and what happened. */
export interface SubscriptionCases {
  /** A resource that is watched already gets one more owner: `isNew` is false. Errors: UNKNOWN_TABLE, UNSUPPORTED, EGRESS_DENIED. */
  create(
    call: Call,
    connection: string,
    input: SubscriptionInput,
  ): Promise<{ readonly view: SubscriptionView; readonly isNew: boolean }>;
  list(call: Call, connection: string, page: PageRequest): Promise<Page<SubscriptionView>>;
  get(call: Call, connection: string, id: string): Promise<SubscriptionView>;
  /** Takes the caller out of the owners; the last one, or `force`, ends it. Errors: CONFLICT for whoever is no owner. */
  remove(call: Call, connection: string, id: string, options: { readonly force: boolean }): Promise<void>;
  /** Errors: INVALID_REQUEST for a cursor of others, PRECONDITION when events behind it are gone. */
  events(
    call: Call,
    connection: string,
    id: string,
    request: { readonly cursor?: string; readonly limit: number },
  ): Promise<{ readonly items: readonly EventView[]; readonly nextCursor: string }>;
}
