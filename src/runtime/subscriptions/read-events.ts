import { ConnectorError, invalidRequest } from "#spi";
import type { Store } from "../../store/store.ts";
import type { SubscriptionEvent, SubscriptionOwner, SubscriptionRecord } from "../../store/subscription-records.ts";
import { isWanted } from "./views.ts";

/** Events are kept so long, and so many of one subscription. */
export const keptMs = 7 * 24 * 3_600_000;
export const keptEvents = 100_000;

const rowsPerRead = 1000;

/** Events after a number that an owner wants, and the number up to which was read. */
export async function eventsFor(
  { subscriptions }: Pick<Store, "subscriptions">,
  id: string,
  after: number,
  limit: number,
  owner: SubscriptionOwner | undefined,
): Promise<{ readonly items: readonly SubscriptionEvent[]; readonly upTo: number }> {
  const items: SubscriptionEvent[] = [];
  let upTo = after;
  while (items.length < limit) {
    const rows = await subscriptions.events(id, upTo, rowsPerRead);
    for (const event of rows) {
      if (items.length === limit) return { items, upTo };
      upTo = event.seq;
      if (owner === undefined || isWanted(owner, event)) items.push(event);
    }
    if (rows.length < rowsPerRead) break;
  }
  return { items, upTo };
}

/** Where a reader goes on: bound to the subscription, so that another's cursor is seen. */
export const cursorAt = (id: string, seq: number): string =>
  Buffer.from(JSON.stringify([id, seq])).toString("base64url");

/** The number a cursor stands for. Errors: INVALID_REQUEST. */
export function readCursor(cursor: string, id: string): number {
  const [of, seq] = parsed(cursor);
  if (of === id && typeof seq === "number" && Number.isSafeInteger(seq) && seq >= 0) return seq;
  throw invalidRequest("The cursor is not one of this subscription; start again without it.", { target: "cursor" });
}

function parsed(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Numbers have no gaps: when the next one is not there, it was dropped. Errors: PRECONDITION. */
export async function requireKept(
  { subscriptions }: Pick<Store, "subscriptions">,
  { id }: Pick<SubscriptionRecord, "id">,
  after: number,
): Promise<void> {
  const [next] = await subscriptions.events(id, after, 1);
  const following = next?.seq ?? (await subscriptions.lastSeq(id)) + 1;
  if (following === after + 1) return;
  const lost = following - after - 1;
  throw new ConnectorError(
    "PRECONDITION",
    `${lost} events behind this cursor are not kept any more. Query the table for what changed, and read on without a cursor.`,
    { causeCode: "EVENTS_DROPPED", target: "cursor" },
  );
}
