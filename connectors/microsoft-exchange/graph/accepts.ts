import { type BoundQuery, type Condition, isComparison, type Pushdown } from "#spi";
import type { GraphBinding } from "./binding.ts";
import { conjuncts } from "./conditions.ts";
import { printFilter } from "./odata.ts";
import type { GraphResource } from "./resource.ts";
import { addressedBy, isAddress, isOneList, namesAddress, type Shape, shapeOf } from "./shape.ts";
import { windowWarnings } from "./window.ts";

type Where = Condition<GraphBinding>;

/** Narrows what is pushed down to what the addresses of a query allow. */
export function acceptPushdown(
  resource: GraphResource,
  query: BoundQuery<GraphBinding>,
  proposed: Pushdown<GraphBinding>,
): Pushdown<GraphBinding> {
  const shape = shapeOf(resource, query.columns, query.where);
  const addressed = addressedBy(resource, shape);
  const chooses = (part: Where): boolean => isAddress(part, addressed) || boundsWindow(resource, part);
  const offered = conjuncts(proposed.where);
  const filters = filteredShapes.has(shape.kind);
  const isFilter = (part: Where): boolean =>
    !namesAddress(part) && (boundsWindow(resource, part) || (filters && printFilter(part) !== undefined));
  const kept = offered.filter((part) => isAddress(part, addressed) || isFilter(part));
  // Sent even where filters are not (DisableServerSideFiltering): without them another collection would be read.
  const added = conjuncts(query.where).filter((part) => chooses(part) && !offered.includes(part));
  const parts = [...added, ...kept];
  const isSame = added.length === 0 && kept.length === offered.length;
  const where = isSame ? proposed.where : parts.length < 2 ? parts[0] : { and: parts };
  const orderBy = isOneList(shape) && !resource.tree ? proposed.orderBy : [];
  const exact = proposed.exact && kept.length === offered.length;
  const { where: _, ...rest } = proposed;
  return {
    ...rest,
    ...(where === undefined ? {} : { where }),
    orderBy,
    exact,
    limit: proposed.limit && exact && orderBy.length === query.orderBy.length,
    warnings: resource.window ? [...proposed.warnings, ...windowWarnings(query.where)] : proposed.warnings,
  };
}

/** What is read item by item, as one object or as a tree is asked for without `$filter`. */
const filteredShapes: ReadonlySet<Shape["kind"]> = new Set(["parents", "collection", "default", "each"]);

/** A bound on the window of a calendar view. */
const boundsWindow = ({ window }: GraphResource, part: Where): boolean =>
  window === true && isComparison(part) && ["start_dateTime", "end_dateTime"].includes(part.column.name);
