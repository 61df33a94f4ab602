import { type Activity, mistaken } from "#spi";
import { mistakeAt } from "./query.ts";
import { readExecute, valueParameters } from "./sql-execute.ts";
import { checkNesting } from "./sql-nesting.ts";
import type { SqlText } from "./sql-nodes.ts";
import { type ParameterValues, pairParameters, type SqlParameters } from "./sql-parameters.ts";
import { readSelect } from "./sql-select.ts";
import { spell } from "./sql-spelling.ts";
import type { Statement, StatementOf } from "./sql-statement.ts";
import { isSymbol, isWord, lineStartsOf, notOfferedAt, placeAt, sqlError, type Token, tokenize } from "./sql-tokens.ts";
import { columnMissing, parseTree } from "./sql-tree.ts";
import { readDelete, readInsert, readUpdate } from "./sql-write.ts";

const activityOf: Readonly<Record<string, Activity>> = {
  SELECT: "query",
  INSERT: "create",
  UPDATE: "update",
  DELETE: "delete",
  EXECUTE: "execute",
  EXEC: "execute",
  CALL: "execute",
};

/**
 * Reads the SQL text of one activity. Throws INVALID_QUERY with line and column for what is not understood, UNSUPPORTED
 * for SQL that is not offered, and names the right activity for a statement of another one.
 */
export async function parseSql<A extends Activity>(
  text: string,
  parameters: SqlParameters | undefined,
  activity: A,
): Promise<StatementOf<A>> {
  const tokens = tokenize(text);
  checkActivity(text, tokens[0], activity);
  const isExecute = activity === "execute";
  const valued = isExecute ? valueParameters(tokens) : tokens.filter(({ kind }) => kind === "parameter");
  const values = pairParameters(text, valued, parameters);
  const statement = isExecute ? readExecute(text, tokens, values) : await readStatement(text, tokens, values);
  return statement as StatementOf<A>;
}

function checkActivity(text: string, first: Token | undefined, activity: Activity): void {
  if (first === undefined) throw sqlError(text, 0, "There is no statement.");
  const keyword = first.value.toUpperCase();
  if (isWord(first, "WITH")) throw notOfferedAt(text, first.start, "WITH is");
  const found = first.kind === "word" ? activityOf[keyword] : undefined;
  if (found === activity) return;
  if (found === undefined)
    throw sqlError(text, first.start, "A statement is SELECT, INSERT, UPDATE, DELETE or EXECUTE.");
  throw sqlError(text, first.start, `${keyword} belongs to the activity ${found}: POST it to .../${found}.`);
}

/** The tokens of `TOP n` or `TOP (n)` behind SELECT; none where TOP is a column. */
function topOf(tokens: readonly Token[]): readonly Token[] {
  if (!isWord(tokens[1], "TOP")) return [];
  const isCount = (token: Token | undefined) => token?.kind === "number" || token?.kind === "parameter";
  if (isCount(tokens[2])) return tokens.slice(1, 3);
  const isEnclosed = isSymbol(tokens[2], "(") && isCount(tokens[3]) && isSymbol(tokens[4], ")");
  return isEnclosed ? tokens.slice(1, 5) : [];
}

function topCount(text: string, tokens: readonly Token[], values: ParameterValues): number | undefined {
  const token = topOf(tokens).find(({ kind }) => kind === "number" || kind === "parameter");
  if (token === undefined) return undefined;
  const value = token.kind === "number" ? Number(token.value) : values.at(token.start).value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw mistaken([mistakeAt(placeAt(text, token.start), "INVALID_QUERY", "TOP takes a number of rows.")]);
}

const clauseWords = ["FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "INTO", "UNION"];

/** The tokens of the one statement, without `TOP n`, which the parser does not know, and without semicolons. */
function statementTokens(text: string, tokens: readonly Token[]): readonly Token[] {
  const end = tokens.findIndex((token) => isSymbol(token, ";"));
  const after = end === -1 ? undefined : tokens.slice(end).find((token) => !isSymbol(token, ";"));
  if (after !== undefined) throw sqlError(text, after.start, "One statement only: nothing stands after it.");
  const top = topOf(tokens);
  const statement = tokens.slice(0, end === -1 ? undefined : end).filter((token) => !top.includes(token));
  // PostgreSQL takes SELECT without any column, so it would find fault with the second FROM of "SELECT From FROM t".
  const first = statement[1];
  if (isWord(statement[0], "SELECT") && clauseWords.some((word) => isWord(first, word))) {
    throw columnMissing(text, first!);
  }
  return statement;
}

async function readStatement(text: string, all: readonly Token[], parameters: ParameterValues): Promise<Statement> {
  const tokens = statementTokens(text, all);
  checkNesting(text, tokens);
  const spelling = spell(text, tokens);
  const node = await parseTree(text, tokens, spelling);
  const sql: SqlText = { text, lineStarts: lineStartsOf(text), tokens, spelling, parameters };
  if ("SelectStmt" in node) {
    return { kind: "query", query: readSelect(sql, node.SelectStmt, topCount(text, all, parameters)) };
  }
  if ("InsertStmt" in node) return readInsert(sql, node.InsertStmt);
  if ("UpdateStmt" in node) return readUpdate(sql, node.UpdateStmt);
  if ("DeleteStmt" in node) return readDelete(sql, node.DeleteStmt);
  throw sqlError(text, 0, "A statement is SELECT, INSERT, UPDATE, DELETE or EXECUTE.");
}
