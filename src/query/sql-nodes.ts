import type { A_Const, A_Expr, Node } from "libpg-query";
import type { ConnectorError } from "#spi";
import type { NameAt, Place, ValueAt } from "./query.ts";
import type { ParameterValues } from "./sql-parameters.ts";
import type { Spelling } from "./sql-spelling.ts";
import { isSymbol, notOfferedAt, notUnderstood, placeIn, sqlError, type Token } from "./sql-tokens.ts";

/** What readers of the syntax tree need beside the node. */
export interface SqlText {
  readonly text: string;
  /** Offsets at which lines start. */
  readonly lineStarts: readonly number[];
  readonly tokens: readonly Token[];
  readonly spelling: Spelling;
  readonly parameters: ParameterValues;
}

/** The least location in a tree: PostgreSQL gives an operator's own place, not that of its left side. */
function leastLocation(tree: unknown): number {
  if (typeof tree !== "object" || tree === null) return Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const [key, value] of Object.entries(tree)) {
    const isLocation = key === "location" && typeof value === "number" && value >= 0;
    least = Math.min(least, isLocation ? value : leastLocation(value));
  }
  return least;
}

/** The token at a location of the tree. */
export const tokenAt = (sql: SqlText, location: number | undefined): Token =>
  sql.spelling.tokenAt(location ?? 0) ?? sql.tokens[0]!;
/** The first token of a node. */
export const firstToken = (sql: SqlText, node: object): Token => tokenAt(sql, leastLocation(node));
export const placeOf = (sql: SqlText, node: object): Place => placeIn(sql.lineStarts, firstToken(sql, node).start);
export const wrongNode = (sql: SqlText, node: object, detail: string): ConnectorError =>
  sqlError(sql.text, firstToken(sql, node).start, detail);

/** UNSUPPORTED with the place: the SQL is understood, but not offered yet. */
export const notOffered = (sql: SqlText, node: object, what: string): ConnectorError =>
  notOfferedAt(sql.text, firstToken(sql, node).start, what);

/** UNSUPPORTED for a SELECT in parentheses, at the parenthesis or behind it. */
export function subquery(sql: SqlText, node: object, behind: 0 | 1): ConnectorError {
  const inner = firstToken(sql, node).start;
  const open = sql.tokens.findLastIndex((token) => token.start < inner && isSymbol(token, "("));
  return notOfferedAt(sql.text, (sql.tokens[open + behind] ?? sql.tokens[0]!).start, "Subqueries are");
}

/** UNSUPPORTED for EXISTS (SELECT ...), IN (SELECT ...) and (SELECT ...). */
export function subqueryLink(sql: SqlText, node: Extract<Node, { SubLink: unknown }>): ConnectorError {
  const { subLinkType, subselect } = node.SubLink;
  if (subLinkType === "EXISTS_SUBLINK") return notOffered(sql, node, "Subqueries are");
  return subquery(sql, subselect ?? node, 1);
}

/** `a`, `t.a` or `"a"` as a name; the qualifier, if there is one, must be one of the table's. */
export function columnName(sql: SqlText, node: Node, qualifiers: ReadonlySet<string>): NameAt {
  if (!("ColumnRef" in node)) throw notAColumn(sql, node);
  return qualifiedName(sql, node, node.ColumnRef.fields ?? [], qualifiers);
}

/** The last part of a path as a name. */
export function qualifiedName(
  sql: SqlText,
  node: object,
  fields: readonly Node[],
  qualifiers: ReadonlySet<string>,
): NameAt {
  const path = fields.map((field) => {
    if ("String" in field) return sql.spelling.nameOf(field.String.sval ?? "");
    throw wrongNode(sql, node, "The name of a column stands here.");
  });
  checkQualifier(sql, node, path.slice(0, -1), qualifiers);
  return { name: path.at(-1)!, at: placeOf(sql, node) };
}

/** Throws INVALID_QUERY unless what stands before a column is the table of the statement. */
export function checkQualifier(
  sql: SqlText,
  node: object,
  path: readonly string[],
  qualifiers: ReadonlySet<string>,
): void {
  const qualifier = path.join(".");
  if (path.length === 0 || qualifiers.has(qualifier.toLowerCase())) return;
  throw wrongNode(sql, node, `"${qualifier}" is not the table of this statement.`);
}

