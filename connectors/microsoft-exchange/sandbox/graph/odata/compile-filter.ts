import { badRequest } from "../errors.ts";
import { membersOf, type PropertyType } from "../schema/types.ts";
import type { ComparisonOperator, FilterLiteral, FilterNode } from "./filter-tree.ts";
import { typeOfPath, valueAt } from "./property-path.ts";

/** Gives the value of a top-level property of the entity being tested. */
export type PropertySource = (name: string) => unknown;
/** Whether an entity fits. */
export type Predicate = (source: PropertySource) => boolean;

type Scope = { readonly typeName: string; readonly variable?: string; readonly element?: PropertyType };
type Reader = { readonly type: string; read(source: PropertySource, element: unknown): unknown };
type Test = (source: PropertySource, element: unknown) => boolean;

const PROBLEM = "Invalid filter clause";

/** Makes a predicate of a filter over an entity type; wrong names and types are Graph's BadRequest. */
export function compileFilter(node: FilterNode, typeName: string): Predicate {
  const test = compile(node, { typeName });
  return (source) => test(source, undefined);
}

function compile(node: FilterNode, scope: Scope): Test {
  switch (node.kind) {
    case "and": {
      const [left, right] = [compile(node.left, scope), compile(node.right, scope)];
      return (source, element) => left(source, element) && right(source, element);
    }
    case "or": {
      const [left, right] = [compile(node.left, scope), compile(node.right, scope)];
      return (source, element) => left(source, element) || right(source, element);
    }
    case "not": {
      const operand = compile(node.operand, scope);
      return (source, element) => !operand(source, element);
    }
    case "compare":
      return comparison(node.operator, reader(node.left, scope), reader(node.right, scope), node);
    case "in":
      return membership(node, scope);
    case "any":
    case "all":
      return lambda(node, scope);
    default:
      return truth(reader(node, scope));
  }
}

function truth(operand: Reader): Test {
  if (operand.type !== "boolean") {
    throw badRequest(`${PROBLEM}: The $filter expression must evaluate to a single boolean value.`);
  }
  return (source, element) => operand.read(source, element) === true;
}

function membership(node: FilterNode & { kind: "in" }, scope: Scope): Test {
  const left = reader(node.left, scope);
  const tests = node.values.map((value) => comparison("eq", left, reader(value, scope), node));
  return (source, element) => tests.some((test) => test(source, element));
}

function lambda(node: FilterNode & { kind: "any" | "all" }, scope: Scope): Test {
  const property = typeOfPath(scope.typeName, node.path, PROBLEM);
  if (!property.isCollection) {
    throw badRequest(`${PROBLEM}: '${node.kind}' can only be used on a collection; '${node.path.join("/")}' is none.`);
  }
  const elements = (source: PropertySource): unknown[] => {
    const value = valueAt(source(node.path[0] ?? ""), node.path.slice(1));
    return Array.isArray(value) ? value : [];
  };
  if (node.condition === undefined) return (source) => elements(source).length > 0;
  const inner: Scope = {
    typeName: scope.typeName,
    element: { ...property, isCollection: false },
    ...(node.variable === undefined ? {} : { variable: node.variable }),
  };
  const condition = compile(node.condition, inner);
  if (node.kind === "all") return (source) => elements(source).every((element) => condition(source, element));
  return (source) => elements(source).some((element) => condition(source, element));
}

function reader(node: FilterNode, scope: Scope): Reader {
  if (node.kind === "literal") return { type: node.type, read: () => literalValue(node) };
  if (node.kind === "path") return pathReader(node.segments, scope);
  if (node.kind === "call") return callReader(node, scope);
  const test = compile(node, scope);
  return { type: "boolean", read: test };
}

function pathReader(segments: readonly string[], scope: Scope): Reader {
  if (scope.variable !== undefined && segments[0] === scope.variable && scope.element !== undefined) {
    const rest = segments.slice(1);
    const type = rest.length === 0 ? scope.element.name : typeOfPath(scope.element.name, rest, PROBLEM).name;
    return { type: typeClass(type, segments), read: (_source, element) => valueAt(element, rest) };
  }
  const property = typeOfPath(scope.typeName, segments, PROBLEM);
  const [first = "", ...rest] = segments;
  return { type: typeClass(property.name, segments), read: (source) => valueAt(source(first), rest) };
}

/** Texts named `dateTime` inside a dateTimeTimeZone are times in what they compare. */
function typeClass(name: string, segments: readonly string[]): string {
  if (membersOf(name) !== undefined) return `enum:${name}`;
  return name === "string" && segments.at(-1) === "dateTime" ? "timeText" : name;
}

function callReader(node: FilterNode & { kind: "call" }, scope: Scope): Reader {
  const name = node.name.toLowerCase();
  if (name === "cast") return castReader(node, scope);
  const match = textFunctions[name];
  const [text, wanted] = node.parameters;
  if (match === undefined || text === undefined || wanted === undefined) {
    throw badRequest(`${PROBLEM}: An unknown function with name '${node.name}' was found.`);
  }
  const [left, right] = [reader(text, scope), reader(wanted, scope)];
  if (!isTextual(left.type) || right.type !== "string") {
    throw badRequest(`${PROBLEM}: No function signature for the function with name '${node.name}' matches.`);
  }
  return {
    type: "boolean",
    read: (source, element) => match(folded(left.read(source, element)), folded(right.read(source, element))),
  };
}

