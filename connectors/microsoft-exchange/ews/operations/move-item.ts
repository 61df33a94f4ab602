import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfAllBusy } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element } from "../write-xml.ts";

export interface MoveItemRequest {
  readonly id: string;
  readonly changeKey: string | undefined;
  readonly to: FolderReference;
}

const transfer = (name: "MoveItem" | "CopyItem", request: MoveItemRequest): Operation<RowState> => ({
  name,
  repeatable: false,
  body: element(
    `m:${name}`,
    undefined,
    element("m:ToFolderId", undefined, folderId(request.to)),
    element("m:ItemIds", undefined, element("t:ItemId", { Id: request.id, ChangeKey: request.changeKey })),
  ),
  start: rowState,
  read: (response) => new RowReader([]).attach(readMessages(response, name).child("Items").any()),
  finish: (state) => throwIfAllBusy(name, state),
});

/** MoveItem: the moved item has a new id, except across mailboxes, where none is answered. */
export const moveItem = (request: MoveItemRequest): Operation<RowState> => transfer("MoveItem", request);

/** CopyItem: the id of the copy, except across mailboxes, where none is answered. */
export const copyItem = (request: MoveItemRequest): Operation<RowState> => transfer("CopyItem", request);
