import type { Program, Statement as SqlStatement } from "sql-parser-cst";
import { type Activity, type ConnectorError, mistaken } from "#spi";
import { mistakeAt } from "./query.ts";
import { readExecute, valueParameters } from "./sql-execute.ts";
import { notOffered, notOfferedAt, type SqlText, wrongNode } from "./sql-nodes.ts";
import { type ParameterValues, pairParameters, type SqlParameters } from "./sql-parameters.ts";
import { readSelect } from "./sql-select.ts";
import type { StatementOf } from "./sql-statement.ts";
import { isSymbol, isWord, lineStartsOf, placeAt, sqlError, type Token, tokenize } from "./sql-tokens.ts";
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
  const statement = isExecute
    ? readExecute(text, tokens, values)
    : readStatement(await parseTree(text, tokens), text, tokens, values);
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

/** The library is large (90 ms and 27 MB to load), so it is loaded with the first statement. */
const library = () => import("sql-parser-cst/lib/parser.js");

async function parseTree(text: string, tokens: readonly Token[]): Promise<Program> {
  const { parse, PeggySyntaxError } = await library();
  try {
    return parse(withoutTop(text, tokens), {
      dialect: "sqlite",
      includeRange: true,
      paramTypes: ["?", ":name", "@name"],
    }) as Program;
  } catch (error) {
    if (error instanceof PeggySyntaxError) throw syntaxError(text, tokens, error.location.start.offset);
    throw error;
  }
}

function syntaxError(text: string, tokens: readonly Token[], offset: number): ConnectorError {
  const token =
    tokens.find(({ start, end }) => start <= offset && offset < end) ?? tokens.find(({ start }) => start >= offset);
  if (token === undefined) return sqlError(text, text.length, "The statement ends too early.");
  const hint = token.kind === "word" ? " Names that are also SQL words are put in [brackets]." : "";
  return sqlError(
    text,
    token.start,
    `This is not understood at "${text.slice(token.start, token.end).slice(0, 40)}".${hint}`,
  );
}

/** The tokens of `TOP n` or `TOP (n)` behind SELECT; none where TOP is a column. */
function topOf(tokens: readonly Token[]): readonly Token[] {
  if (!isWord(tokens[1], "TOP")) return [];
  const isCount = (token: Token | undefined) => token?.kind === "number" || token?.kind === "parameter";
  if (isCount(tokens[2])) return tokens.slice(1, 3);
  const isEnclosed = isSymbol(tokens[2], "(") && isCount(tokens[3]) && isSymbol(tokens[4], ")");
  return isEnclosed ? tokens.slice(1, 5) : [];
}

/** The text with `TOP n` blanked, for the library does not know it; all offsets stay. */
function withoutTop(text: string, tokens: readonly Token[]): string {
  const top = topOf(tokens);
  if (top.length === 0) return text;
  const [start, end] = [top[0]!.start, top.at(-1)!.end];
  return text.slice(0, start) + " ".repeat(end - start) + text.slice(end);
}

function topCount(text: string, tokens: readonly Token[], values: ParameterValues): number | undefined {
  const token = topOf(tokens).find(({ kind }) => kind === "number" || kind === "parameter");
  if (token === undefined) return undefined;
  const value = token.kind === "number" ? Number(token.value) : values.at(token.start).value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw mistaken([mistakeAt(placeAt(text, token.start), "INVALID_QUERY", "TOP takes a number of rows.")]);
}

function readStatement(program: Program, text: string, tokens: readonly Token[], parameters: ParameterValues) {
  const sql: SqlText = { text, lineStarts: lineStartsOf(text), parameters };
  const [statement, ...more] = (program.statements as readonly SqlStatement[]).filter(({ type }) => type !== "empty");
  if (more[0] !== undefined) throw wrongNode(sql, more[0], "One statement only: nothing stands after it.");
  switch (statement?.type) {
    case "select_stmt":
      return { kind: "query", query: readSelect(sql, statement, topCount(text, tokens, parameters)) } as const;
    case "compound_select_stmt":
      throw notOffered(sql, statement, "UNION, EXCEPT and INTERSECT are");
    case "insert_stmt":
      return readInsert(sql, statement);
    case "update_stmt":
      return readUpdate(sql, statement);
    case "delete_stmt":
      return readDelete(sql, statement);
    default:
      throw sqlError(text, 0, "A statement is SELECT, INSERT, UPDATE, DELETE or EXECUTE.");
  }
}
