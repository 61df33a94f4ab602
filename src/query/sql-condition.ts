import type { A_Expr, BoolExpr, BooleanTest, Node, NullTest } from "libpg-query";
import type { Operator } from "#spi";
import type { NamedComparison, NamedCondition, ValueAt } from "./query.ts";
import {
  columnName,
  isValue,
  notOffered,
  placeOf,
  readValue,
  type SqlText,
  subqueryLink,
  tokenAt,
  wrongNode,
} from "./sql-nodes.ts";

const comparisons: Readonly<Record<string, Operator>> = {
  "=": "=",
  "<>": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};
const mirrored: Partial<Readonly<Record<Operator, Operator>>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** Reads the expression of a WHERE clause. */
export function readCondition(sql: SqlText, node: Node, qualifiers: ReadonlySet<string>): NamedCondition {
  if ("BoolExpr" in node) return readJunction(sql, node.BoolExpr, qualifiers);
  if ("A_Expr" in node) return readOperator(sql, node, node.A_Expr, qualifiers);
  if ("NullTest" in node) return readNullTest(sql, node, node.NullTest, qualifiers);
  if ("BooleanTest" in node) return readBooleanTest(sql, node, node.BooleanTest, qualifiers);
  if ("SubLink" in node) throw subqueryLink(sql, node);
  if ("FuncCall" in node) throw notOffered(sql, node, "Functions are");
  if ("CaseExpr" in node) throw notOffered(sql, node, "CASE is");
  if ("ColumnRef" in node) {
    const { name } = columnName(sql, node, qualifiers);
    throw wrongNode(sql, node, `A comparison stands here, such as ${name} = true.`);
  }
  throw wrongNode(sql, node, "A comparison of a column with a value stands here.");
}

function readJunction(sql: SqlText, { boolop, args = [] }: BoolExpr, qualifiers: ReadonlySet<string>): NamedCondition {
  const parts = args.map((part) => readCondition(sql, part, qualifiers));
  if (boolop === "NOT_EXPR") return { not: parts[0]! };
  return boolop === "AND_EXPR" ? { and: parts } : { or: parts };
}

function readOperator(sql: SqlText, node: Node, expression: A_Expr, qualifiers: ReadonlySet<string>): NamedCondition {
  const { kind, lexpr, rexpr } = expression;
  if (lexpr === undefined || rexpr === undefined) throw notOffered(sql, node, "Expressions as conditions are");
  const comparison = (operator: Operator, values: readonly ValueAt[], column = lexpr): NamedComparison => ({
    column: columnName(sql, column, qualifiers),
    operator,
    values,
    at: placeOf(sql, node),
  });
  const symbol = operatorName(expression);
  switch (kind) {
    case "AEXPR_LIKE":
      return comparison(symbol === "~~" ? "LIKE" : "NOT LIKE", [pattern(sql, rexpr)]);
    case "AEXPR_IN":
      return comparison(symbol === "=" ? "IN" : "NOT IN", readList(sql, rexpr));
    case "AEXPR_BETWEEN":
      return comparison("BETWEEN", readList(sql, rexpr));
    case "AEXPR_NOT_BETWEEN":
      return { not: comparison("BETWEEN", readList(sql, rexpr)) };
  }
  const operator = kind === "AEXPR_OP" && Object.hasOwn(comparisons, symbol) ? comparisons[symbol]! : undefined;
  if (operator === undefined) {
    throw notOffered(sql, node, `The operator ${tokenAt(sql, expression.location).value.toUpperCase()} is`);
  }
  if (!isValue(sql, lexpr)) return comparison(operator, [readValue(sql, rexpr)]);
  if (isValue(sql, rexpr)) throw notOffered(sql, node, "A comparison of two values, without a column, is");
  return comparison(mirrored[operator] ?? operator, [readValue(sql, lexpr)], rexpr);
}

function operatorName({ name = [] }: A_Expr): string {
  const last = name.at(-1);
  return last !== undefined && "String" in last ? (last.String.sval ?? "") : "";
}

function readList(sql: SqlText, node: Node): readonly ValueAt[] {
  const items = "List" in node ? (node.List.items ?? []) : [node];
  return items.map((item) => readValue(sql, item));
}

/** The pattern, with another escape character rewritten to `\`. */
function pattern(sql: SqlText, node: Node): ValueAt {
  const [given, escaping] = escapeArguments(node) ?? [];
  if (given === undefined || escaping === undefined) return readValue(sql, node);
  const written = readValue(sql, given);
  const character = readValue(sql, escaping).value;
  if (typeof character !== "string" || [...character].length !== 1) {
    throw wrongNode(sql, escaping, "ESCAPE takes one character.");
  }
  if (character === "\\" || typeof written.value !== "string") return written;
  return { ...written, value: rewriteEscape(written.value, character) };
}

/** PostgreSQL's parser makes a call of `x ESCAPE y`. Functions called in the text have placeholders for names. */
function escapeArguments(node: Node): readonly Node[] | undefined {
  const { funcname, args } = "FuncCall" in node ? node.FuncCall : {};
  const name = funcname?.at(-1);
  return name !== undefined && "String" in name && name.String.sval === "like_escape" ? args : undefined;
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

function readNullTest(
  sql: SqlText,
  node: Node,
  { arg, nulltesttype }: NullTest,
  qualifiers: ReadonlySet<string>,
): NamedComparison {
  const operator = nulltesttype === "IS_NULL" ? "IS NULL" : "IS NOT NULL";
  return { column: columnName(sql, arg!, qualifiers), operator, values: [], at: placeOf(sql, node) };
}

function readBooleanTest(
  sql: SqlText,
  node: Node,
  { arg, booltesttype }: BooleanTest,
  qualifiers: ReadonlySet<string>,
): NamedComparison {
  if (booltesttype !== "IS_TRUE" && booltesttype !== "IS_FALSE") {
    throw notOffered(sql, node, "IS NOT other than IS NOT NULL is");
  }
  const at = placeOf(sql, node);
  const values = [{ value: booltesttype === "IS_TRUE", at }];
  return { column: columnName(sql, arg!, qualifiers), operator: "=", values, at };
}
