import { type ExtendedValue, type Folder, type Item, type Mailbox, readExtended } from "../mailboxes/index.ts";
import { readBoolean, readDate } from "./dates.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { isPath, type PropertyPath, readPath } from "./paths.ts";
import { folderProperty, readFolderExtended } from "./properties/folder-properties.ts";
import { propertyOf } from "./properties/item-schema.ts";
import type { Comparable } from "./properties/property.ts";
import { childOf, childrenOf, type XmlElement } from "./xml.ts";

/** Whether an item or folder fits a restriction. */
export type Predicate<T> = (object: T) => boolean;

/** How the values of an object are found by path; undefined for a path that cannot be searched. */
export type Lookup<T> = (path: PropertyPath) => ((object: T) => Comparable | undefined) | undefined;

const depthLimit = 50;

/** Turns a Restriction element into a predicate; what cannot be searched by is refused first. */
export function compileRestriction<T>(restriction: XmlElement, lookup: Lookup<T>, timeZone?: string): Predicate<T> {
  const expression = childOf(restriction);
  if (!expression) throw schemaViolation("The element 'Restriction' has incomplete content.");
  return compile(expression, lookup, timeZone, 0);
}

function compile<T>(
  expression: XmlElement,
  lookup: Lookup<T>,
  timeZone: string | undefined,
  depth: number,
): Predicate<T> {
  if (depth > depthLimit) throw new EwsError("ErrorRestrictionTooComplex", "The restriction is too complex.");
  const inner = () => childrenOf(expression).map((one) => compile(one, lookup, timeZone, depth + 1));
  switch (expression.name) {
    case "And": {
      const all = inner();
      return (object) => all.every((fits) => fits(object));
    }
    case "Or": {
      const any = inner();
      return (object) => any.some((fits) => fits(object));
    }
    case "Not": {
      const [fits] = inner();
      if (!fits) throw schemaViolation("The element 'Not' has incomplete content.");
      return (object) => !fits(object);
    }
    case "Exists":
      return compileExists(expression, lookup);
    case "Excludes":
      return compileExcludes(expression, lookup);
    case "Contains":
      return compileContains(expression, lookup);
    default:
      return compileComparison(expression, lookup, timeZone);
  }
}

function searchedValue<T>(expression: XmlElement, lookup: Lookup<T>): (object: T) => Comparable | undefined {
  const element = childrenOf(expression).find(isPath);
  if (!element) throw schemaViolation(`The element '${expression.name}' names no property.`);
  const value = lookup(readPath(element));
  if (value) return value;
  throw new EwsError("ErrorUnsupportedPathForQuery", "The property can not be used with this type of restriction.", {
    values: { FieldURI: element.attributes["FieldURI"] ?? "" },
  });
}

function compileExists<T>(expression: XmlElement, lookup: Lookup<T>): Predicate<T> {
  const value = searchedValue(expression, lookup);
  return (object) => {
    const found = value(object);
    return found !== undefined && !(Array.isArray(found) && found.length === 0);
  };
}

function compileExcludes<T>(expression: XmlElement, lookup: Lookup<T>): Predicate<T> {
  const value = searchedValue(expression, lookup);
  const mask = Number(childOf(expression, "Bitmask")?.attributes["Value"] ?? Number.NaN);
  if (Number.isNaN(mask)) throw schemaViolation("The 'Bitmask' element is invalid.");
  return (object) => {
    const bits = value(object);
    return bits !== undefined && (Number(bits) & mask) === 0;
  };
}

function compileContains<T>(expression: XmlElement, lookup: Lookup<T>): Predicate<T> {
  const value = searchedValue(expression, lookup);
  const wanted = childOf(expression, "Constant")?.attributes["Value"];
  if (wanted === undefined) throw schemaViolation("The element 'Contains' lacks its required child 'Constant'.");
  const comparison = expression.attributes["ContainmentComparison"] ?? "Exact";
  const fold = (text: string) => {
    const plain = /NonSpacing|Loose/.test(comparison) ? text.normalize("NFD").replace(/\p{M}/gu, "") : text;
    return /IgnoreCase|^Loose/.test(comparison) ? plain.toLowerCase() : plain;
  };
  const sought = fold(wanted);
  const fits = contained[expression.attributes["ContainmentMode"] ?? "FullString"];
  if (!fits) throw schemaViolation("The 'ContainmentMode' attribute is invalid.");
  return (object) => {
    const found = value(object);
    const candidates = typeof found === "string" ? [found] : Array.isArray(found) ? found : [];
    return candidates.some((one) => fits(fold(one), sought));
  };
}

const contained: Record<string, (text: string, sought: string) => boolean> = {
  FullString: (text, sought) => text === sought,
  Prefixed: (text, sought) => text.startsWith(sought),
  Substring: (text, sought) => text.includes(sought),
  PrefixOnWords: (text, sought) => words(text).some((word) => word.startsWith(sought)),
  ExactPhrase: (text, sought) => ` ${words(text).join(" ")} `.includes(` ${words(sought).join(" ")} `),
};

