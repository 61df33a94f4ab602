import type { BoundQuery, PlannedCall } from "#spi";
import { resourceOf } from "../tables/graph/index.ts";
import { type GraphBinding, propertyOf } from "./binding.ts";
import type { GraphConfig } from "./config.ts";
import type { GraphResource } from "./resource.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** The calls a query will make, as explain shows them. */
export function graphCalls(query: BoundQuery<GraphBinding>, _config: GraphConfig): readonly PlannedCall[] {
  const resource = resourceOf(query.table);
  const shape = shapeOf(resource, query.columns, query.where);
  return [...addressCalls(resource, shape), ...itemCalls(resource, query)];
}

const some = { min: 1 } as const;

function addressCalls(resource: GraphResource, shape: Shape): readonly PlannedCall[] {
  const list = `GET ${resource.collection}`;
  if (shape.kind === "items") {
    const count = shape.ids.length * (shape.parents?.length ?? 1);
    return count === 1
      ? [{ operation: list, count: 1 }]
      : [{ operation: `$batch ${list}`, count: Math.ceil(count / 20) }];
  }
  if (shape.kind === "single") return [{ operation: list, count: 1 }];
  if (shape.kind === "parents") return [{ operation: list, count: { min: shape.parents.length } }];
  if (shape.kind === "default")
    return [
      { operation: `GET ${shape.parent}`, count: 1 },
      { operation: list, count: some },
    ];
  if (shape.kind === "each")
    return [
      { operation: "GET parents", count: some },
      { operation: list, count: { min: 0 } },
    ];
  if (shape.kind === "tree")
    return [
      { operation: list, count: 1 },
      { operation: `$batch ${list}`, count: { min: 0 } },
    ];
  return [{ operation: list, count: some }];
}

/** Reads of single items for columns that lists leave empty. */
function itemCalls(
  { itemOnly = [], collection }: GraphResource,
  query: BoundQuery<GraphBinding>,
): readonly PlannedCall[] {
  const isWanted = query.columns.some((column) => itemOnly.includes(propertyOf(column).path[0] ?? ""));
  return isWanted && query.columnsNamed ? [{ operation: `$batch GET ${collection} item`, count: { min: 0 } }] : [];
}
