import { enumRows, typeRows } from "./type-table.ts";

/** The type of a property: a primitive, an enumeration or a complex type, single or collection. */
export type PropertyType = {
  readonly name: string;
  readonly isCollection: boolean;
  readonly isNullable: boolean;
  readonly isNavigation: boolean;
};

/** A type with everything it inherits. */
export type TypeInfo = { readonly name: string; readonly properties: ReadonlyMap<string, PropertyType> };

const cache = new Map<string, TypeInfo | undefined>();

/** A type of the service by its short name; undefined when the sandbox does not serve it. */
export function typeNamed(name: string): TypeInfo | undefined {
  if (!cache.has(name)) cache.set(name, readType(name));
  return cache.get(name);
}

/** A type that must exist: a missing one is a mistake of the sandbox. */
export function requireType(name: string): TypeInfo {
  const type = typeNamed(name);
  if (type === undefined) throw new Error(`no type ${name} in the type table`);
  return type;
}

/** Members of an enumeration, or undefined when the name is not one. */
export function membersOf(name: string): readonly string[] | undefined {
  return Object.hasOwn(enumRows, name) ? enumRows[name]?.split(" ") : undefined;
}

/** Whether `name` is `ancestor` or inherits from it. */
export function isKindOf(name: string, ancestor: string): boolean {
  if (name === ancestor) return true;
  const base = typeRows[name]?.base;
  return base !== undefined && isKindOf(base, ancestor);
}

function readType(name: string): TypeInfo | undefined {
  const row = Object.hasOwn(typeRows, name) ? typeRows[name] : undefined;
  if (row === undefined) return undefined;
  const inherited = row.base === undefined ? [] : (typeNamed(row.base)?.properties ?? []);
  return {
    name,
    properties: new Map([...inherited, ...readRow(row.properties, false), ...readRow(row.navigation ?? "", true)]),
  };
}

function readRow(text: string, isNavigation: boolean): [string, PropertyType][] {
  const words = text.split(" ").filter((word) => word !== "");
  return words.map((word) => {
    const colon = word.indexOf(":");
    const type = word.slice(colon + 1);
    const isCollection = type.endsWith("[]");
    const isNullable = type.endsWith("?");
    return [word.slice(0, colon), { name: type.replace(/\?$|\[\]$/, ""), isCollection, isNullable, isNavigation }];
  });
}
