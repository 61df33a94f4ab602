import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages, throwIfAllBusy } from "../response-messages.ts";
import { element } from "../write-xml.ts";

/** DeleteFolder: a response message for each folder, in order. */
export const deleteFolder = (ids: readonly string[], started: (state: CallState) => void): Operation<CallState> => ({
  name: "DeleteFolder",
  repeatable: false,
  body: element(
    "m:DeleteFolder",
    { DeleteType: "MoveToDeletedItems" },
    element(
      "m:FolderIds",
      undefined,
      ids.map((id) => element("t:FolderId", { Id: id })),
    ),
  ),
  start: () => {
    const state = callState();
    started(state);
    return state;
  },
  read: (response) => {
    readMessages(response, "DeleteFolder");
  },
  finish: (state) => throwIfAllBusy("DeleteFolder", state),
});
