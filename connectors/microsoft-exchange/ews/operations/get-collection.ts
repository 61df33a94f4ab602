import type { Row } from "#spi";
import type { EwsColumn } from "../binding.ts";
import type { Operation } from "../call.ts";
import { propertyPath } from "../properties.ts";
import { readMessages, throwIfError } from "../response-messages.ts";
import { RowReader } from "../row-reader.ts";
import { type RowState, rowState } from "../row-state.ts";
import { element, leaf } from "../write-xml.ts";

/** A collection of a calendar item whose members are rows of their own. */
export interface CollectionRequest {
  readonly itemId: string;
  /** Element and property name: RequiredAttendees, ModifiedOccurrences. */
  readonly collection: string;
  /** Element of one member. */
  readonly member: string;
  /** Columns whose paths are below a member. */
  readonly columns: readonly EwsColumn[];
}

export interface CollectionState extends RowState {
  itemChangeKey: string | undefined;
}

/** GetItem for one collection of one calendar item. */
export const getCollection = (request: CollectionRequest): Operation<CollectionState> => ({
  name: "GetItem",
  repeatable: true,
  body: element(
    "m:GetItem",
    undefined,
    element(
      "m:ItemShape",
      undefined,
      leaf("t:BaseShape", "IdOnly"),
      element("t:AdditionalProperties", undefined, propertyPath({ uri: `calendar:${request.collection}` })),
    ),
    element("m:ItemIds", undefined, element("t:ItemId", { Id: request.itemId })),
  ),
  start: () => ({ ...rowState(), itemChangeKey: undefined }),
  read: (response) => {
    const item = readMessages(response, "GetItem").child("Items").any();
    item.child("ItemId").onOpen((state, attributes) => {
      state.itemChangeKey = attributes["ChangeKey"];
    });
    new RowReader(request.columns).attach(item.at([request.collection, request.member]));
  },
  finish: (state) => throwIfError("GetItem", state),
});

/** A column that is the item asked for, the same in all rows. */
export function withArgument(rows: readonly Row[], name: string, value: string): Row[] {
  return rows.map((row) => (name in row ? { ...row, [name]: value } : row));
}
