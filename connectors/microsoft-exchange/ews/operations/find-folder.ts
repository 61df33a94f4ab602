import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfError } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

export interface FindFolderRequest {
  readonly parent: FolderReference;
  readonly traversal: "Shallow" | "Deep";
  readonly shape: Xml;
  readonly rows: RowReader;
  readonly offset: number;
  readonly count: number;
  readonly restriction?: Xml;
}

export interface FindFolderState extends RowState {
  nextOffset: number | undefined;
  isLast: boolean;
}

/** FindFolder: one page of the folders below one folder. */
export const findFolder = (request: FindFolderRequest): Operation<FindFolderState> => ({
  name: "FindFolder",
  repeatable: true,
  body: element(
    "m:FindFolder",
    { Traversal: request.traversal },
    request.shape,
    element("m:IndexedPageFolderView", {
      MaxEntriesReturned: request.count,
      Offset: request.offset,
      BasePoint: "Beginning",
    }),
    request.restriction,
    element("m:ParentFolderIds", undefined, folderId(request.parent)),
  ),
  start: () => ({ ...rowState(), nextOffset: undefined, isLast: false }),
  read: (response) => {
    const folder = readMessages(response, "FindFolder").child("RootFolder");
    folder.onOpen((state, attributes) => {
      const next = attributes["IndexedPagingOffset"];
      state.nextOffset = next === undefined ? undefined : Number(next);
      state.isLast = attributes["IncludesLastItemInRange"] === "true";
    });
    request.rows.attach(folder.child("Folders").any());
  },
  finish: (state) => throwIfError("FindFolder", state),
});
