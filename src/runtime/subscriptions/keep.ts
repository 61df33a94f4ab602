import { createHash } from "node:crypto";
import type { Change, Clock } from "#spi";
import type { Store } from "../../store/store.ts";
import type { KnownEvent, SubscriptionEvent, SubscriptionRecord } from "../../store/subscription-records.ts";

/** What a step of work learnt: changes, and the record behind them. */
export interface Learnt {
  readonly changes: readonly Change[];
  readonly source: SubscriptionEvent["source"];
  readonly table: string;
  /** Written together with the changes when `holder` still holds the lease; absent = changes alone. */
  readonly record?: SubscriptionRecord;
  readonly holder?: string;
}

/**
 * Keeps changes as events and, in the same transaction, the position behind them: what the position has passed is
 * kept, whatever happens to this process. False = the lease was lost, or the subscription is gone; nothing was kept.
 */
export function keep(store: Store, clock: Clock, id: string, learnt: Learnt): Promise<boolean> {
  const { changes, record, holder } = learnt;
  return store.transaction(async ({ subscriptions }) => {
    if (record !== undefined && holder !== undefined && !(await subscriptions.save(record, holder))) return false;
    if (changes.length === 0) return true;
    const first = await subscriptions.reserve(id, changes.length);
    if (first === undefined) return false;
    const hashes = changes.map(({ id }) => digestOf(id));
    const known = byKey(await subscriptions.known(id, [...new Set(hashes)]));
    const events: SubscriptionEvent[] = [];
    for (const [index, change] of changes.entries()) {
      const hash = hashes[index] as string;
      const before = known.get(hash) ?? [];
      const event = eventOf(change, before, learnt, clock.now(), { id, seq: first + index, hash });
      events.push(event);
      known.set(hash, [...before, event]);
    }
    await subscriptions.addEvents(events);
    return true;
  });
}

function eventOf(
  change: Change,
  before: readonly KnownEvent[],
  { source, table }: Learnt,
  now: number,
  place: { readonly id: string; readonly seq: number; readonly hash: string },
): SubscriptionEvent {
  const { at, changeType, key, oldKey, version } = change;
  // Comparing cannot always tell the first change of an item from a later one; events kept of it can.
  const isLater = source === "reconciliation" && changeType === "created" && before.length > 0;
  return {
    subscriptionId: place.id,
    seq: place.seq,
    at: at === undefined ? now : Date.parse(at),
    keptAt: now,
    changeType: isLater ? "updated" : changeType,
    key,
    ...(oldKey === undefined ? {} : { oldKey }),
    keyHash: place.hash,
    ...(version === undefined ? {} : { version }),
    table,
    source,
    duplicate: isDuplicate(change, before, source),
  };
}

/** Marked only when it is sure that the same change was told before: whoever skips duplicates must miss nothing. */
function isDuplicate(
  { changeType, version }: Change,
  before: readonly KnownEvent[],
  source: SubscriptionEvent["source"],
): boolean {
  // Keys are not used again: an item goes once.
  if (changeType === "deleted" || changeType === "moved")
    return before.some((event) => event.changeType === "deleted" || event.changeType === "moved");
  if (version === undefined) return false;
  return before.some(
    (event) =>
      event.version === version &&
      (source === "reconciliation" || event.source === "reconciliation" || event.changeType === changeType),
  );
}

function byKey(known: readonly KnownEvent[]): Map<string, readonly KnownEvent[]> {
  const sorted = new Map<string, KnownEvent[]>();
  for (const event of known) {
    const of = sorted.get(event.keyHash);
    if (of === undefined) sorted.set(event.keyHash, [event]);
    else of.push(event);
  }
  return sorted;
}

/** How events name an item, for finding those of one. */
export const digestOf = (id: string): string => createHash("sha256").update(id).digest("base64url").slice(0, 22);
