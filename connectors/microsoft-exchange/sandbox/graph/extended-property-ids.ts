import {
  type ExtendedKey,
  type ExtendedProperties,
  type ExtendedValue,
  extendedKeyText,
  setExtended,
} from "../mailboxes/index.ts";
import { GraphError } from "./errors.ts";
import type { FilterNode } from "./odata/filter-tree.ts";

/** Types of legacy extended properties as Graph spells them, and as EWS (and the mailboxes) do. */
const types: readonly (readonly [graph: string, stored: string])[] = [
  ["String", "String"],
  ["Integer", "Integer"],
  ["Long", "Long"],
  ["Short", "Short"],
  ["Boolean", "Boolean"],
  ["Double", "Double"],
  ["Float", "Float"],
  ["Currency", "Currency"],
  ["SystemTime", "SystemTime"],
  ["ApplicationTime", "ApplicationTime"],
  ["CLSID", "CLSID"],
  ["Guid", "CLSID"],
  ["Binary", "Binary"],
  ["Error", "Error"],
];

/** The id of an extended property taken apart. */
export type ExtendedId = { readonly key: ExtendedKey; readonly type: string; readonly isArray: boolean };

/** Reads `String {guid} Name color`, `Integer {guid} Id 0x8233` or `Binary 0x1234`. */
export function readExtendedId(text: string): ExtendedId {
  const match =
    /^(\w+?)(Array)?\s+(?:\{([0-9a-f-]{36})\}\s+(?:Name\s+(.+)|Id\s+(0x[0-9a-f]+|\d+))|(0x[0-9a-f]+))$/is.exec(
      text.trim(),
    );
  const type = types.find(([name]) => name.toLowerCase() === match?.[1]?.toLowerCase())?.[1];
  if (!match || type === undefined) throw invalidId(text);
  return { key: keyOf(match), type, isArray: match[2] !== undefined };
}

/** An id as the service spells it back. */
export function printExtendedId(value: ExtendedValue): string {
  const { key } = value;
  if (key.by === "tag") return `${value.type} 0x${key.tag.toString(16)}`;
  const set = `{${key.set.toLowerCase()}}`;
  return key.by === "id" ? `${value.type} ${set} Id 0x${key.id.toString(16)}` : `${value.type} ${set} Name ${key.name}`;
}

/** All properties with one value, or all with several. */
export function printExtended(properties: ExtendedProperties, isMultiple: boolean): { id: string; value: unknown }[] {
  return [...properties.values()]
    .filter((one) => Array.isArray(one.value) === isMultiple)
    .map((one) => ({ id: printExtendedId(one), value: one.value }));
}

/** The properties an `$expand` names by its filter (`id eq '...' or id eq '...'`). */
export function expandExtended(
  properties: ExtendedProperties,
  filter: FilterNode | undefined,
  isMultiple: boolean,
): { id: string; value: unknown }[] | undefined {
  if (filter === undefined) {
    throw new GraphError(
      400,
      "ErrorInvalidRequest",
      "The $expand of extended properties needs a $filter that names them by id.",
    );
  }
  const keys = namedIds(filter).map((id) => extendedKeyText(readExtendedId(id).key));
  const found = keys.flatMap((key) => {
    const value = properties.get(key);
    return value !== undefined && Array.isArray(value.value) === isMultiple ? [value] : [];
  });
  return found.length === 0 ? undefined : found.map((one) => ({ id: printExtendedId(one), value: one.value }));
}

/** Stores what a body gives as single- or multi-value extended properties; null removes one. */
export function writeExtended(properties: ExtendedProperties, list: unknown): void {
  for (const one of Array.isArray(list) ? list : []) {
    const { id, value } = one as { id?: unknown; value?: unknown };
    const { key, type, isArray } = readExtendedId(String(id ?? ""));
    if (value === null || value === undefined) {
      properties.delete(extendedKeyText(key));
      continue;
    }
    const values = Array.isArray(value)
      ? value.map((text) => checked(type, String(text)))
      : checked(type, String(value));
    setExtended(properties, { key, type: isArray ? `${type}Array` : type, value: values });
  }
}

/**
 * Makes ids in a filter comparable: the service knows a property however its number or GUID is spelt, so
 * `ep/id eq 'Integer 0x0E08'` must meet `Integer 0xe08`.
 */
export function withCanonicalIds(node: FilterNode): FilterNode {
  switch (node.kind) {
    case "and":
    case "or":
      return { ...node, left: withCanonicalIds(node.left), right: withCanonicalIds(node.right) };
    case "not":
      return { ...node, operand: withCanonicalIds(node.operand) };
    case "any":
    case "all":
      return node.condition === undefined ? node : { ...node, condition: withCanonicalIds(node.condition) };
    case "compare": {
      const isId = node.left.kind === "path" && node.left.segments.at(-1) === "id" && node.left.segments.length === 2;
      if (!isId || node.right.kind !== "literal" || typeof node.right.value !== "string") return node;
      const { key, type, isArray } = readExtendedId(node.right.value);
      const value = printExtendedId({ key, type: isArray ? `${type}Array` : type, value: "" });
      return { ...node, right: { kind: "literal", type: "string", value } };
    }
    default:
      return node;
  }
}

function namedIds(node: FilterNode): string[] {
  if (node.kind === "or") return [...namedIds(node.left), ...namedIds(node.right)];
  const isId =
    node.kind === "compare" &&
    node.operator === "eq" &&
    node.left.kind === "path" &&
    node.left.segments.join("/") === "id";
  if (isId && node.right.kind === "literal" && node.right.type === "string") return [node.right.value];
  throw new GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.");
}

function keyOf(match: RegExpExecArray): ExtendedKey {
  const [, , , set, name, id, tag] = match;
  if (tag !== undefined) return { by: "tag", tag: Number(tag) };
  if (name !== undefined) return { by: "name", set: (set ?? "").toLowerCase(), name };
  return { by: "id", set: (set ?? "").toLowerCase(), id: Number(id) };
}

const forms: Readonly<Record<string, RegExp>> = {
  Integer: /^-?\d+$/,
  Long: /^-?\d+$/,
  Short: /^-?\d+$/,
  Boolean: /^(true|false)$/i,
  Double: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i,
  Float: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i,
  Binary: /^[A-Za-z0-9+/]*={0,2}$/,
};

function checked(type: string, value: string): string {
  if (forms[type] === undefined || forms[type].test(value)) return type === "Boolean" ? value.toLowerCase() : value;
  throw new GraphError(
    400,
    "ErrorInvalidExtendedPropertyValue",
    `The value '${value}' is not valid for an extended property of the type ${type}.`,
  );
}

function invalidId(text: string): GraphError {
  return new GraphError(400, "ErrorInvalidProperty", `The extended property id '${text}' is not valid.`);
}
