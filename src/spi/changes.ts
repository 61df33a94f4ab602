import type { Row } from "./records.ts";
import type { TableDefinition } from "./table.ts";

export const changeTypes = ["created", "updated", "deleted", "moved", "newMail"] as const;
/** What happened to an item. */
export type ChangeType = (typeof changeTypes)[number];

export const feedKinds = ["pull", "streaming", "webhook"] as const;
/** How changes come: asked for again and again, over an answer that stays open, or posted by the server. */
export type FeedKind = (typeof feedKinds)[number];

/** One change of one item. */
export interface Change {
  readonly changeType: ChangeType;
  /** What the item is known by, whatever its version; before a move, as it was then. */
  readonly id: string;
  /** The key columns of the item. */
  readonly key: Row;
  /** What its key was before a move. */
  readonly oldKey?: Row;
  /** ISO 8601; absent where the server does not tell. */
  readonly at?: string;
  /** Of the item after this change: the same version of the same item is the same change. */
  readonly version?: string;
}

/** What somebody wants to hear of. */
export interface WatchRequest<B = unknown> {
  readonly table?: TableDefinition<B>;
  readonly folder?: string;
  readonly mailbox?: string;
}

/** What is watched, as it is kept: the same resource always has the same text in `resource`. */
export interface Watched {
  readonly resource: string;
  readonly table: string;
  readonly folder?: string;
  readonly mailbox?: string;
}

/** A subscription at the server, as it is kept. */
export interface Channel {
  readonly id: string;
  /** Where the next fetch goes on. */
  readonly cursor?: string;
  /** Milliseconds since the epoch; absent where the server keeps it while it is used. */
  readonly expiresAt?: number;
}

/** Where a server posts its notices to, and the secret it repeats in them. */
export interface NoticeReceiver {
  readonly url: string;
  readonly secret: string;
}

/** A notice a server posted. */
export interface Notice {
  readonly channelId: string;
  readonly secret: string | undefined;
  readonly about:
    | { readonly kind: "change"; readonly change: Change }
    /** Notices were lost; the channel is gone; its permission must be shown again. */
    | { readonly kind: "missed" | "removed" | "reauthorize" };
}

/** How posted notices are understood; both are pure. */
export interface NoticeReader {
  /** What a request that only tests the address wants to be answered, as text/plain. */
  handshake(query: Readonly<Record<string, string>>): string | undefined;
  /** Errors: INVALID_REQUEST when it is no notice. */
  read(body: unknown): readonly Notice[];
}

/** Changes fetched from a channel, and the channel with the cursor behind them. */
export interface Fetched {
  readonly changes: readonly Change[];
  readonly channel: Channel;
  readonly more: boolean;
}

/** Changes found by comparing, and the state behind them. */
export interface Reconciled {
  readonly changes: readonly Change[];
  readonly state: string;
  readonly more: boolean;
}

/** Changes of a resource: told by the server over a channel, and found by comparing with a saved state. */
export interface ChangeFeed<B = unknown> {
  /** The best first. */
  readonly kinds: readonly FeedKind[];
  /** True: `pull` has a channel to fetch from; false: it lives from comparing alone. */
  readonly pullsFromChannel: boolean;
  /** Errors: UNSUPPORTED for what tells no changes, INVALID_REQUEST. */
  watch(request: WatchRequest<B>): Watched;
  /** What changed after a state; without one everything there is. "lost": the server does not know this state any more. */
  changesSince(watched: Watched, state: string | undefined, signal: AbortSignal): Promise<Reconciled | "lost">;
  /** Those of these items that are not there any more, as changes. */
  gone(watched: Watched, keys: readonly Row[], signal: AbortSignal): Promise<readonly Change[]>;
  open(watched: Watched, kind: FeedKind, receiver: NoticeReceiver | undefined, signal: AbortSignal): Promise<Channel>;
  /** "lost": the server does not know the channel or its cursor any more. */
  fetch(watched: Watched, channel: Channel, signal: AbortSignal): Promise<Fetched | "lost">;
  /** Changes while they happen; ends when the server ends the answer. "lost" as the last word: the channel is gone. */
  listen(watched: Watched, channel: Channel, signal: AbortSignal): AsyncIterable<readonly Change[] | "lost">;
  /** Moves the end of a channel away. */
  renew(watched: Watched, channel: Channel, signal: AbortSignal): Promise<Channel | "lost">;
  /** No error when it was gone already. */
  close(watched: Watched, channel: Channel, signal: AbortSignal): Promise<void>;
}
