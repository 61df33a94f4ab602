import type { Node, RangeVar, SelectStmt } from "libpg-query";
import type { NameAt, NamedSortKey, Query } from "./query.ts";
import { readCondition } from "./sql-condition.ts";
import {
  checkQualifier,
  columnName,
  notOffered,
  placeOf,
  readValue,
  type SqlText,
  subquery,
  tokenAt,
  wrongNode,
} from "./sql-nodes.ts";
import { isSymbol, notOfferedAt, sqlError } from "./sql-tokens.ts";
import { columnMissing } from "./sql-tree.ts";

/** The table of a statement, and what its columns may be qualified with (all in lower case). */
export interface SqlTable {
  readonly name: NameAt;
  readonly qualifiers: ReadonlySet<string>;
}

/** Parts of the tree that are read nowhere: the word they begin with, and what is said of them. */
const clauseNames: Readonly<Record<string, readonly [keyword: string, what: string]>> = {
  distinctClause: ["DISTINCT", "SELECT DISTINCT is"],
  intoClause: ["INTO", "SELECT INTO is"],
  groupClause: ["GROUP", "GROUP BY is"],
  havingClause: ["HAVING", "HAVING is"],
  windowClause: ["WINDOW", "WINDOW is"],
  returningClause: ["RETURNING", "RETURNING is"],
  fromClause: ["FROM", "FROM in this statement is"],
  usingClause: ["USING", "USING is"],
  sortClause: ["ORDER", "ORDER BY in this statement is"],
  limitCount: ["LIMIT", "LIMIT in this statement is"],
  limitOffset: ["OFFSET", "OFFSET in this statement is"],
};
/** Parts that PostgreSQL's parser fills in by itself. */
const always = ["op", "limitOption", "override"];

/** Refuses clauses that are read nowhere. */
export function refuseClauses(sql: SqlText, statement: object, known: readonly string[]): void {
  for (const clause of Object.keys(statement)) {
    if (known.includes(clause) || always.includes(clause)) continue;
    const [keyword, what] = clauseNames[clause] ?? ["", "This clause is"];
    throw notOfferedAt(sql.text, (sql.spelling.keyword(keyword) ?? sql.tokens[0]!).start, what);
  }
}

/** Reads `Table`, `Schema.Table` or either with an alias. */
export function readTable(sql: SqlText, range: RangeVar): SqlTable {
  const { catalogname, schemaname, relname, alias } = range;
  if (catalogname !== undefined) throw wrongNode(sql, range, "A table is named Table or Schema.Table.");
  if (alias?.colnames !== undefined) throw notOffered(sql, range, "Renaming the columns of a table is");
  const path = [schemaname, relname].filter((part) => part !== undefined).map(sql.spelling.nameOf);
  refuseStar(sql, range, path.length);
  const name = path.join(".");
  const qualifiers = alias === undefined ? [name, path.at(-1)!] : [sql.spelling.nameOf(alias.aliasname ?? "")];
  return {
    name: { name, at: placeOf(sql, range) },
    qualifiers: new Set(qualifiers.map((one) => one.toLowerCase())),
  };
}

/** PostgreSQL takes `FROM t *`, with no meaning here. */
function refuseStar(sql: SqlText, range: RangeVar, parts: number): void {
  const after = sql.tokens[sql.tokens.indexOf(tokenAt(sql, range.location)) + 2 * parts - 1];
  if (after !== undefined && isSymbol(after, "*")) throw sqlError(sql.text, after.start, "No * stands after a table.");
}

function readFrom(sql: SqlText, statement: SelectStmt): SqlTable {
  const [from, ...more] = statement.fromClause ?? [];
  if (from === undefined) throw sqlError(sql.text, sql.tokens[0]!.start, "SELECT needs FROM and a table.");
  if (more.length > 0 || "JoinExpr" in from) throw notOffered(sql, from, "Joins and several tables are");
  if ("RangeSubselect" in from) throw subquery(sql, from, 0);
  if ("RangeVar" in from) return readTable(sql, from.RangeVar);
  throw notOffered(sql, from, "Functions in place of a table are");
}

