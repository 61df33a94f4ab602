import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfAllBusy } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element } from "../write-xml.ts";

/** MoveFolder: one folder to another parent. */
export const moveFolder = (id: string, to: FolderReference): Operation<RowState> => ({
  name: "MoveFolder",
  repeatable: false,
  body: element(
    "m:MoveFolder",
    undefined,
    element("m:ToFolderId", undefined, folderId(to)),
    element("m:FolderIds", undefined, element("t:FolderId", { Id: id })),
  ),
  start: rowState,
  read: (response) =>
    new RowReader([], { idElement: "FolderId" }).attach(readMessages(response, "MoveFolder").child("Folders").any()),
  finish: (state) => throwIfAllBusy("MoveFolder", state),
});
