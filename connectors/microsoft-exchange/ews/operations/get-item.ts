import type { Operation } from "../call.ts";
import { responseError } from "../errors.ts";
import { isError, readMessages, wordOf } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
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
}

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
  body: element("m:GetItem", undefined, request.shape, element("m:ItemIds", undefined, request.ids.map(reference))),
  start: rowState,
  read: (response) => {
    request.rows.attach(readMessages(response, "GetItem").child("Items").any());
  },
  finish: (state) => {
    // A read is whole or repeated: part of a batch refused for want of capacity must not look like missing items.
    for (const message of state.messages) {
      if (!isError(message)) continue;
      const error = responseError("GetItem", wordOf(message));
      if (error.code === "BUSY") throw error;
    }
  },
});
