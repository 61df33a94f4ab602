import type { Operation } from "../call.ts";
import { responseError } from "../errors.ts";
import { isError, readMessages, wordOf } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

export interface GetItemRequest {
  readonly ids: readonly string[];
  readonly shape: Xml;
  readonly rows: RowReader;
  readonly limitBytes?: number;
}

/** GetItem: one response message for each id, in order. */
export const getItem = (request: GetItemRequest): Operation<RowState> => ({
  name: "GetItem",
  repeatable: true,
  ...(request.limitBytes === undefined ? {} : { limitBytes: request.limitBytes }),
  body: element(
    "m:GetItem",
    undefined,
    request.shape,
    element(
      "m:ItemIds",
      undefined,
      request.ids.map((id) => element("t:ItemId", { Id: id })),
    ),
  ),
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
