import type { Change, ChangeFeed, Channel, FeedKind, NoticeReceiver, Row, Watched } from "#spi";
import type { GraphBinding } from "../binding.ts";
import type { GraphCalls } from "../call.ts";
import { deltaPage, goneItem, isThere } from "./delta.ts";
import { closeSubscription, openSubscription, renewSubscription } from "./subscription.ts";
import { watchCollection } from "./watch.ts";

/** Changes of collections, by Graph's notices and by delta queries. */
export class GraphChanges implements ChangeFeed<GraphBinding> {
  readonly kinds = ["webhook", "pull"] as const;
  readonly pullsFromChannel = false;
  readonly #calls: GraphCalls;

  constructor(calls: GraphCalls) {
    this.#calls = calls;
  }

  readonly watch = watchCollection;

  changesSince(watched: Watched, state: string | undefined, signal: AbortSignal) {
    return deltaPage(this.#calls, watched, state, signal);
  }

  async gone(watched: Watched, keys: readonly Row[], signal: AbortSignal): Promise<readonly Change[]> {
    const found: Change[] = [];
    for (const { id } of keys)
      if (!(await isThere(this.#calls, watched, String(id), signal))) found.push(goneItem(String(id)));
    return found;
  }

  async open(
    watched: Watched,
    _kind: FeedKind,
    receiver: NoticeReceiver | undefined,
    signal: AbortSignal,
  ): Promise<Channel> {
    if (receiver === undefined) throw new TypeError("Notices need an address.");
    return openSubscription(this.#calls, watched, receiver, signal);
  }

  /** Notices are posted; nothing can be fetched. */
  async fetch(): Promise<"lost"> {
    return "lost";
  }

  async *listen(): AsyncGenerator<readonly Change[] | "lost"> {
    yield "lost";
  }

  renew(_watched: Watched, channel: Channel, signal: AbortSignal) {
    return renewSubscription(this.#calls, channel, signal);
  }

  close(_watched: Watched, channel: Channel, signal: AbortSignal) {
    return closeSubscription(this.#calls, channel, signal);
  }
}
