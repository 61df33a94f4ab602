import {
  type Change,
  type ChangeFeed,
  type Channel,
  ConnectorError,
  type FeedKind,
  protocolError,
  type Reconciled,
  type Row,
  type Watched,
} from "#spi";
import type { EwsBinding } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import { knows } from "../config.ts";
import { getEvents } from "../operations/get-events.ts";
import { getItem } from "../operations/get-item.ts";
import { getStreamingEvents } from "../operations/get-streaming-events.ts";
import { eventTypes, subscribe, subscribeStreaming, unsubscribe } from "../operations/subscribe.ts";
import { type SyncChange, type SyncFolderState, syncFolderItems } from "../operations/sync-folder-items.ts";
import { itemShape } from "../properties.ts";
import { RowReader } from "../row-reader.ts";
import { changesOf, keyOf } from "./read-events.ts";
import { placeOf, watchFolder } from "./watch.ts";

/** The server keeps a subscription so long after it was last asked; the longest there is. */
const timeoutMinutes = 1440;
// Exchange takes 1 to 512 (MaxSyncChangesReturnedType).
const changesPerCall = 512;
const itemsPerCall = 100;
/** A streamed answer stays open so long; the longest there is. */
const connectionMinutes = 30;

/** Response codes that say: subscribe again. */
const lostCodes: ReadonlySet<string> = new Set([
  "ErrorExpiredSubscription",
  "ErrorSubscriptionNotFound",
  "ErrorInvalidSubscription",
  "ErrorSubscriptionUnsubscribed",
  "ErrorInvalidWatermark",
  "ErrorReadEventsFailed",
  "ErrorMissedNotificationEvents",
]);
const lostStateCodes: ReadonlySet<string> = new Set(["ErrorInvalidSyncStateData"]);

const isLost = (error: unknown, codes: ReadonlySet<string> = lostCodes): boolean =>
  error instanceof ConnectorError && codes.has(error.remote?.code ?? "");

/** The answer, or "lost" when the server says so by one of these codes. */
const orLost = async <T>(work: Promise<T>, codes: ReadonlySet<string> = lostCodes): Promise<T | "lost"> =>
  work.catch((error: unknown) => {
    if (isLost(error, codes)) return "lost";
    throw error;
  });

/** Changes of folders, by Exchange's notifications and by SyncFolderItems. */
export class EwsChanges implements ChangeFeed<EwsBinding> {
  /** Streaming came with Exchange2010_SP1. */
  readonly kinds: readonly FeedKind[];
  readonly pullsFromChannel = true;
  readonly #caller: EwsCaller;

  constructor(caller: EwsCaller) {
    this.#caller = caller;
    this.kinds = knows(caller.config.platform, "Exchange2010_SP1") ? ["pull", "streaming"] : ["pull"];
  }

  readonly watch = watchFolder;

  async changesSince(watched: Watched, state: string | undefined, signal: AbortSignal): Promise<Reconciled | "lost"> {
    const { folder, identity } = placeOf(this.#caller.config, watched);
    const rows = new RowReader([]);
    const operation = syncFolderItems({ folder, shape: itemShape([]), rows, state, count: changesPerCall });
    const answer = await orLost(this.#caller.call(operation, identity, signal), lostStateCodes);
    if (answer === "lost") return answer;
    const { syncState, isLast, changes } = answer;
    if (syncState === undefined || (!isLast && syncState === state)) throw standsStill();
    return { changes: changes.map((change) => foundChange(change, answer)), state: syncState, more: !isLast };
  }

  async gone(watched: Watched, keys: readonly Row[], signal: AbortSignal): Promise<readonly Change[]> {
    const { identity } = placeOf(this.#caller.config, watched);
    const found: Change[] = [];
    for (let at = 0; at < keys.length; at += itemsPerCall) {
      const ids = keys.slice(at, at + itemsPerCall).map((key) => String(key["ItemId"]));
      const answer = await this.#caller.call(
        getItem({ ids, shape: itemShape([]), rows: new RowReader([]) }),
        identity,
        signal,
      );
      for (const [index, message] of answer.messages.entries()) {
        const id = ids[index];
        if (id !== undefined && message.responseCode === "ErrorItemNotFound") found.push(goneItem(id));
      }
    }
    return found;
  }

  async open(watched: Watched, kind: FeedKind, _receiver: unknown, signal: AbortSignal): Promise<Channel> {
    const { folder, identity } = placeOf(this.#caller.config, watched);
    const streams = kind === "streaming";
    const wish = { folders: [folder], events: eventTypes };
    const operation = streams ? subscribeStreaming(wish) : subscribe({ ...wish, timeoutMinutes });
    const { subscriptionId, watermark } = await this.#caller.call(operation, identity, signal);
    if (subscriptionId === undefined || (watermark === undefined && !streams))
      throw protocolError("The server did not tell the id of the new subscription.", {
        causeCode: "NOT_EWS_ANSWER",
        remote: { service: "EWS", operation: "Subscribe" },
      });
    return { id: subscriptionId, ...(watermark === undefined ? {} : { cursor: watermark }) };
  }

  async fetch(watched: Watched, channel: Channel, signal: AbortSignal) {
    const { identity } = placeOf(this.#caller.config, watched);
    const operation = getEvents(channel.id, channel.cursor ?? "");
    const answer = await orLost(this.#caller.call(operation, identity, signal));
    if (answer === "lost") return answer;
    const { events, watermark, more } = answer;
    return {
      changes: changesOf(events),
      channel: { ...channel, cursor: watermark ?? channel.cursor ?? "" },
      more: more && events.length > 0,
    };
  }

  async *listen(watched: Watched, channel: Channel, signal: AbortSignal): AsyncGenerator<readonly Change[] | "lost"> {
    const { identity } = placeOf(this.#caller.config, watched);
    const operation = getStreamingEvents(channel.id, connectionMinutes);
    try {
      for await (const { events, isClosed } of this.#caller.stream(operation, identity, signal)) {
        yield changesOf(events);
        if (isClosed) return;
      }
    } catch (error) {
      if (!isLost(error)) throw error;
      yield "lost";
    }
  }

  /** Each call for events keeps a subscription alive. */
  async renew(_watched: Watched, channel: Channel): Promise<Channel> {
    return channel;
  }

  async close(watched: Watched, channel: Channel, signal: AbortSignal): Promise<void> {
    const { identity } = placeOf(this.#caller.config, watched);
    await orLost(this.#caller.call(unsubscribe(channel.id), identity, signal));
  }
}

const goneItem = (id: string): Change => ({ changeType: "deleted", id, key: keyOf(id, null) });

function foundChange({ change, id, changeKey, row }: SyncChange, state: SyncFolderState): Change {
  if (change === "deleted") return goneItem(id);
  const key = row === undefined ? { id, changeKey } : state.keys[row];
  const version = key?.changeKey;
  return {
    changeType: change === "created" ? "created" : "updated",
    id: key?.id ?? "",
    key: keyOf(key?.id ?? "", version),
    ...(version === undefined ? {} : { version }),
  };
}

const standsStill = () =>
  protocolError("The server's changes do not advance: it repeats the same SyncState.", {
    causeCode: "NOT_EWS_ANSWER",
    remote: { service: "EWS", operation: "SyncFolderItems" },
  });
