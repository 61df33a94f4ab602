import type { DeleteStmt, InsertStmt, Node, RangeVar, UpdateStmt } from "libpg-query";
import type { NameAt, NamedCondition } from "./query.ts";
import { readCondition } from "./sql-condition.ts";
import { notOffered, qualifiedName, readValue, type SqlText, wrongNode } from "./sql-nodes.ts";
import { readTable, refuseClauses, type SqlTable } from "./sql-select.ts";
import type { Cell, StatementOf } from "./sql-statement.ts";
import { notOfferedAt, sqlError } from "./sql-tokens.ts";

/** Reads INSERT INTO t (columns) VALUES (...), (...). */
export function readInsert(sql: SqlText, statement: InsertStmt): StatementOf<"create"> {
  const rows = readRows(sql, statement);
  refuseClauses(sql, statement, ["relation", "cols", "selectStmt"]);
  const table = tableOf(sql, statement.relation);
  if (statement.cols === undefined) {
    const detail = "INSERT names its columns: INSERT INTO Table (Column, ...) VALUES (...).";
    throw sqlError(sql.text, sql.tokens[0]!.start, detail);
  }
  const names = statement.cols.map((node) => targetName(sql, node, table));
  return { kind: "create", table: table.name, rows: rows.map((row) => readRow(sql, row, names)) };
}

/** The rows behind VALUES. */
function readRows(sql: SqlText, { selectStmt }: InsertStmt): readonly Node[] {
  const select = selectStmt !== undefined && "SelectStmt" in selectStmt ? selectStmt.SelectStmt : undefined;
  if (select?.valuesLists === undefined) {
    const source = sql.spelling.keyword("SELECT") ?? sql.spelling.keyword("DEFAULT") ?? sql.tokens[0]!;
    throw notOfferedAt(sql.text, source.start, "INSERT without VALUES is");
  }
  refuseClauses(sql, select, ["valuesLists"]);
  return select.valuesLists;
}

function readRow(sql: SqlText, row: Node, names: readonly NameAt[]): readonly Cell[] {
  const items = "List" in row ? (row.List.items ?? []) : [];
  if (items.length !== names.length) {
    throw wrongNode(sql, row, `This row has ${items.length} values for ${names.length} columns.`);
  }
  return items.map((node, index) => ({ name: names[index]!, value: readValue(sql, node) }));
}

/** Reads UPDATE t SET column = value, ... WHERE .... */
export function readUpdate(sql: SqlText, statement: UpdateStmt): StatementOf<"update"> {
  refuseClauses(sql, statement, ["relation", "targetList", "whereClause"]);
  const table = tableOf(sql, statement.relation);
  const assignments = (statement.targetList ?? []).map((node): Cell => {
    const { val } = "ResTarget" in node ? node.ResTarget : {};
    if (val === undefined) throw wrongNode(sql, node, "An assignment stands here: Column = value.");
    if ("MultiAssignRef" in val) throw notOffered(sql, node, "Assigning several columns at once is");
    return { name: targetName(sql, node, table), value: readValue(sql, val) };
  });
  return { kind: "update", table: table.name, assignments, ...readWhere(sql, statement.whereClause, table) };
}

/** Reads DELETE FROM t WHERE .... */
export function readDelete(sql: SqlText, statement: DeleteStmt): StatementOf<"delete"> {
  refuseClauses(sql, statement, ["relation", "whereClause"]);
  const table = tableOf(sql, statement.relation);
  return { kind: "delete", table: table.name, ...readWhere(sql, statement.whereClause, table) };
}

const tableOf = (sql: SqlText, relation: RangeVar | undefined): SqlTable => readTable(sql, relation!);

/** The column written to; the tree holds the first part of `t.a` apart from the others. */
function targetName(sql: SqlText, node: Node, table: SqlTable): NameAt {
  const { name = "", indirection = [] } = "ResTarget" in node ? node.ResTarget : {};
  return qualifiedName(sql, node, [{ String: { sval: name } }, ...indirection], table.qualifiers);
}

function readWhere(sql: SqlText, node: Node | undefined, table: SqlTable): { where?: NamedCondition } {
  return node === undefined ? {} : { where: readCondition(sql, node, table.qualifiers) };
}
