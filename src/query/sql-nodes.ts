import type { BetweenExpr, BinaryExpr, Expr, Keyword, Node } from "sql-parser-cst";
import { type ConnectorError, type Operator, unsupported, type Value } from "#spi";
import type { NameAt, Place, ValueAt } from "./query.ts";
import type { ParameterValues } from "./sql-parameters.ts";
import { placeIn, sqlError } from "./sql-tokens.ts";

/** What readers of the syntax tree need beside the node. */
export interface SqlText {
  readonly text: string;
  /** Offsets at which lines start. */
  readonly lineStarts: readonly number[];
  readonly parameters: ParameterValues;
}

export const offsetOf = (node: Node): number => node.range?.[0] ?? 0;
export const placeOf = (sql: SqlText, node: Node): Place => placeIn(sql.lineStarts, offsetOf(node));
export const wrongNode = (sql: SqlText, node: Node, detail: string): ConnectorError =>
  sqlError(sql.text, offsetOf(node), detail);

/** UNSUPPORTED with the place: the SQL is understood, but not offered yet. */
export function notOffered(sql: SqlText, node: Node, what: string): ConnectorError {
  return notOfferedAt(sql.text, offsetOf(node), what);
}

export function notOfferedAt(text: string, offset: number, what: string): ConnectorError {
  return sqlError(text, offset, `${what} not supported yet.`, unsupported("").code);
}

/** `a`, `t.a` or `"a"` as a name; the qualifier, if there is one, must be one of the table's. */
export function columnName(sql: SqlText, node: Node, qualifiers: ReadonlySet<string>): NameAt {
  if (node.type === "identifier") return { name: node.name, at: placeOf(sql, node) };
  if (node.type !== "member_expr" || node.property.type !== "identifier") throw notAColumn(sql, node);
  const qualifier = entityPath(sql, node.object)
    .map((part) => part.toLowerCase())
    .join(".");
  if (!qualifiers.has(qualifier)) throw wrongNode(sql, node, `"${qualifier}" is not the table of this statement.`);
  return { name: node.property.name, at: placeOf(sql, node) };
}

function notAColumn(sql: SqlText, node: Node): ConnectorError {
  if (node.type === "func_call") return notOffered(sql, node, "Functions and aggregates such as COUNT or LOWER are");
  if (node.type === "case_expr") return notOffered(sql, node, "CASE is");
  if (node.type === "string_literal")
    return wrongNode(sql, node, 'A column name stands here; names take "double quotes" or [brackets].');
  return notOffered(sql, node, "Expressions in place of a column are");
}

/** The parts of `a.b.c`. */
export function entityPath(sql: SqlText, node: Node): readonly string[] {
  if (node.type === "identifier") return [node.name];
  if (node.type === "member_expr" && node.property.type === "identifier") {
    return [...entityPath(sql, node.object), node.property.name];
  }
  throw wrongNode(sql, node, "A name stands here.");
}

/** A literal, signed number or parameter. */
export function readValue(sql: SqlText, node: Node): ValueAt {
  const at = placeOf(sql, node);
  switch (node.type) {
    case "string_literal":
    case "number_literal":
    case "boolean_literal":
    case "null_literal":
      return { value: node.value, at };
    case "blob_literal":
      return { value: Buffer.from(node.value as readonly number[]).toString("base64"), at };
    case "date_literal":
    case "datetime_literal":
    case "timestamp_literal":
      return { value: node.string.value as Value, at };
    case "parameter":
      return sql.parameters.at(offsetOf(node));
    case "paren_expr":
      return readValue(sql, node.expr);
    case "prefix_op_expr":
      return signed(sql, node, at);
    default:
      throw notAValue(sql, node);
  }
}

function signed(sql: SqlText, node: Extract<Expr, { type: "prefix_op_expr" }>, at: Place): ValueAt {
  const inner = node.operator === "-" || node.operator === "+" ? readValue(sql, node.expr).value : undefined;
  if (typeof inner !== "number") throw notAValue(sql, node);
  return { value: node.operator === "-" ? -inner : inner, at };
}

function notAValue(sql: SqlText, node: Node): ConnectorError {
  if (node.type === "identifier") {
    return wrongNode(
      sql,
      node,
      `A value stands here; text takes 'single quotes'. Comparing two columns is not supported.`,
    );
  }
  if (node.type === "select_stmt" || node.type === "compound_select_stmt")
    return notOffered(sql, node, "Subqueries are");
  if (node.type === "func_call") return notOffered(sql, node, "Functions are");
  return notOffered(sql, node, "Expressions in place of a value are");
}

/** Keyword operators as their words joined by blanks. */
export function operatorText(operator: unknown): string {
  if (typeof operator === "string") return operator;
  const keywords = (Array.isArray(operator) ? operator : [operator]) as readonly Keyword[];
  return keywords.map((keyword) => keyword.name ?? "").join(" ");
}

export const comparisons: Readonly<Record<string, Operator>> = {
  "=": "=",
  "==": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

export type { BetweenExpr, BinaryExpr, Node };
