import type { Operation } from "../call.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { readMessages, throwIfError } from "../response-messages.ts";
import type { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

export interface SyncRequest {
  readonly folder: FolderReference;
  readonly shape: Xml;
  readonly rows: RowReader;
  /** Where the last synchronisation ended. */
  readonly state: string | undefined;
  readonly count: number;
}

/** One change of a folder; of created and updated items `row` is the place of their row. */
export interface SyncChange {
  readonly change: "created" | "updated" | "deleted" | "read";
  id: string;
  changeKey: string | undefined;
  isRead: boolean | undefined;
  row: number | undefined;
}

export interface SyncFolderState extends RowState {
  syncState: string | undefined;
  isLast: boolean;
  readonly changes: SyncChange[];
}

const lastOf = (state: SyncFolderState): SyncChange => state.changes[state.changes.length - 1] as SyncChange;

/** SyncFolderItems: what changed in a folder since a state. */
export const syncFolderItems = (request: SyncRequest): Operation<SyncFolderState> => ({
  name: "SyncFolderItems",
  repeatable: true,
  body: element(
    "m:SyncFolderItems",
    undefined,
    request.shape,
    element("m:SyncFolderId", undefined, folderId(request.folder)),
    request.state === undefined ? undefined : leaf("m:SyncState", request.state, { about: "DeltaToken" }),
    leaf("m:MaxChangesReturned", request.count),
  ),
  start: () => ({ ...rowState(), syncState: undefined, isLast: false, changes: [] }),
  read: (response) => {
    const message = readMessages(response, "SyncFolderItems");
    message.child("SyncState").onText((state, text) => {
      state.syncState = text;
    });
    message.child("IncludesLastItemInRange").onText((state, text) => {
      state.isLast = text === "true";
    });
    const changes = message.child("Changes");
    const begin = (name: string, change: SyncChange["change"]) =>
      changes.child(name).onOpen((state) => {
        const row = change === "created" || change === "updated" ? state.rows.length : undefined;
        state.changes.push({ change, id: "", changeKey: undefined, isRead: undefined, row });
      });
    for (const [name, change] of [
      ["Create", "created"],
      ["Update", "updated"],
    ] as const)
      request.rows.attach(begin(name, change).any());
    for (const [name, change] of [
      ["Delete", "deleted"],
      ["ReadFlagChange", "read"],
    ] as const) {
      const reader = begin(name, change);
      reader.child("ItemId").onOpen((state, attributes) => {
        lastOf(state).id = attributes["Id"] ?? "";
        lastOf(state).changeKey = attributes["ChangeKey"];
      });
      reader.child("IsRead").onText((state, text) => {
        lastOf(state).isRead = text === "true";
      });
    }
  },
  finish: (state) => throwIfError("SyncFolderItems", state),
});
