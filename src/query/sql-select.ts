import type { LimitClause, SelectClause, SelectStmt, SortSpecification } from "sql-parser-cst";
import type { NameAt, NamedSortKey, Query } from "./query.ts";
import { readCondition } from "./sql-condition.ts";
import {
  columnName,
  entityPath,
  type Node,
  notOffered,
  operatorText,
  placeOf,
  readValue,
  type SqlText,
  wrongNode,
} from "./sql-nodes.ts";

/** The table of a statement, and what its columns may be qualified with (all in lower case). */
export interface SqlTable {
  readonly name: NameAt;
  readonly qualifiers: ReadonlySet<string>;
}

const clauseNames: Readonly<Record<string, string>> = {
  with_clause: "WITH is",
  group_by_clause: "GROUP BY is",
  having_clause: "HAVING is",
  window_clause: "WINDOW is",
  returning_clause: "RETURNING is",
  upsert_clause: "ON CONFLICT is",
};

/** Refuses clauses that are read nowhere. */
export function refuseClauses(sql: SqlText, clauses: readonly Node[], known: readonly string[]): void {
  for (const clause of clauses) {
    if (known.includes(clause.type)) continue;
    throw notOffered(sql, clause, clauseNames[clause.type] ?? "This clause is");
  }
}

/** Reads `Table`, `Schema.Table` or either with an alias. */
export function readTable(sql: SqlText, node: Node): SqlTable {
  if (node.type === "join_expr") throw notOffered(sql, node, "Joins and several tables are");
  if (node.type === "paren_expr") throw notOffered(sql, node, "Subqueries are");
  if (node.type === "alias") {
    const { name } = readTable(sql, node.expr);
    return { name, qualifiers: new Set([node.alias.name.toLowerCase()]) };
  }
  if (node.type !== "identifier" && node.type !== "member_expr")
    throw wrongNode(sql, node, "The name of a table stands here.");
  const path = entityPath(sql, node);
  if (path.length > 2) throw wrongNode(sql, node, "A table is named Table or Schema.Table.");
  const name = path.join(".");
  const qualifiers = new Set([name.toLowerCase(), path.at(-1)!.toLowerCase()]);
  return { name: { name, at: placeOf(sql, node) }, qualifiers };
}

/** Reads a SELECT statement. */
export function readSelect(sql: SqlText, statement: SelectStmt, top: number | undefined): Query {
  const clauses: readonly Node[] = statement.clauses;
  refuseClauses(sql, clauses, ["select_clause", "from_clause", "where_clause", "order_by_clause", "limit_clause"]);
  const find = <T extends Node["type"]>(type: T) =>
    clauses.find((clause): clause is Extract<Node, { type: T }> => clause.type === type);
  const from = find("from_clause");
  if (from === undefined) throw wrongNode(sql, statement, "SELECT needs FROM and a table.");
  const table = readTable(sql, from.expr);
  const where = find("where_clause");
  const order = find("order_by_clause");
  return {
    table: table.name,
    ...readColumns(sql, find("select_clause")!, table),
    ...(where === undefined ? {} : { where: readCondition(sql, where.expr, table.qualifiers) }),
    orderBy: order === undefined ? [] : order.specifications.items.map((item) => readSortKey(sql, item, table)),
    ...readLimit(sql, find("limit_clause"), top),
  };
}

function readColumns(sql: SqlText, clause: SelectClause, table: SqlTable): Pick<Query, "columns"> {
  for (const modifier of clause.modifiers) {
    if (modifier.type !== "select_all") throw notOffered(sql, modifier, "SELECT DISTINCT is");
  }
  const items: readonly Node[] = clause.columns?.items ?? [];
  const isAll = (node: Node): boolean =>
    node.type === "all_columns" || (node.type === "member_expr" && node.property.type === "all_columns");
  const all = items.find(isAll);
  if (all !== undefined && items.length > 1) throw notOffered(sql, all, "* beside other columns is");
  if (all?.type === "member_expr")
    columnName(
      sql,
      { ...all, property: { ...all.property, type: "identifier", name: "*", text: "*" } },
      table.qualifiers,
    );
  if (all !== undefined) return {};
  return { columns: items.map((node) => readColumn(sql, node, table)) };
}

function readColumn(sql: SqlText, node: Node, table: SqlTable): NameAt {
  if (node.type === "empty") throw wrongNode(sql, node, "The name of a column is missing here.");
  if (node.type !== "alias") return columnName(sql, node, table.qualifiers);
  columnName(sql, node.expr, table.qualifiers);
  throw notOffered(sql, node, "Renaming columns with AS is");
}

function readSortKey(sql: SqlText, node: Node, table: SqlTable): NamedSortKey {
  if (node.type !== "sort_specification") return { column: columnName(sql, node, table.qualifiers), direction: "asc" };
  const { expr, direction, nullHandlingKw } = node as SortSpecification;
  const isDescending = direction?.type === "sort_direction_desc";
  const nulls = nullHandlingKw === undefined ? "" : operatorText(nullHandlingKw);
  // NULL is the smallest value: first in ascending order, last in descending order.
  if (nulls !== "" && nulls !== (isDescending ? "NULLS LAST" : "NULLS FIRST")) {
    throw notOffered(sql, node, `${nulls} with this direction is`);
  }
  if (expr.type === "number_literal") throw notOffered(sql, expr, "ORDER BY a column's number is");
  return { column: columnName(sql, expr, table.qualifiers), direction: isDescending ? "desc" : "asc" };
}

function readLimit(
  sql: SqlText,
  clause: LimitClause | undefined,
  top: number | undefined,
): Pick<Query, "limit" | "offset"> {
  if (clause === undefined) return top === undefined ? {} : { limit: top };
  if (top !== undefined) throw wrongNode(sql, clause, "TOP and LIMIT exclude each other.");
  const limit = clause.count === undefined ? undefined : rowCount(sql, clause.count);
  const offset = clause.offset === undefined ? undefined : rowCount(sql, clause.offset);
  return { ...(limit === undefined ? {} : { limit }), ...(offset === undefined ? {} : { offset }) };
}

function rowCount(sql: SqlText, node: Node): number {
  const { value } = readValue(sql, node);
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw wrongNode(sql, node, "A number of rows stands here: 0 or a positive whole number.");
  }
  return value;
}