const textFunctions: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
  startswith: (text, wanted) => text.startsWith(wanted),
  endswith: (text, wanted) => text.endsWith(wanted),
  contains: (text, wanted) => text.includes(wanted),
};

/** `cast(ep/value, Edm.Int32)`: how numeric extended properties are compared. */
function castReader(node: FilterNode & { kind: "call" }, scope: Scope): Reader {
  const [operand, target] = node.parameters;
  const typeName = target?.kind === "path" ? target.segments.join("/") : "";
  const type = { "Edm.Int32": "int", "Edm.Int64": "int", "Edm.Double": "double" }[typeName];
  if (operand === undefined || type === undefined) {
    throw badRequest(`${PROBLEM}: cast to '${typeName}' is not supported.`);
  }
  const inner = reader(operand, scope);
  return {
    type,
    read: (source, element) => {
      const value = inner.read(source, element);
      return value === null || value === undefined ? value : Number(value);
    },
  };
}

function comparison(operator: ComparisonOperator, left: Reader, right: Reader, node: FilterNode): Test {
  const kind = commonKind(left.type, right.type) ?? commonKind(right.type, left.type);
  if (kind === undefined) {
    const types = `'${edm(left.type)}' and '${edm(right.type)}'`;
    const shownOperator = node.kind === "in" ? "In" : operatorNames[operator];
    throw badRequest(
      `${PROBLEM}: A binary operator with incompatible types was detected. Found operand types ${types} for operator kind '${shownOperator}'.`,
    );
  }
  checkEnumLiteral(left, right);
  checkEnumLiteral(right, left);
  return (source, element) =>
    compareValues(
      operator,
      comparable(kind, left.read(source, element)),
      comparable(kind, right.read(source, element)),
    );
}

/** In which way values of these two types compare, if they do. */
function commonKind(one: string, other: string): "text" | "number" | "boolean" | "time" | "null" | undefined {
  if (one === "null" || other === "null") return "text";
  const literalText = other === "string" || other === "enum";
  if (one.startsWith("enum:")) return literalText || other === one ? "text" : undefined;
  if (one === "timeText") return other === "string" || other === "timeText" ? "time" : undefined;
  if (one === "dateTime" || one === "date") return other === "dateTime" || other === "date" ? "time" : undefined;
  if (one === "int" || one === "double") return ["number", "int", "double"].includes(other) ? "number" : undefined;
  if (one === "number") return other === "number" ? "number" : undefined;
  if (one === "boolean") return other === "boolean" ? "boolean" : undefined;
  if (one === "string" || one === "binary") return other === "string" || other === "binary" ? "text" : undefined;
  return undefined;
}

function checkEnumLiteral(property: Reader, literal: Reader): void {
  if (!property.type.startsWith("enum:") || (literal.type !== "string" && literal.type !== "enum")) return;
  const name = property.type.slice("enum:".length);
  const value = String(literal.read(() => undefined, undefined));
  if (membersOf(name)?.some((member) => member.toLowerCase() === value.toLowerCase())) return;
  throw badRequest(`${PROBLEM}: The string '${value}' is not a valid enumeration type constant.`);
}

function comparable(kind: "text" | "number" | "boolean" | "time" | "null", value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (kind === "time") return timeOf(String(value));
  if (kind === "text") return typeof value === "string" ? folded(value) : value;
  return value;
}

/** Texts without a zone are in UTC, as `start/dateTime` is unless a zone was preferred. */
function timeOf(text: string): number {
  const hasZone = /Z$|[+-]\d\d:\d\d$/i.test(text);
  const cut = text.replace(/(\.\d{3})\d+/, "$1");
  return Date.parse(hasZone || !cut.includes("T") ? cut : `${cut}Z`);
}

function compareValues(operator: ComparisonOperator, left: unknown, right: unknown): boolean {
  if (operator === "eq") return left === right;
  if (operator === "ne") return left !== right;
  if (left === null || right === null) return false;
  const [a, b] = [left as number | string, right as number | string];
  if (operator === "gt") return a > b;
  if (operator === "ge") return a >= b;
  return operator === "lt" ? a < b : a <= b;
}

/** The store compares text without regard to case. */
export function folded(value: unknown): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}

function isTextual(type: string): boolean {
  return type === "string" || type === "timeText" || type === "binary";
}

function literalValue(node: FilterLiteral): unknown {
  return node.value;
}

const operatorNames: Readonly<Record<ComparisonOperator, string>> = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
};

function edm(type: string): string {
  if (type.startsWith("enum:")) return `microsoft.graph.${type.slice("enum:".length)}`;
  const names: Readonly<Record<string, string>> = {
    string: "Edm.String",
    timeText: "Edm.String",
    enum: "Edm.String",
    number: "Edm.Int32",
    int: "Edm.Int32",
    double: "Edm.Double",
    boolean: "Edm.Boolean",
    dateTime: "Edm.DateTimeOffset",
    date: "Edm.Date",
    guid: "Edm.Guid",
  };
  return names[type] ?? `microsoft.graph.${type}`;
}
