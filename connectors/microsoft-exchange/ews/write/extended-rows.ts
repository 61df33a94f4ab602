import type { Row, RowOutcome, Value } from "#spi";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { responseError } from "../errors.ts";
import {
  type ExtendedProperty,
  extendedField,
  extendedProperty,
  extendedText,
  extendedValue,
} from "../extended-property.ts";
import { identityOf } from "../identity.ts";
import { type ExtendedItem, getExtended } from "../operations/read-extended.ts";
import { updateItem } from "../operations/update-item.ts";
import { isError, throwIfError, wordOf } from "../response-messages.ts";
import { element, type Xml } from "../write-xml.ts";
import { Chunk, type Prepared } from "./chunk.ts";
import { failed, indeterminate, isUnknown, lostRow, succeeded } from "./outcomes.ts";
import { requiredText } from "./row-values.ts";

interface ExtendedRow {
  readonly identity: CallIdentity;
  readonly itemId: string;
  readonly property: ExtendedProperty;
  /** NULL takes the property away. */
  readonly value: Value;
  readonly markup: Xml | undefined;
}

function extendedRow(caller: EwsCaller, row: Row, change: "set" | "delete"): ExtendedRow {
  const property = extendedProperty(requiredText(row, "Id"), "Id");
  const value = change === "delete" ? null : (row["Value"] ?? null);
  return {
    identity: identityOf(caller.config, row),
    itemId: requiredText(row, "ItemId"),
    property,
    value,
    markup: value === null ? undefined : extendedValue(property, value, "Value"),
  };
}

/** The element of an item's class: Exchange wants its own kind around a property. */
function elementOf(itemClass: string | null): string {
  const kinds = [
    ["ipm.appointment", "CalendarItem"],
    ["ipm.contact", "Contact"],
    ["ipm.distlist", "DistributionList"],
    ["ipm.task", "Task"],
  ] as const;
  const name = (itemClass ?? "").toLowerCase();
  return kinds.find(([prefix]) => name === prefix || name.startsWith(`${prefix}.`))?.[1] ?? "Message";
}

/** Sets or takes away properties; those of one item go together. Setting one twice is as setting it once. */
export async function changeExtended(
  caller: EwsCaller,
  change: "set" | "delete",
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare((row) => extendedRow(caller, row, change));
  const groups = Map.groupBy(prepared, ({ made }) => JSON.stringify([made.itemId, made.identity]));
  for (const group of groups.values()) await changeItem(caller, chunk, group, signal);
  return chunk.outcomes;
}

async function changeItem(
  caller: EwsCaller,
  chunk: Chunk,
  group: readonly Prepared<ExtendedRow>[],
  signal: AbortSignal,
): Promise<void> {
  const { identity, itemId } = (group[0] as Prepared<ExtendedRow>).made;
  const properties = group.map(({ made }) => made.property);
  const settle = (item: ExtendedItem | undefined) => {
    for (const { index, made } of group)
      chunk.settle(
        succeeded(index, {
          ItemId: itemId,
          Id: made.property.id,
          ...(item?.changeKey == null ? {} : { ItemChangeKey: item.changeKey }),
        }),
      );
  };
  try {
    const item = await currentItem(caller, itemId, properties, identity, signal);
    const kind = elementOf(item.itemClass);
    const updates = element(
      "t:Updates",
      undefined,
      group.map(({ made }) => update(kind, made)),
    );
    const operation = updateItem({
      changes: [{ id: itemId, changeKey: item.changeKey ?? undefined, updates }],
      conflicts: "AutoResolve",
      invitations: "SendToNone",
    });
    try {
      const state = await caller.call(operation, identity, signal);
      throwIfError("UpdateItem", state);
      settle({ ...item, changeKey: state.keys[0]?.changeKey ?? null });
    } catch (error) {
      if (!isUnknown(error)) throw error;
      const after = await currentItem(caller, itemId, properties, identity, signal).catch(() => undefined);
      const done = after !== undefined && group.every(({ made }) => holds(after, made));
      if (done) settle(after);
      else for (const { index } of group) chunk.settle(indeterminate(index, error));
    }
  } catch (error) {
    for (const { index } of group) chunk.settle(failed(index, error));
  }
}

const holds = (item: ExtendedItem, { property, value }: ExtendedRow): boolean =>
  extendedText(property, item.found) === (value === null ? undefined : String(value));

function update(kind: string, { property, markup }: ExtendedRow): Xml {
  const path = extendedField(property);
  return markup === undefined
    ? element("t:DeleteItemField", undefined, path)
    : element("t:SetItemField", undefined, path, element(`t:${kind}`, undefined, markup));
}

async function currentItem(
  caller: EwsCaller,
  itemId: string,
  properties: readonly ExtendedProperty[],
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<ExtendedItem> {
  const state = await caller.call(getExtended([itemId], properties), identity, signal);
  const problem = state.messages.find(isError);
  if (problem !== undefined) throw responseError("GetItem", wordOf(problem)).with({ effect: "none", target: "ItemId" });
  const [item] = state.items;
  if (item === undefined) throw lostRow("GetItem").with({ effect: "none" });
  return item;
}