/** Reads a SELECT statement. */
export function readSelect(sql: SqlText, statement: SelectStmt, top: number | undefined): Query {
  if (statement.op !== "SETOP_NONE") {
    throw notOfferedAt(sql.text, sql.tokens[0]!.start, "UNION, EXCEPT and INTERSECT are");
  }
  const clauses = ["targetList", "fromClause", "whereClause", "sortClause", "limitCount", "limitOffset"];
  refuseClauses(sql, statement, clauses);
  const table = readFrom(sql, statement);
  const { whereClause, sortClause = [] } = statement;
  return {
    table: table.name,
    ...readColumns(sql, statement.targetList ?? [], table),
    ...(whereClause === undefined ? {} : { where: readCondition(sql, whereClause, table.qualifiers) }),
    orderBy: sortClause.map((node) => readSortKey(sql, node, table)),
    ...readLimit(sql, statement, top),
  };
}

function readColumns(sql: SqlText, targets: readonly Node[], table: SqlTable): Pick<Query, "columns"> {
  const from = sql.spelling.keyword("FROM");
  if (targets.length === 0 && from !== undefined) throw columnMissing(sql.text, from);
  const all = targets.find((node) => pathOfAll(sql, node) !== undefined);
  if (all === undefined) return { columns: targets.map((node) => readColumn(sql, node, table)) };
  if (targets.length > 1) throw notOffered(sql, all, "* beside other columns is");
  checkQualifier(sql, all, pathOfAll(sql, all) ?? [], table.qualifiers);
  return {};
}

/** What stands before `*`; undefined for anything but `*`. */
function pathOfAll(sql: SqlText, node: Node): readonly string[] | undefined {
  const value = "ResTarget" in node ? node.ResTarget.val : undefined;
  const fields = value !== undefined && "ColumnRef" in value ? (value.ColumnRef.fields ?? []) : [];
  const last = fields.at(-1);
  if (last === undefined || !("A_Star" in last)) return undefined;
  return fields.flatMap((field) => ("String" in field ? [sql.spelling.nameOf(field.String.sval ?? "")] : []));
}

function readColumn(sql: SqlText, node: Node, table: SqlTable): NameAt {
  const { val, name } = "ResTarget" in node ? node.ResTarget : {};
  if (val === undefined) throw wrongNode(sql, node, "The name of a column stands here.");
  const column = columnName(sql, val, table.qualifiers);
  if (name !== undefined) throw notOffered(sql, node, "Renaming columns with AS is");
  return column;
}

function readSortKey(sql: SqlText, node: Node, table: SqlTable): NamedSortKey {
  const { node: key, sortby_dir, sortby_nulls } = "SortBy" in node ? node.SortBy : {};
  if (key === undefined) throw wrongNode(sql, node, "The name of a column stands here.");
  if (sortby_dir === "SORTBY_USING") throw notOffered(sql, node, "ORDER BY with USING is");
  const isDescending = sortby_dir === "SORTBY_DESC";
  // NULL is the smallest value: first in ascending order, last in descending order.
  if (sortby_nulls === (isDescending ? "SORTBY_NULLS_FIRST" : "SORTBY_NULLS_LAST")) {
    throw notOffered(sql, node, `NULLS ${isDescending ? "FIRST" : "LAST"} with this direction is`);
  }
  if ("ParamRef" in key && tokenAt(sql, key.ParamRef.location).kind === "number") {
    throw notOffered(sql, node, "ORDER BY a column's number is");
  }
  return { column: columnName(sql, key, table.qualifiers), direction: isDescending ? "desc" : "asc" };
}

function readLimit(sql: SqlText, statement: SelectStmt, top: number | undefined): Pick<Query, "limit" | "offset"> {
  const word = sql.spelling.keyword("LIMIT");
  if (top !== undefined && word !== undefined) {
    throw sqlError(sql.text, word.start, "TOP and LIMIT exclude each other.");
  }
  const { limitCount, limitOffset } = statement;
  const limit = limitCount === undefined ? top : rowCount(sql, limitCount);
  const offset = limitOffset === undefined ? undefined : rowCount(sql, limitOffset);
  return { ...(limit === undefined ? {} : { limit }), ...(offset === undefined ? {} : { offset }) };
}

function rowCount(sql: SqlText, node: Node): number {
  const { value } = readValue(sql, node);
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw wrongNode(sql, node, "A number of rows stands here: 0 or a positive whole number.");
  }
  return value;
}
