import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages, throwIfAllBusy } from "../response-messages.ts";
import { element } from "../write-xml.ts";

export interface DeleteItemRequest {
  readonly ids: readonly { readonly id: string; readonly changeKey: string | undefined }[];
  readonly how: "MoveToDeletedItems" | "SoftDelete" | "HardDelete";
  /** Exchange asks for it where an item is of the calendar; it does not matter for others. */
  readonly cancellations: string;
  readonly started?: (state: CallState) => void;
}

/** DeleteItem: a response message for each item, in order. */
export const deleteItem = (request: DeleteItemRequest): Operation<CallState> => ({
  name: "DeleteItem",
  repeatable: false,
  body: element(
    "m:DeleteItem",
    {
      DeleteType: request.how,
      SendMeetingCancellations: request.cancellations,
      AffectedTaskOccurrences: "AllOccurrences",
    },
    element(
      "m:ItemIds",
      undefined,
      request.ids.map(({ id, changeKey }) => element("t:ItemId", { Id: id, ChangeKey: changeKey })),
    ),
  ),
  start: () => {
    const state = callState();
    request.started?.(state);
    return state;
  },
  read: (response) => {
    readMessages(response, "DeleteItem");
  },
  finish: (state) => throwIfAllBusy("DeleteItem", state),
});
