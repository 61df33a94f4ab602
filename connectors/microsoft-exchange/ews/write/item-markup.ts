import type { Row } from "#spi";
import type { ItemElement } from "../../tables/ews/ews-table.ts";
import type { EwsColumn } from "../binding.ts";
import { propertyPath } from "../properties.ts";
import { element, type Xml } from "../write-xml.ts";
import { placeOf } from "./element-order.ts";
import { type CurrentLists, entriesMarkup, type PropertyWrite, propertyWrites } from "./properties.ts";

/** Columns by name, as rows are looked up in them. */
export const columnsByName = (columns: readonly EwsColumn[]): ReadonlyMap<string, EwsColumn> =>
  new Map(columns.map((column) => [column.name, column]));

/** A new item: its properties in the schema's order, with what the caller adds (`extra`, by element name). */
export function newItem(
  kind: ItemElement,
  columns: ReadonlyMap<string, EwsColumn>,
  row: Row,
  extra: readonly { readonly element: string; readonly markup: Xml }[],
): Xml {
  const writes = propertyWrites(columns, row);
  const byElement = Map.groupBy(writes, (write) => write.element);
  const children = [...byElement].map(([name, group]) => ({ element: name, markup: newProperty(name, group) }));
  const placed = [...children, ...extra].flatMap(({ element: name, markup }) => {
    const place = placeOf(kind, name);
    return place === undefined || markup === undefined ? [] : [{ place, markup }];
  });
  placed.sort((a, b) => a.place - b.place);
  return element(
    `t:${kind}`,
    undefined,
    placed.map(({ markup }) => markup),
  );
}

const newProperty = (name: string, group: readonly PropertyWrite[]): Xml | undefined =>
  group.some(({ entry }) => entry !== undefined) ? entriesMarkup(name, group) : group[0]?.markup;

const isZone = ({ element: name }: PropertyWrite): boolean => name.endsWith("TimeZone");

/** `t:Updates` of one item: each property set or cleared by itself. Undefined when the row changes nothing. */
export function itemUpdates(
  kind: ItemElement,
  columns: ReadonlyMap<string, EwsColumn>,
  row: Row,
  current: CurrentLists,
): Xml | undefined {
  const all = propertyWrites(columns, row, current);
  if (all.length === 0) return undefined;
  // Times and recurrences are read in the zone as it stands when they come: the zone goes first.
  const writes = [...all.filter(isZone), ...all.filter((write) => !isZone(write))];
  return element(
    "t:Updates",
    undefined,
    writes.map(({ path, markup }) =>
      markup === undefined
        ? element("t:DeleteItemField", undefined, propertyPath(path))
        : element("t:SetItemField", undefined, propertyPath(path), element(`t:${kind}`, undefined, markup)),
    ),
  );
}
