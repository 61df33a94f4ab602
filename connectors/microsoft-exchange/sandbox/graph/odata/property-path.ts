import { badRequest } from "../errors.ts";
import { type PropertyType, requireType, typeNamed } from "../schema/types.ts";

/** The type a path leads to, starting at an entity type; unknown segments are Graph's BadRequest. */
export function typeOfPath(typeName: string, segments: readonly string[], what: string): PropertyType {
  let owner = typeName;
  let found: PropertyType | undefined;
  for (const segment of segments) {
    const property = typeNamed(owner)?.properties.get(segment);
    if (property === undefined) {
      throw badRequest(`${what}: Could not find a property named '${segment}' on type 'microsoft.graph.${owner}'.`);
    }
    found = property;
    owner = property.name;
  }
  if (found === undefined) throw badRequest(`${what}: an empty property path`);
  return found;
}

/** Checks the names of `$select`; a path into a complex property is taken as that property. */
export function checkSelect(typeName: string, names: readonly string[]): void {
  const type = requireType(typeName);
  for (const name of names) {
    const first = name.split("/")[0] ?? name;
    if (name === "*" || type.properties.has(first)) continue;
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${typeName}'.`,
    );
  }
}

/** Follows a path through plain JSON. */
export function valueAt(value: unknown, segments: readonly string[]): unknown {
  let current = value;
  for (const segment of segments) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string, unknown>)[segment];
  }
  return current;
}
