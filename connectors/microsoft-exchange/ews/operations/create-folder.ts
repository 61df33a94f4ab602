import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfAllBusy } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

/** CreateFolder: folders below one parent, a response message each. */
export const createFolder = (
  parent: FolderReference,
  folders: readonly Xml[],
  started: (state: RowState) => void,
): Operation<RowState> => ({
  name: "CreateFolder",
  repeatable: false,
  body: element(
    "m:CreateFolder",
    undefined,
    element("m:ParentFolderId", undefined, folderId(parent)),
    element("m:Folders", undefined, folders),
  ),
  start: () => {
    const state = rowState();
    started(state);
    return state;
  },
  read: (response) =>
    new RowReader([], { idElement: "FolderId" }).attach(readMessages(response, "CreateFolder").child("Folders").any()),
  finish: (state) => throwIfAllBusy("CreateFolder", state),
});