function words(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

const comparisons: Record<string, (order: number) => boolean> = {
  IsEqualTo: (order) => order === 0,
  IsNotEqualTo: (order) => order !== 0,
  IsGreaterThan: (order) => order > 0,
  IsGreaterThanOrEqualTo: (order) => order >= 0,
  IsLessThan: (order) => order < 0,
  IsLessThanOrEqualTo: (order) => order <= 0,
};

function compileComparison<T>(expression: XmlElement, lookup: Lookup<T>, timeZone: string | undefined): Predicate<T> {
  const fits = comparisons[expression.name];
  if (!fits) throw schemaViolation(`The element 'Restriction' has invalid child element '${expression.name}'.`);
  const left = searchedValue(expression, lookup);
  const operand = childOf(childOf(expression, "FieldURIOrConstant"));
  if (!operand)
    throw schemaViolation(`The element '${expression.name}' lacks its required child 'FieldURIOrConstant'.`);
  if (isPath(operand)) {
    const right = searchedValue({ ...expression, children: [operand] }, lookup);
    return (object) => {
      const [one, other] = [left(object), right(object)];
      return one !== undefined && other !== undefined && fits(compareValues(one, other));
    };
  }
  const constant = operand.attributes["Value"] ?? "";
  return (object) => {
    const value = left(object);
    if (value === undefined) return false;
    if (Array.isArray(value)) return value.some((one) => fits(compareValues(one, constant)));
    return fits(compareValues(value, constantLike(value, constant, timeZone)));
  };
}

/** The constant as a value of the property's type. */
function constantLike(value: Comparable, constant: string, timeZone: string | undefined): Comparable {
  if (value instanceof Date) return readDate(constant, timeZone);
  if (typeof value === "boolean") return readBoolean(constant);
  if (typeof value !== "number") return constant;
  const number = Number(constant);
  if (!Number.isNaN(number)) return number;
  throw new EwsError("ErrorInvalidValueForProperty", `The value '${constant}' does not fit the property.`);
}

/** Orders two values of one type; texts without regard to case, as the store compares them. */
export function compareValues(one: Comparable, other: Comparable): number {
  if (one instanceof Date && other instanceof Date)
    return Math.floor(one.getTime() / 1000) - Math.floor(other.getTime() / 1000);
  if (typeof one === "number" || typeof one === "boolean") return Number(one) - Number(other);
  const [a, b] = [String(one).toLowerCase(), String(other).toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Values of items by path. */
export const itemLookup: Lookup<Item> = (path) => {
  if (path.by === "extended") {
    return (item) => {
      const value = readExtended(item, path.key);
      return value && typedValue(value);
    };
  }
  if (path.by === "indexed") return indexedLookup(path.uri, path.index);
  return searchable(path.uri);
};

/** Undefined when no kind of item can be searched by the property. */
function searchable(uri: string): ((item: Item) => Comparable | undefined) | undefined {
  if (!propertyOf(uri)?.value) return undefined;
  return (item) => propertyOf(uri, item.kind)?.value?.(item);
}

/** Values of folders by path. */
export function folderLookup(mailbox: Mailbox): Lookup<Folder> {
  return (path) => {
    if (path.by === "extended") {
      return (folder) => {
        const value = readFolderExtended(folder, path.key, mailbox);
        return value && typedValue(value);
      };
    }
    const property = path.by === "field" ? folderProperty(path.uri) : undefined;
    const { value } = property ?? {};
    return value && ((folder) => value(folder, mailbox));
  };
}

function indexedLookup(uri: string, index: string): ((item: Item) => Comparable | undefined) | undefined {
  const slot = index.slice(-1);
  if (uri === "contacts:EmailAddress") return (item) => entry(item.contact?.emails, slot)?.address;
  if (uri === "contacts:ImAddress") return (item) => entry(item.contact?.imAddresses, slot);
  if (uri === "contacts:PhoneNumber") {
    const key = index.slice(0, 1).toLowerCase() + index.slice(1);
    return (item) => entry(item.contact?.phones, key);
  }
  const part = /^contacts:PhysicalAddress:(\w+)$/.exec(uri)?.[1];
  if (!part) return undefined;
  const key = part.slice(0, 1).toLowerCase() + part.slice(1);
  return (item) => entry<string | undefined>({ ...entry(item.contact?.addresses, index.toLowerCase()) }, key);
}

function entry<V>(map: Readonly<Record<string, V>> | undefined, key: string): V | undefined {
  return map?.[key];
}

/** An extended value in the type comparisons need. */
function typedValue({ type, value }: ExtendedValue): Comparable {
  if (typeof value !== "string") return value;
  if (type === "SystemTime" || type === "ApplicationTime") return new Date(value);
  if (type === "Boolean") return value === "true";
  return ["Integer", "Long", "Short", "Double", "Float", "Currency"].includes(type) ? Number(value) : value;
}
