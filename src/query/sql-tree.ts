import type { Node } from "libpg-query";
import type { ConnectorError } from "#spi";
import type { Spelling } from "./sql-spelling.ts";
import { isSymbol, isWord, notOfferedAt, notUnderstood, sqlError, type Token } from "./sql-tokens.ts";
import { isForeignOperator } from "./sql-words.ts";

/** PostgreSQL's parser as WebAssembly (40 ms and 16 MB to load), so it is loaded with the first statement. */
const library = () => import("libpg-query");

/** The syntax tree of one statement. Throws INVALID_QUERY, or UNSUPPORTED for forms that only other databases have. */
export async function parseTree(text: string, tokens: readonly Token[], spelling: Spelling): Promise<Node> {
  const { parse, hasSqlDetails } = await library();
  try {
    const { stmts } = await parse(spelling.text);
    return stmts![0]!.stmt!;
  } catch (error) {
    if (!hasSqlDetails(error) || error.sqlDetails === undefined) throw error;
    throw syntaxError(text, tokens, spelling.tokenAt(error.sqlDetails.cursorPosition));
  }
}

function syntaxError(text: string, tokens: readonly Token[], token: Token | undefined): ConnectorError {
  if (token === undefined) return sqlError(text, text.length, "The statement ends too early.");
  const index = tokens.indexOf(token);
  const foreign = foreignForm(tokens, index);
  if (foreign !== undefined) return notOfferedAt(text, token.start, foreign);
  const isNameMissing = isWord(token, "FROM") && isSymbol(tokens[index - 1], ",");
  return isNameMissing ? columnMissing(text, token) : notUnderstood(text, token);
}

/** INVALID_QUERY for the word of a clause where a column is wanted; a column may be called From. */
export function columnMissing(text: string, word: Token): ConnectorError {
  const detail = "The name of a column is missing here. Names that are also SQL words are put in [brackets].";
  return sqlError(text, word.start, detail);
}

function foreignForm(tokens: readonly Token[], index: number): string | undefined {
  const [first, before, token] = [tokens[0], tokens[index - 1], tokens[index]];
  const isChange = isWord(first, "UPDATE") || isWord(first, "DELETE");
  if (isWord(token, "OR") && index === 1) return `${first!.value.toUpperCase()} OR is`;
  if (isWord(token, "CONFLICT") && isWord(before, "ON")) return "ON CONFLICT is";
  if (isChange && isWord(token, "LIMIT")) return "LIMIT in this statement is";
  if (isChange && isWord(token, "ORDER")) return "ORDER BY in this statement is";
  if (isChange && isSymbol(token, ",") && !tokens.slice(0, index).some((one) => isWord(one, "SET"))) {
    return "Several tables are";
  }
  if (isWord(before, "IS") || (isWord(before, "NOT") && isWord(tokens[index - 2], "IS"))) {
    return "IS other than IS NULL, IS NOT NULL, IS TRUE and IS FALSE is";
  }
  const operator = isWord(token, "NOT") ? index + 1 : index;
  return isForeignOperator(tokens, operator) ? `The operator ${tokens[operator]!.value.toUpperCase()} is` : undefined;
}
