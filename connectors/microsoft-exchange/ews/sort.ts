import type { SortKey } from "#spi";
import { type EwsBinding, fieldOf } from "./binding.ts";
import { propertyPath } from "./properties.ts";
import { element, type Xml } from "./write-xml.ts";

/** `m:SortOrder`; only columns whose order at the server is ours get here. */
export function sortOrder(keys: readonly SortKey<EwsBinding>[]): Xml | undefined {
  const orders = keys.flatMap(({ column, direction }) => {
    const { path } = fieldOf(column);
    const order = direction === "asc" ? "Ascending" : "Descending";
    return path === undefined ? [] : [element("t:FieldOrder", { Order: order }, propertyPath(path))];
  });
  return orders.length === 0 ? undefined : element("m:SortOrder", undefined, orders);
}
