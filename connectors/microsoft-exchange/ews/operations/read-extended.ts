import type { Operation } from "../call.ts";
import type { ElementReader } from "../element-reader.ts";
import { type ExtendedFound, type ExtendedProperty, extendedField, readExtended } from "../extended-property.ts";
import { type FolderReference, folderId } from "../folders.ts";
import { propertyPath } from "../properties.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element, leaf, type Xml } from "../write-xml.ts";

/** An item with the extended properties asked for. */
export interface ExtendedItem {
  id: string;
  changeKey: string | null;
  itemClass: string | null;
  parentFolderId: string | null;
  /** Place of the response message it came in. */
  readonly message: number;
  readonly found: ExtendedFound[];
}

export interface ExtendedState extends CallState {
  readonly items: ExtendedItem[];
  nextOffset: number | undefined;
  isLast: boolean;
}

const shape = (properties: readonly ExtendedProperty[]): Xml =>
  element(
    "m:ItemShape",
    undefined,
    leaf("t:BaseShape", "IdOnly"),
    element(
      "t:AdditionalProperties",
      undefined,
      propertyPath({ uri: "item:ItemClass" }),
      propertyPath({ uri: "item:ParentFolderId" }),
      properties.map(extendedField),
    ),
  );

const start = (): ExtendedState => ({ ...callState(), items: [], nextOffset: undefined, isLast: true });

function attach(item: ElementReader<ExtendedState>): void {
  const last = (state: ExtendedState): ExtendedItem => state.items[state.items.length - 1] as ExtendedItem;
  item.onOpen((state) => {
    state.items.push({
      id: "",
      changeKey: null,
      itemClass: null,
      parentFolderId: null,
      message: state.messages.length - 1,
      found: [],
    });
  });
  item.child("ItemId").onOpen((state, attributes) => {
    last(state).id = attributes["Id"] ?? "";
    last(state).changeKey = attributes["ChangeKey"] ?? null;
  });
  item.child("ItemClass").onText((state, text) => {
    last(state).itemClass = text;
  });
  item.child("ParentFolderId").onOpen((state, attributes) => {
    last(state).parentFolderId = attributes["Id"] ?? null;
  });
  readExtended(item, (state) => last(state).found);
}

/** GetItem for extended properties of items by id. */
export const getExtended = (
  ids: readonly string[],
  properties: readonly ExtendedProperty[],
): Operation<ExtendedState> => ({
  name: "GetItem",
  repeatable: true,
  body: element(
    "m:GetItem",
    undefined,
    shape(properties),
    element(
      "m:ItemIds",
      undefined,
      ids.map((id) => element("t:ItemId", { Id: id })),
    ),
  ),
  start,
  read: (response) => attach(readMessages(response, "GetItem").child("Items").any()),
});

export interface FindExtended {
  readonly folder: FolderReference;
  readonly properties: readonly ExtendedProperty[];
  readonly restriction: Xml;
  readonly offset: number;
  readonly count: number;
}

/** FindItem for the items of a folder that have extended properties. */
export const findExtended = (request: FindExtended): Operation<ExtendedState> => ({
  name: "FindItem",
  repeatable: true,
  body: element(
    "m:FindItem",
    { Traversal: "Shallow" },
    shape(request.properties),
    element("m:IndexedPageItemView", {
      MaxEntriesReturned: request.count,
      Offset: request.offset,
      BasePoint: "Beginning",
    }),
    element("m:Restriction", undefined, request.restriction),
    element("m:ParentFolderIds", undefined, folderId(request.folder)),
  ),
  start,
  read: (response) => {
    const folder = readMessages(response, "FindItem").child("RootFolder");
    folder.onOpen((state, attributes) => {
      const next = attributes["IndexedPagingOffset"];
      state.nextOffset = next === undefined ? undefined : Number(next);
      state.isLast = attributes["IncludesLastItemInRange"] === "true";
    });
    attach(folder.child("Items").any());
  },
  finish: (state) => throwIfError("FindItem", state),
});
