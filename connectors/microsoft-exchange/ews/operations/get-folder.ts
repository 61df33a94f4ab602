import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

export interface GetFolderRequest {
  readonly folders: readonly FolderReference[];
  readonly shape: Xml;
  readonly rows: RowReader;
}

/** GetFolder: one response message for each folder, in order. Errors of single folders stand in the messages. */
export const getFolder = (request: GetFolderRequest): Operation<RowState> => ({
  name: "GetFolder",
  repeatable: true,
  body: element(
    "m:GetFolder",
    undefined,
    request.shape,
    element("m:FolderIds", undefined, request.folders.map(folderId)),
  ),
  start: rowState,
  read: (response) => {
    request.rows.attach(readMessages(response, "GetFolder").child("Folders").any());
  },
});
