import type { PropertyPath } from "./binding.ts";
import { propertyPath } from "./properties.ts";
import { element, isWritable, type Xml } from "./write-xml.ts";

const constant = (value: string): Xml =>
  element("t:FieldURIOrConstant", undefined, element("t:Constant", { Value: value }));
/** A comparison of a property with a constant. */
export const compare = (name: string, path: PropertyPath, value: string): Xml =>
  element(`t:${name}`, undefined, propertyPath(path), constant(value));
/** The item has the property. */
export const exists = (path: PropertyPath): Xml => element("t:Exists", undefined, propertyPath(path));
/** What the inner part does not select, items without the property among it. */
export const not = (inner: Xml): Xml => element("t:Not", undefined, inner);

/** And and Or take two or more (types.xsd: at least one, real servers refuse one). */
export function combine(name: "t:And" | "t:Or", parts: readonly Xml[]): Xml | undefined {
  return parts.length <= 1 ? parts[0] : element(name, undefined, parts);
}

/** Text ignoring case. Undefined for text XML has no form for: no stored text can equal it. */
export function contains(
  mode: "FullString" | "Prefixed" | "Substring",
  path: PropertyPath,
  value: string,
): Xml | undefined {
  if (!isWritable(value)) return undefined;
  return element(
    "t:Contains",
    { ContainmentMode: mode, ContainmentComparison: "IgnoreCase" },
    propertyPath(path),
    element("t:Constant", { Value: value }),
  );
}
