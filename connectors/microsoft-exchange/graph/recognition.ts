import type { ConnectorContext } from "#spi";
import type { GraphCalls } from "./call.ts";
import { itemsOf } from "./call.ts";
import { type JsonObject, member } from "./errors.ts";
import { queryString, quoted } from "./odata.ts";

/** A property set of our own, so that the key meets no property of another program. */
const KEY_PROPERTY = "String {7d3f6c1e-52a4-4b0e-9a55-3c1f0d8b6e21} Name exchange-connector-write";

/** Two looks this far apart: an item just created may not be found at once. */
const SECOND_LOOK_MS = 5000;

/** A new key that no other write has. */
export const newKey = (context: ConnectorContext): string => context.random.uuid();

/** The body with the key in it, so that the item can be recognised when the answer is lost. */
export function withKey(body: JsonObject, key: string): JsonObject {
  const others = member(body, "singleValueExtendedProperties");
  const properties = [...(Array.isArray(others) ? others : []), { id: KEY_PROPERTY, value: key }];
  return { ...body, singleValueExtendedProperties: properties };
}

/** Looks twice for the item a write with that key made. */
export async function findByKey(
  calls: GraphCalls,
  collection: string,
  mailbox: string,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const first = await findKeyed(calls, collection, mailbox, key, signal);
  if (first !== undefined) return first;
  await calls.context.clock.sleep(SECOND_LOOK_MS, signal);
  return findKeyed(calls, collection, mailbox, key, signal);
}

/** One look for the item a write with that key made. */
export async function findKeyed(
  calls: GraphCalls,
  collection: string,
  mailbox: string,
  key: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const condition = `ep/id eq ${quoted(KEY_PROPERTY)} and ep/value eq ${quoted(key)}`;
  const query = queryString({
    $select: "id",
    $filter: `singleValueExtendedProperties/any(ep: ${condition})`,
    $top: 1,
  });
  const request = { method: "GET", path: `${collection}${query}`, operation: "GET by write key", mailbox } as const;
  const id = member(itemsOf(await calls.json(request, signal))[0], "id");
  return typeof id === "string" ? id : undefined;
}
