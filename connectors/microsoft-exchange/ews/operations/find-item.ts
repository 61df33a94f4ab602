import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { type Pieces, pieceRows } from "../pieces.ts";
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
  /** Takes rows while the page arrives; what is left of it stays in the state. */
  readonly pieces?: Pieces;
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
  start: () => {
    request.pieces?.begin();
    return { ...rowState(), nextOffset: undefined, isLast: false };
  },
  read: (response) => {
    const folder = readMessages(response, "FindItem").child("RootFolder");
    folder.onOpen((state, attributes) => {
      const next = attributes["IndexedPagingOffset"];
      state.nextOffset = next === undefined ? undefined : Number(next);
      state.isLast = attributes["IncludesLastItemInRange"] === "true";
    });
    const item = folder.child("Items").any();
    const { pieces } = request;
    // When the next item opens: the last rows of a page wait for what the page says of the next.
    if (pieces !== undefined)
      item.onOpen((state) => {
        if (state.rows.length < pieceRows) return;
        pieces.take({ rows: state.rows.splice(0), keys: state.keys.splice(0) });
      });
    request.rows.attach(item);
  },
  finish: (state) => throwIfError("FindItem", state),
});
