import type { GraphCall } from "./call.ts";
import { badRequest } from "./errors.ts";
import { withCanonicalIds } from "./extended-property-ids.ts";
import { compileFilter, folded } from "./odata/compile-filter.ts";
import { checkFilterRules, checkSortAgainstFilter, type FilterRules } from "./odata/filter-rules.ts";
import { checkSelect, typeOfPath, valueAt } from "./odata/property-path.ts";
import type { Expansion, OrderKey, QueryOptions } from "./odata/query-options.ts";
import { requireType } from "./schema/types.ts";

/** Makes the value of one property. */
export type Member<T> = (source: T, call: GraphCall) => unknown;
/** Makes the value of an expanded navigation property. */
export type Expander<T> = (source: T, call: GraphCall, expansion: Expansion) => unknown;

/** How one kind of object is shown and searched. */
export type Shape<T> = {
  readonly type: string;
  /** The more derived type of this very object, written as `@odata.type`. */
  readonly derivedType?: (source: T) => string | undefined;
  readonly etag?: (source: T, call: GraphCall) => string;
  readonly members: Readonly<Record<string, Member<T>>>;
  /** Members only the derived types have. */
  readonly derivedMembers?: Readonly<Record<string, Member<T>>>;
  /** Properties that only come when selected; or, with `defaults`, the only ones that come unselected. */
  readonly hidden?: readonly string[];
  readonly defaults?: readonly string[];
  readonly expanders?: Readonly<Record<string, Expander<T>>>;
  /** Navigation properties a filter may look into. */
  readonly searchables?: Readonly<Record<string, Member<T>>>;
  readonly rules: FilterRules;
  readonly unsortable?: readonly string[];
};

/** The properties `$select` and `$expand` leave of an object. */
export type Projection = { readonly select?: readonly string[]; readonly expand: readonly Expansion[] };

/** An object as JSON. */
export async function project<T>(
  shape: Shape<T>,
  source: T,
  call: GraphCall,
  projection: Projection,
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  const derived = shape.derivedType?.(source);
  if (derived !== undefined) result["@odata.type"] = `#microsoft.graph.${derived}`;
  if (shape.etag !== undefined) result["@odata.etag"] = shape.etag(source, call);
  for (const name of namesOf(shape, source, projection)) result[name] = memberValue(shape, source, call, name);
  for (const expansion of projection.expand) {
    const expander = shape.expanders?.[expansion.name];
    if (expander === undefined) throw unknownExpansion(shape, expansion.name);
    const value = await expander(source, call, expansion);
    if (value !== undefined) result[expansion.name.split("/").at(-1) ?? expansion.name] = value;
  }
  return result;
}

/** Checks the names in the options of a request for objects of this shape. */
export function checkProjection<T>(shape: Shape<T>, projection: Projection): void {
  if (projection.select !== undefined) checkSelect(shape.type, projection.select);
  for (const { name } of projection.expand)
    if (shape.expanders?.[name] === undefined) throw unknownExpansion(shape, name);
}

/** Filters and sorts; every mistake in the options is refused first. */
export function applyQuery<T>(shape: Shape<T>, sources: readonly T[], call: GraphCall, query: QueryOptions): T[] {
  checkProjection(shape, query);
  if (query.filter !== undefined) checkFilterRules(query.filter, shape.rules);
  checkOrder(shape, query.orderBy);
  const predicate = query.filter === undefined ? undefined : compileFilter(withCanonicalIds(query.filter), shape.type);
  checkSortAgainstFilter(query.filter, query.orderBy, shape.rules);
  const found =
    predicate === undefined
      ? [...sources]
      : sources.filter((source) => predicate((name) => searchableValue(shape, source, call, name)));
  return query.orderBy.length === 0 ? found : sorted(shape, found, call, query.orderBy);
}

function namesOf<T>(shape: Shape<T>, source: T, projection: Projection): readonly string[] {
  const { select } = projection;
  const all = Object.keys(shape.members);
  const derived = shape.derivedType?.(source) === undefined ? [] : Object.keys(shape.derivedMembers ?? {});
  if (select === undefined || select.includes("*")) {
    return shape.defaults ?? [...all.filter((name) => shape.hidden?.includes(name) !== true), ...derived];
  }
  const wanted = new Set(["id", ...select.map((name) => name.split("/")[0] ?? name)]);
  return all.filter((name) => wanted.has(name));
}

/** What stands for an absent value where the type allows no null. */
const absent: Readonly<Record<string, unknown>> = {
  string: "",
  boolean: false,
  int: 0,
  double: 0,
  dateTime: "0001-01-01T00:00:00Z",
};

/** Absent values are null, an empty list where the type is a collection, or the type's default. */
function memberValue<T>(shape: Shape<T>, source: T, call: GraphCall, name: string): unknown {
  const value = (shape.members[name] ?? shape.derivedMembers?.[name])?.(source, call);
  if (value !== undefined && value !== null) return value;
  const type = requireType(shape.derivedType?.(source) ?? shape.type).properties.get(name);
  if (type?.isCollection === true) return [];
  return type === undefined || type.isNullable ? null : (absent[type.name] ?? null);
}

function searchableValue<T>(shape: Shape<T>, source: T, call: GraphCall, name: string): unknown {
  if (shape.members[name] !== undefined) return memberValue(shape, source, call, name);
  return shape.searchables?.[name]?.(source, call);
}

function checkOrder<T>(shape: Shape<T>, orderBy: readonly OrderKey[]): void {
  for (const { path } of orderBy) {
    const type = typeOfPath(shape.type, path.split("/"), "Invalid orderby clause");
    const isUnsortable = shape.unsortable?.some((one) => path === one || path.startsWith(`${one}/`)) === true;
    if (type.isCollection || isUnsortable) {
      throw badRequest(`The property '${path}' cannot be used in the $orderby query option.`);
    }
  }
}

function sorted<T>(shape: Shape<T>, found: readonly T[], call: GraphCall, orderBy: readonly OrderKey[]): T[] {
  const keyed = found.map((source) => ({
    source,
    keys: orderBy.map(({ path }) => {
      const [first = "", ...rest] = path.split("/");
      return sortKey(valueAt(memberValue(shape, source, call, first), rest));
    }),
  }));
  keyed.sort((one, other) => {
    for (const [index, { descending }] of orderBy.entries()) {
      const order = compareKeys(one.keys[index] ?? "", other.keys[index] ?? "");
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ source }) => source);
}

function sortKey(value: unknown): string | number {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "number" ? value : folded(value);
}

function compareKeys(one: string | number, other: string | number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function unknownExpansion<T>(shape: Shape<T>, name: string): Error {
  return badRequest(
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${shape.type}'.`,
  );
}
