import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { type CallState, callState, readMessages, throwIfAllBusy } from "../response-messages.ts";
import { element } from "../write-xml.ts";

export interface SendItemRequest {
  readonly id: string;
  readonly changeKey: string | undefined;
  readonly save: boolean;
  /** Where the copy goes; the Sent Items of the mailbox when left out. */
  readonly folder?: FolderReference;
}

/** SendItem: sends a draft that is already in the mailbox. */
export const sendItem = (request: SendItemRequest): Operation<CallState> => ({
  name: "SendItem",
  repeatable: false,
  body: element(
    "m:SendItem",
    { SaveItemToFolder: request.save },
    element("m:ItemIds", undefined, element("t:ItemId", { Id: request.id, ChangeKey: request.changeKey })),
    request.folder === undefined ? undefined : element("m:SavedItemFolderId", undefined, folderId(request.folder)),
  ),
  start: callState,
  read: (response) => {
    readMessages(response, "SendItem");
  },
  finish: (state) => throwIfAllBusy("SendItem", state),
});
