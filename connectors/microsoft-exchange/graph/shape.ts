import { type Column, type Condition, isComparison } from "#spi";
import { type GraphBinding, propertyOf } from "./binding.ts";
import { allComparisons, valuesOf } from "./conditions.ts";
import type { GraphResource } from "./resource.ts";

type Where = Condition<GraphBinding> | undefined;

/** Which addresses a query reads, before any id is encoded. */
export type Shape =
  /** Single items by id, in the parents named or wherever they are. */
  | { readonly kind: "items"; readonly ids: readonly string[]; readonly parents?: readonly string[] }
  /** The collections of the parents named. */
  | { readonly kind: "parents"; readonly parents: readonly string[] }
  | { readonly kind: "collection" }
  /** The collection of the default parent, whose id the rows tell. */
  | { readonly kind: "default"; readonly parent: string }
  /** The collections of all parents, one after the other. */
  | { readonly kind: "each"; readonly parents: string }
  | { readonly kind: "tree" }
  | { readonly kind: "single" };

/** Decides by the conditions on ids and parents and by the columns wanted. */
export function shapeOf(resource: GraphResource, columns: readonly Column<GraphBinding>[], where: Where): Shape {
  const { parent } = resource;
  if (resource.single || resource.report !== undefined || resource.extendedProperties) return { kind: "single" };
  const parents = parentsOf(resource, where);
  const ids = resource.byId ? valuesOf(where, "id") : undefined;
  const wantsParent = parent !== undefined && columns.some((column) => isAddressOnly(column, parent.column));
  const needsParent = resource.onlyInParent || (wantsParent && parent?.otherwise.kind !== "default");
  if (ids !== undefined && (parents !== undefined || !needsParent)) {
    return { kind: "items", ids, ...(parents === undefined ? {} : { parents }) };
  }
  if (parents !== undefined) return { kind: "parents", parents };
  if (resource.tree) return { kind: "tree" };
  const otherwise = parent?.otherwise;
  if (otherwise?.kind === "default" && wantsParent) return { kind: "default", parent: otherwise.parent };
  if (
    otherwise?.kind === "each" &&
    (wantsParent || resource.collection === "members" || resource.collection === "tasks")
  ) {
    return { kind: "each", parents: otherwise.parents };
  }
  return { kind: "collection" };
}

function parentsOf({ parent }: GraphResource, where: Where): readonly string[] | undefined {
  if (parent === undefined) return undefined;
  return valuesOf(where, parent.column) ?? (parent.alias === undefined ? undefined : valuesOf(where, parent.alias));
}

const isAddressOnly = (column: Column<GraphBinding>, name: string): boolean =>
  column.name === name && propertyOf(column).path.length === 0;

/** Can one request with `$orderby` and `$top` answer the whole query? */
export const isOneList = (shape: Shape): boolean =>
  shape.kind === "collection" || shape.kind === "default" || (shape.kind === "parents" && shape.parents.length === 1);

/** Columns whose conditions the addresses of a shape honour. */
export function addressedBy(resource: GraphResource, shape: Shape): ReadonlySet<string> {
  const { parent } = resource;
  if (resource.extendedProperties) return new Set(["id", "resourceId", "resourceName", "userId"]);
  const byParent = parent === undefined ? [] : [parent.column, ...(parent.alias === undefined ? [] : [parent.alias])];
  if (shape.kind === "items") return new Set(["id", ...(shape.parents === undefined ? [] : byParent)]);
  return new Set(shape.kind === "parents" ? byParent : []);
}

/** A part of a condition that the address honours in full. */
export const isAddress = (part: Condition<GraphBinding>, addressed: ReadonlySet<string>): boolean =>
  isComparison(part) && addressed.has(part.column.name) && (part.operator === "=" || part.operator === "IN");

/** A part that looks at an id or parent in any other way: left to the service, whatever its operators promise. */
export const namesAddress = (part: Condition<GraphBinding>): boolean =>
  allComparisons(part).some(({ column }) => propertyOf(column).addresses === true);
