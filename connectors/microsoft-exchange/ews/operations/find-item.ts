import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfError } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, type Xml } from "../write-xml.ts";

/** One page by offset, or all that overlaps a time span with series expanded. */
export type View =
  | { readonly offset: number; readonly count: number }
  | { readonly start: string; readonly end: string; readonly count: number };

export interface FindItemRequest {
  readonly folder: FolderReference;
  readonly shape: Xml;
  readonly rows: RowReader;
  readonly view: View;
  readonly restriction?: Xml;
  readonly sort?: Xml;
}

export interface FindItemState extends RowState {
  /** Where the server says the next page begins. */
  nextOffset: number | undefined;
  isLast: boolean;
}

function viewElement(view: View): Xml {
  if ("offset" in view) {
    return element("m:IndexedPageItemView", {
      MaxEntriesReturned: view.count,
      Offset: view.offset,
      BasePoint: "Beginning",
    });
  }
  return element("m:CalendarView", { MaxEntriesReturned: view.count, StartDate: view.start, EndDate: view.end });
}

/** FindItem: one page of one folder, never its subfolders. */
export const findItem = (request: FindItemRequest): Operation<FindItemState> => ({
  name: "FindItem",
  repeatable: true,
  body: element(
    "m:FindItem",
    { Traversal: "Shallow" },
    request.shape,
    viewElement(request.view),
    request.restriction,
    request.sort,
    element("m:ParentFolderIds", undefined, folderId(request.folder)),
  ),
  start: () => ({ ...rowState(), nextOffset: undefined, isLast: false }),
  read: (response) => {
    const folder = readMessages(response, "FindItem").child("RootFolder");
    folder.onOpen((state, attributes) => {
      const next = attributes["IndexedPagingOffset"];
      state.nextOffset = next === undefined ? undefined : Number(next);
      state.isLast = attributes["IncludesLastItemInRange"] === "true";
    });
    request.rows.attach(folder.child("Items").any());
  },
  finish: (state) => throwIfError("FindItem", state),
});
