import { bodyRefused } from "../errors.ts";
import { isKindOf, membersOf, type PropertyType, requireType, type TypeInfo, typeNamed } from "./types.ts";

/** A JSON object as it came. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Types that stand for several; the value must name its own by `@odata.type`. */
const abstractTypes: Readonly<Record<string, readonly string[]>> = {
  attachment: ["fileAttachment", "itemAttachment", "referenceAttachment"],
  attachmentBase: ["taskFileAttachment"],
  outlookItem: ["message", "event", "contact"],
  extension: ["openTypeExtension"],
};

/** Members besides those of a type, by name: named by the service's documents, not by its metadata. */
const openTypes: ReadonlySet<string> = new Set(["openTypeExtension", "user", "group"]);

/** Checks that a value is an object of this type: no unknown members, right types all the way down. */
export function checkEntity(typeName: string, value: unknown): JsonObject {
  const object = asObject(value);
  const type = actualType(typeName, object);
  for (const [name, member] of Object.entries(object)) checkMember(type, name, member);
  return object;
}

/** Checks the body of an action: named parameters of given types, either case of the first letter. */
export function checkParameters(parameters: Readonly<Record<string, string>>, value: unknown): JsonObject {
  const object = asObject(value);
  const result: Record<string, unknown> = {};
  for (const [given, member] of Object.entries(object)) {
    const name = Object.keys(parameters).find((one) => one.toLowerCase() === given.toLowerCase());
    if (name === undefined) {
      throw bodyRefused(`The parameter '${given}' in the request payload is not a valid parameter for the operation.`);
    }
    checkValue(name, parameterType(parameters[name] ?? "any?"), member);
    result[name] = member;
  }
  return result;
}

/** The JSON object in a body. */
export function asObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bodyRefused(
      "A node of type 'PrimitiveValue' or 'StartArray' was read from the JSON reader when trying to read the start of an entry. A 'StartObject' node was expected.",
    );
  }
  return value as JsonObject;
}

function parameterType(text: string): PropertyType {
  return {
    name: text.replace(/\?$|\[\]$/, ""),
    isCollection: text.endsWith("[]"),
    isNullable: text.endsWith("?"),
    isNavigation: false,
  };
}

function actualType(typeName: string, object: JsonObject): TypeInfo {
  const given = object["@odata.type"];
  const name = typeof given === "string" ? given.replace(/^#?microsoft\.graph\./, "") : undefined;
  const choices = abstractTypes[typeName];
  if (choices !== undefined && name === undefined) {
    throw bodyRefused(
      `A type named 'microsoft.graph.${typeName}' is abstract; the '@odata.type' annotation must name a derived type.`,
    );
  }
  if (name === undefined) return requireType(typeName);
  const fits = choices?.some((choice) => isKindOf(name, choice)) ?? isKindOf(name, typeName);
  const type = typeNamed(name);
  if (type !== undefined && fits) return type;
  throw bodyRefused(
    `A type named '${String(given)}' could not be resolved by the model, or it is not compatible with '${typeName}'.`,
  );
}

function checkMember(type: TypeInfo, name: string, value: unknown): void {
  if (name.includes("@odata.") || name.startsWith("@")) return;
  const property = type.properties.get(name);
  if (property !== undefined) {
    checkValue(name, property, value);
    return;
  }
  if (openTypes.has(type.name)) return;
  throw bodyRefused(
    `The property '${name}' does not exist on type 'microsoft.graph.${type.name}'. Make sure to only use property names that are defined by the type or mark the type as open type.`,
  );
}

function checkValue(name: string, type: PropertyType, value: unknown): void {
  if (type.isCollection) {
    if (!Array.isArray(value)) {
      throw bodyRefused(
        `The property '${name}' is a collection: an unexpected '${nodeType(value)}' node was found when reading from the JSON reader. A 'StartArray' node was expected.`,
      );
    }
    for (const one of value) checkSingle(name, { ...type, isNullable: false }, one);
    return;
  }
  checkSingle(name, type, value);
}

function checkSingle(name: string, type: PropertyType, value: unknown): void {
  if (value === null) {
    if (type.isNullable) return;
    throw bodyRefused(
      `A null value was found for the property named '${name}', which has the expected type '${edmName(type.name)}[Nullable=False]'. The expected type does not allow null values.`,
    );
  }
  const members = membersOf(type.name);
  if (members !== undefined) {
    checkEnum(name, type.name, members, value);
    return;
  }
  const check = primitives[type.name];
  if (check === undefined) {
    checkEntity(type.name, value);
    return;
  }
  if (!check(value)) {
    throw bodyRefused(`Cannot convert the literal '${shown(value)}' to the expected type '${edmName(type.name)}'.`);
  }
}

/** The service takes enumeration members in any case. */
function checkEnum(name: string, typeName: string, members: readonly string[], value: unknown): void {
  const isMember = typeof value === "string" && members.some((one) => one.toLowerCase() === value.toLowerCase());
  if (isMember) return;
  throw bodyRefused(
    `Requested value '${shown(value)}' was not found. The property '${name}' is of the enumeration type 'microsoft.graph.${typeName}'.`,
  );
}

const isText = (value: unknown): value is string => typeof value === "string";
const matches =
  (pattern: RegExp) =>
  (value: unknown): boolean =>
    isText(value) && pattern.test(value);

const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  boolean: (value) => typeof value === "boolean",
  int: (value) => Number.isInteger(value),
  double: (value) => typeof value === "number",
  dateTime: (value) =>
    matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)$/i)(value) &&
    !Number.isNaN(Date.parse(String(value))),
  date: matches(/^\d{4}-\d\d-\d\d$/),
  time: matches(/^\d\d:\d\d(:\d\d(\.\d{1,12})?)?$/),
  duration: matches(/^-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/),
  binary: matches(/^[A-Za-z0-9+/_-]*={0,2}$/),
  any: () => true,
};

const edmNames: Readonly<Record<string, string>> = {
  string: "Edm.String",
  boolean: "Edm.Boolean",
  int: "Edm.Int32",
  double: "Edm.Double",
  dateTime: "Edm.DateTimeOffset",
  date: "Edm.Date",
  time: "Edm.TimeOfDay",
  duration: "Edm.Duration",
  binary: "Edm.Binary",
};

function edmName(name: string): string {
  return edmNames[name] ?? `microsoft.graph.${name}`;
}

function nodeType(value: unknown): string {
  return typeof value === "object" && value !== null ? "StartObject" : "PrimitiveValue";
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