function notAColumn(sql: SqlText, node: Node): ConnectorError {
  if ("FuncCall" in node) return notOffered(sql, node, "Functions and aggregates such as COUNT or LOWER are");
  if ("CaseExpr" in node) return notOffered(sql, node, "CASE is");
  if ("SubLink" in node) return subqueryLink(sql, node);
  if ("A_Const" in node && tokenAt(sql, node.A_Const.location).kind === "string")
    return wrongNode(sql, node, 'A column name stands here; names take "double quotes" or [brackets].');
  return misplacedConstant(sql, node) ?? notOffered(sql, node, "Expressions in place of a column are");
}

/** A literal, signed number or parameter. */
export function readValue(sql: SqlText, node: Node): ValueAt {
  if ("A_Const" in node) return literal(sql, node, node.A_Const);
  if ("ParamRef" in node) return numbered(sql, tokenAt(sql, node.ParamRef.location));
  if ("A_Expr" in node && node.A_Expr.lexpr === undefined) return signed(sql, node, node.A_Expr);
  const time = timeLiteral(sql, node);
  if (time !== undefined) return { value: time.value, at: placeOf(sql, node) };
  throw notAValue(sql, node);
}

/** A number or parameter. */
function numbered(sql: SqlText, { kind, value, start }: Token): ValueAt {
  if (kind === "parameter") return sql.parameters.at(start);
  return { value: Number(value), at: placeIn(sql.lineStarts, start) };
}

/** Text or a word for a value. */
function literal(sql: SqlText, node: Node, { location }: A_Const): ValueAt {
  const { kind, value, start } = tokenAt(sql, location);
  // A constant behind a minus sign has the place of the sign.
  if (kind === "symbol") throw notOffered(sql, node, "Expressions in place of a value are");
  const at = placeIn(sql.lineStarts, start);
  if (kind === "string") return { value, at };
  const word = value.toUpperCase();
  return { value: word === "TRUE" ? true : word === "FALSE" ? false : null, at };
}

function signed(sql: SqlText, node: Node, { rexpr }: A_Expr): ValueAt {
  const sign = firstToken(sql, node).value;
  const inner = (sign === "-" || sign === "+") && rexpr !== undefined ? readValue(sql, rexpr).value : undefined;
  if (typeof inner !== "number") throw notAValue(sql, node);
  return { value: sign === "-" ? -inner : inner, at: placeOf(sql, node) };
}

/** The constant in `a 'x'`, which is one of the type a to PostgreSQL. A CAST stands before both. */
function typedConstant(sql: SqlText, node: Node): Token | undefined {
  if (!("TypeCast" in node)) return undefined;
  const { arg, typeName } = node.TypeCast;
  if (arg === undefined || !("A_Const" in arg)) return undefined;
  const isAdjoined = tokenAt(sql, typeName?.location) === firstToken(sql, node);
  return isAdjoined ? tokenAt(sql, arg.A_Const.location) : undefined;
}

/** The text of DATE '2026-01-01' and the like. */
function timeLiteral(sql: SqlText, node: Node): Token | undefined {
  const constant = typedConstant(sql, node);
  if (constant === undefined) return undefined;
  const type = firstToken(sql, node).value.toUpperCase();
  return type === "DATE" || type === "DATETIME" || type === "TIMESTAMP" ? constant : undefined;
}

function misplacedConstant(sql: SqlText, node: Node): ConnectorError | undefined {
  const constant = typedConstant(sql, node);
  return constant === undefined ? undefined : notUnderstood(sql.text, constant);
}

/** Whether a node is a literal, signed number or parameter. */
export function isValue(sql: SqlText, node: Node): boolean {
  if ("A_Expr" in node) return node.A_Expr.lexpr === undefined;
  return "A_Const" in node || "ParamRef" in node || timeLiteral(sql, node) !== undefined;
}

function notAValue(sql: SqlText, node: Node): ConnectorError {
  if ("ColumnRef" in node) {
    const detail = "A value stands here; text takes 'single quotes'. Comparing two columns is not supported.";
    return wrongNode(sql, node, detail);
  }
  if ("SubLink" in node) return subqueryLink(sql, node);
  if ("FuncCall" in node) return notOffered(sql, node, "Functions are");
  return misplacedConstant(sql, node) ?? notOffered(sql, node, "Expressions in place of a value are");
}
