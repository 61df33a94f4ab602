import type { Operation } from "../call.ts";
import { readMessages, throwIfAllBusy } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

/** UpdateFolder: one folder, with the new change key. */
export const updateFolder = (
  folder: { readonly id: string; readonly changeKey: string | undefined },
  updates: Xml,
): Operation<RowState> => ({
  name: "UpdateFolder",
  repeatable: false,
  body: element(
    "m:UpdateFolder",
    undefined,
    element(
      "m:FolderChanges",
      undefined,
      element(
        "t:FolderChange",
        undefined,
        element("t:FolderId", { Id: folder.id, ChangeKey: folder.changeKey }),
        updates,
      ),
    ),
  ),
  start: rowState,
  read: (response) =>
    new RowReader([], { idElement: "FolderId" }).attach(readMessages(response, "UpdateFolder").child("Folders").any()),
  finish: (state) => throwIfAllBusy("UpdateFolder", state),
});
