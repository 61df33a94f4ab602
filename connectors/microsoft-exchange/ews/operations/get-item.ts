import type { Operation } from "../call.ts";
import { responseError } from "../errors.ts";
import { isError, lastMessage, type ResponseMessage, readMessages, wordOf } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import type { Turns } from "../turns.ts";
import { element, type Xml } from "../write-xml.ts";

/** An item by its id, an occurrence by its place in a series, or the series of an occurrence. */
export type ItemReference =
  | string
  | { readonly series: string; readonly index: number }
  | { readonly occurrence: string };

export interface GetItemRequest {
  readonly ids: readonly ItemReference[];
  readonly shape: Xml;
  readonly rows: RowReader;
  readonly limitBytes?: number;
  readonly turns?: Turns;
  /** A further message has arrived whole, and all before it: their rows may go out. */
  readonly arrived?: (state: RowState) => void;
}

/** The server has no capacity for this item now. */
const isRefusedForNow = (message: ResponseMessage): boolean =>
  isError(message) && responseError("GetItem", wordOf(message)).code === "BUSY";

function reference(item: ItemReference): Xml {
  if (typeof item === "string") return element("t:ItemId", { Id: item });
  if ("occurrence" in item) return element("t:RecurringMasterItemId", { OccurrenceId: item.occurrence });
  return element("t:OccurrenceItemId", { RecurringMasterId: item.series, InstanceIndex: item.index });
}

/** GetItem: one response message for each id, in order. */
export const getItem = (request: GetItemRequest): Operation<RowState> => ({
  name: "GetItem",
  repeatable: true,
  ...(request.limitBytes === undefined ? {} : { limitBytes: request.limitBytes }),
  ...(request.turns === undefined ? {} : { turns: request.turns }),
  body: element("m:GetItem", undefined, request.shape, element("m:ItemIds", undefined, request.ids.map(reference))),
  start: rowState,
  read: (response) => {
    const message = readMessages(response, "GetItem");
    request.rows.attach(message.child("Items").any());
    const { arrived } = request;
    if (arrived === undefined) return;
    let isWhole = true;
    message.onClose((state) => {
      isWhole &&= !isRefusedForNow(lastMessage(state));
      if (isWhole) arrived(state);
    });
  },
  finish: (state) => {
    // A read is whole or repeated: part of a batch refused for want of capacity must not look like missing items.
    const refused = state.messages.find(isRefusedForNow);
    if (refused !== undefined) throw responseError("GetItem", wordOf(refused));
  },
});
