import type { Operation } from "../call.ts";
import { readMessages, throwIfAllBusy } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

export interface ItemChange {
  readonly id: string;
  readonly changeKey: string | undefined;
  /** `t:Updates`. */
  readonly updates: Xml;
}

export interface UpdateItemRequest {
  readonly changes: readonly ItemChange[];
  /** NeverOverwrite: the change key must be that of the item as it stands. */
  readonly conflicts: "NeverOverwrite" | "AutoResolve" | "AlwaysOverwrite";
  readonly invitations: string;
  readonly started?: (state: RowState) => void;
}

/** UpdateItem: a response message for each change, in order, with the new change key. */
export const updateItem = (request: UpdateItemRequest): Operation<RowState> => ({
  name: "UpdateItem",
  repeatable: false,
  body: element(
    "m:UpdateItem",
    {
      ConflictResolution: request.conflicts,
      MessageDisposition: "SaveOnly",
      SendMeetingInvitationsOrCancellations: request.invitations,
    },
    element(
      "m:ItemChanges",
      undefined,
      request.changes.map(({ id, changeKey, updates }) =>
        element("t:ItemChange", undefined, element("t:ItemId", { Id: id, ChangeKey: changeKey }), updates),
      ),
    ),
  ),
  start: () => {
    const state = rowState();
    request.started?.(state);
    return state;
  },
  read: (response) => new RowReader([]).attach(readMessages(response, "UpdateItem").child("Items").any()),
  finish: (state) => throwIfAllBusy("UpdateItem", state),
});
