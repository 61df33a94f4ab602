import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfAllBusy } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

export interface CreateItemRequest {
  readonly items: readonly Xml[];
  readonly folder?: FolderReference;
  /** Messages only. */
  readonly disposition?: "SaveOnly" | "SendOnly" | "SendAndSaveCopy";
  /** Calendar items only. */
  readonly invitations?: string;
  /** Called for each new state, so that what was read of a broken answer is not lost. */
  readonly started?: (state: RowState) => void;
}

/** CreateItem: a response message for each item, in order, with the new id. */
export const createItem = (request: CreateItemRequest): Operation<RowState> => ({
  name: "CreateItem",
  repeatable: false,
  body: element(
    "m:CreateItem",
    { MessageDisposition: request.disposition, SendMeetingInvitations: request.invitations },
    request.folder === undefined ? undefined : element("m:SavedItemFolderId", undefined, folderId(request.folder)),
    element("m:Items", undefined, request.items),
  ),
  start: () => {
    const state = rowState();
    request.started?.(state);
    return state;
  },
  read: (response) => new RowReader([]).attach(readMessages(response, "CreateItem").child("Items").any()),
  finish: (state) => throwIfAllBusy("CreateItem", state),
});
