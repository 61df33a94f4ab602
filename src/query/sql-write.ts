import type { DeleteStmt, InsertStmt, UpdateStmt } from "sql-parser-cst";
import { readCondition } from "./sql-condition.ts";
import { columnName, type Node, notOffered, readValue, type SqlText, wrongNode } from "./sql-nodes.ts";
import { readTable, refuseClauses, type SqlTable } from "./sql-select.ts";
import type { Cell, StatementOf } from "./sql-statement.ts";

const clauseOf = <T extends Node["type"]>(clauses: readonly Node[], type: T) =>
  clauses.find((clause): clause is Extract<Node, { type: T }> => clause.type === type);

/** Reads INSERT INTO t (columns) VALUES (...), (...). */
export function readInsert(sql: SqlText, statement: InsertStmt): StatementOf<"create"> {
  const clauses: readonly Node[] = statement.clauses;
  const source = clauses.find(({ type }) => type === "select_stmt" || type === "default_values");
  if (source !== undefined) throw notOffered(sql, source, "INSERT without VALUES is");
  refuseClauses(sql, clauses, ["insert_clause", "values_clause"]);
  const into = clauseOf(clauses, "insert_clause")!;
  if (into.orAction !== undefined) throw notOffered(sql, into.orAction, "INSERT OR is");
  const table = readTable(sql, into.table);
  if (into.columns === undefined)
    throw wrongNode(sql, into, "INSERT names its columns: INSERT INTO Table (Column, ...) VALUES (...).");
  const names = (into.columns.expr.items as readonly Node[]).map((node) => columnName(sql, node, table.qualifiers));
  const values = clauseOf(clauses, "values_clause");
  if (values === undefined) throw wrongNode(sql, statement, "INSERT needs VALUES.");
  const rows = (values.values.items as readonly Node[]).map((row) => {
    const items: readonly Node[] = row.type === "paren_expr" && row.expr.type === "list_expr" ? row.expr.items : [];
    if (items.length !== names.length) {
      throw wrongNode(sql, row, `This row has ${items.length} values for ${names.length} columns.`);
    }
    return items.map((node, index): Cell => ({ name: names[index]!, value: readValue(sql, node) }));
  });
  return { kind: "create", table: table.name, rows };
}

/** Reads UPDATE t SET column = value, ... WHERE .... */
export function readUpdate(sql: SqlText, statement: UpdateStmt): StatementOf<"update"> {
  const clauses: readonly Node[] = statement.clauses;
  refuseClauses(sql, clauses, ["update_clause", "set_clause", "where_clause"]);
  const update = clauseOf(clauses, "update_clause")!;
  if (update.orAction !== undefined) throw notOffered(sql, update.orAction, "UPDATE OR is");
  const table = oneTable(sql, update, update.tables.items);
  const assignments = (clauseOf(clauses, "set_clause")?.assignments.items ?? []).map((node): Cell => {
    if (node.type !== "column_assignment") throw wrongNode(sql, node, "An assignment stands here: Column = value.");
    return { name: columnName(sql, node.column, table.qualifiers), value: readValue(sql, node.expr) };
  });
  return { kind: "update", table: table.name, assignments, ...readWhere(sql, clauses, table) };
}

/** Reads DELETE FROM t WHERE .... */
export function readDelete(sql: SqlText, statement: DeleteStmt): StatementOf<"delete"> {
  const clauses: readonly Node[] = statement.clauses;
  refuseClauses(sql, clauses, ["delete_clause", "where_clause"]);
  const clause = clauseOf(clauses, "delete_clause")!;
  const table = oneTable(sql, clause, clause.tables.items);
  return { kind: "delete", table: table.name, ...readWhere(sql, clauses, table) };
}

function oneTable(sql: SqlText, clause: Node, tables: readonly Node[]): SqlTable {
  if (tables.length !== 1) throw notOffered(sql, clause, "Several tables are");
  return readTable(sql, tables[0]!);
}

function readWhere(sql: SqlText, clauses: readonly Node[], table: SqlTable) {
  const clause = clauseOf(clauses, "where_clause");
  return clause === undefined ? {} : { where: readCondition(sql, clause.expr, table.qualifiers) };
}
