import { type Batch, ConnectorError, invalidQuery, type Row } from "#spi";
import type { EwsColumn } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import { saysNoSuchId } from "./errors.ts";
import { identityOf } from "./identity.ts";
import { getCollection, withArgument } from "./operations/get-collection.ts";
import { type AddressState, getRoomLists, getRooms } from "./operations/get-rooms.ts";
import { type EwsQuery, readPlan } from "./plan.ts";
import { readPosition, writePosition } from "./position.ts";

function argument(query: EwsQuery, name: string): readonly string[] {
  const values = readPlan(query).arguments[name];
  if (values !== undefined) return values;
  throw invalidQuery(`A query of ${query.table.name} must name ${name}.`, { target: name });
}

/** One batch for each value of the argument, in order. */
async function* perArgument(
  query: EwsQuery,
  name: string,
  read: (value: string) => Promise<readonly Row[]>,
): AsyncGenerator<Batch> {
  const values = argument(query, name);
  const start = readPosition(query.from, "done")?.done ?? 0;
  for (let at = start; at < values.length; at++) {
    const value = values[at] as string;
    const rows = withArgument(await read(value), name, value);
    yield { rows, ...(at + 1 < values.length ? { position: writePosition({ done: at + 1 }) } : {}) };
  }
}

/** Members of a collection of the calendar items that the argument names. An item that is not there has none. */
export async function* queryCollection(
  caller: EwsCaller,
  query: EwsQuery,
  collection: { readonly argument: string; readonly element: string; readonly member: string },
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const identity = identityOf(caller.config, query.pseudo);
  yield* perArgument(query, collection.argument, async (itemId) => {
    const { element, member } = collection;
    const operation = getCollection({ itemId, collection: element, member, columns: query.columns });
    try {
      return (await caller.call(operation, identity, signal)).rows;
    } catch (error) {
      if (error instanceof ConnectorError && saysNoSuchId(error.remote?.code ?? "")) return [];
      throw error;
    }
  });
}

function addressRows(state: AddressState, columns: readonly EwsColumn[]): Row[] {
  return state.addresses.map((address) => {
    const row: Row = {};
    for (const { name } of columns) row[name] = address[name as keyof typeof address] ?? null;
    return row;
  });
}

/** The room lists of the organisation. */
export async function* queryRoomLists(caller: EwsCaller, query: EwsQuery, signal: AbortSignal): AsyncGenerator<Batch> {
  const state = await caller.call(getRoomLists(), identityOf(caller.config, query.pseudo), signal);
  yield { rows: addressRows(state, query.columns) };
}

/** The rooms of the lists that the query names. */
export async function* queryRooms(caller: EwsCaller, query: EwsQuery, signal: AbortSignal): AsyncGenerator<Batch> {
  const identity = identityOf(caller.config, query.pseudo);
  yield* perArgument(query, "RoomListEmailAddress", async (list) =>
    addressRows(await caller.call(getRooms(list), identity, signal), query.columns),
  );
}
