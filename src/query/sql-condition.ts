import type { Operator } from "#spi";
import type { NamedComparison, NamedCondition, ValueAt } from "./query.ts";
import {
  type BetweenExpr,
  type BinaryExpr,
  columnName,
  comparisons,
  type Node,
  notOffered,
  operatorText,
  placeOf,
  readValue,
  type SqlText,
  wrongNode,
} from "./sql-nodes.ts";

const mirrored: Partial<Readonly<Record<Operator, Operator>>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };
const literals = new Set(["string_literal", "number_literal", "boolean_literal", "null_literal", "parameter"]);

/** Reads the expression of a WHERE clause. */
export function readCondition(sql: SqlText, node: Node, qualifiers: ReadonlySet<string>): NamedCondition {
  switch (node.type) {
    case "paren_expr":
      return readCondition(sql, node.expr, qualifiers);
    case "binary_expr":
      return readBinary(sql, node as BinaryExpr, qualifiers);
    case "between_expr":
      return readBetween(sql, node, qualifiers);
    case "prefix_op_expr":
      if (operatorText(node.operator) === "NOT") return { not: readCondition(sql, node.expr, qualifiers) };
      if (operatorText(node.operator) === "EXISTS") throw notOffered(sql, node, "Subqueries are");
      break;
    case "postfix_op_expr":
      return readPostfix(sql, node, qualifiers);
    case "identifier":
      throw wrongNode(sql, node, `A comparison stands here, such as ${node.name} = true.`);
    case "func_call":
      throw notOffered(sql, node, "Functions are");
  }
  throw wrongNode(sql, node, "A comparison of a column with a value stands here.");
}

function readBinary(sql: SqlText, node: BinaryExpr, qualifiers: ReadonlySet<string>): NamedCondition {
  const operator = operatorText(node.operator);
  if (operator === "AND" || operator === "OR") {
    const parts = chain(node, operator).map((part) => readCondition(sql, part, qualifiers));
    return operator === "AND" ? { and: parts } : { or: parts };
  }
  if (operator in comparisons) return readComparison(sql, node, comparisons[operator]!, qualifiers);
  if (operator === "LIKE" || operator === "NOT LIKE") {
    return comparison(sql, node, operator, [pattern(sql, node.right)], qualifiers);
  }
  if (operator === "IN" || operator === "NOT IN") {
    return comparison(sql, node, operator, listOf(sql, node.right), qualifiers);
  }
  if (operator === "IS" || operator === "IS NOT") return readIs(sql, node, operator, qualifiers);
  throw notOffered(sql, node, `The operator ${operator} is`);
}

/** `a AND b AND c` is nested to the left; it is read in a loop, so that long chains cost no stack. */
function chain(node: BinaryExpr, operator: string): readonly Node[] {
  const parts: Node[] = [];
  let rest: Node = node;
  while (rest.type === "binary_expr" && operatorText(rest.operator) === operator) {
    parts.push(rest.right);
    rest = rest.left;
  }
  return [...parts, rest].reverse();
}

function comparison(
  sql: SqlText,
  node: BinaryExpr,
  operator: Operator,
  values: readonly ValueAt[],
  qualifiers: ReadonlySet<string>,
): NamedComparison {
  return { column: columnName(sql, node.left, qualifiers), operator, values, at: placeOf(sql, node) };
}

function readComparison(
  sql: SqlText,
  node: BinaryExpr,
  operator: Operator,
  qualifiers: ReadonlySet<string>,
): NamedComparison {
  if (!literals.has(node.left.type)) return comparison(sql, node, operator, [readValue(sql, node.right)], qualifiers);
  if (literals.has(node.right.type)) throw notOffered(sql, node, "A comparison of two values, without a column, is");
  const turned = { ...node, left: node.right, right: node.left };
  return comparison(sql, turned, mirrored[operator] ?? operator, [readValue(sql, node.left)], qualifiers);
}

function readIs(
  sql: SqlText,
  node: BinaryExpr,
  operator: "IS" | "IS NOT",
  qualifiers: ReadonlySet<string>,
): NamedComparison {
  const isNot = operator === "IS NOT";
  if (node.right.type === "null_literal") {
    return comparison(sql, node, isNot ? "IS NOT NULL" : "IS NULL", [], qualifiers);
  }
  if (node.right.type === "boolean_literal" && !isNot) {
    return comparison(sql, node, "=", [readValue(sql, node.right)], qualifiers);
  }
  throw notOffered(sql, node, `${operator} other than ${operator} NULL is`);
}

/** The pattern, with another escape character rewritten to `\`. */
function pattern(sql: SqlText, node: Node): ValueAt {
  if (node.type !== "binary_expr" || operatorText(node.operator) !== "ESCAPE") return readValue(sql, node);
  const given = readValue(sql, node.left);
  const escaping = readValue(sql, node.right).value;
  if (typeof escaping !== "string" || [...escaping].length !== 1) {
    throw wrongNode(sql, node.right, "ESCAPE takes one character.");
  }
  if (escaping === "\\" || typeof given.value !== "string") return given;
  return { ...given, value: rewriteEscape(given.value, escaping) };
}

function rewriteEscape(text: string, escaping: string): string {
  let rewritten = "";
  const characters = [...text];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i]!;
    if (character === escaping) {
      const next = characters[++i] ?? "";
      rewritten += next === "%" || next === "_" || next === "\\" ? `\\${next}` : next;
    } else rewritten += character === "\\" ? "\\\\" : character;
  }
  return rewritten;
}

function listOf(sql: SqlText, node: Node): readonly ValueAt[] {
  if (node.type !== "paren_expr") throw wrongNode(sql, node, "A list of values in parentheses stands here.");
  if (node.expr.type === "list_expr") return node.expr.items.map((item: Node) => readValue(sql, item));
  return [readValue(sql, node.expr)];
}

function readBetween(sql: SqlText, node: BetweenExpr, qualifiers: ReadonlySet<string>): NamedCondition {
  const word = operatorText(node.betweenKw);
  const between: NamedComparison = {
    column: columnName(sql, node.left, qualifiers),
    operator: "BETWEEN",
    values: [readValue(sql, node.begin), readValue(sql, node.end)],
    at: placeOf(sql, node),
  };
  if (word === "BETWEEN") return between;
  if (word === "NOT BETWEEN") return { not: between };
  throw notOffered(sql, node, `${word} is`);
}

function readPostfix(
  sql: SqlText,
  node: Extract<Node, { type: "postfix_op_expr" }>,
  qualifiers: ReadonlySet<string>,
): NamedCondition {
  const operator = operatorText(node.operator);
  const isNull = operator === "ISNULL";
  if (!isNull && operator !== "NOTNULL" && operator !== "NOT NULL") throw notOffered(sql, node, `${operator} is`);
  return {
    column: columnName(sql, node.expr, qualifiers),
    operator: isNull ? "IS NULL" : "IS NOT NULL",
    values: [],
    at: placeOf(sql, node),
  };
}
