import { isSymbol, isWord, sqlError, type Token } from "./sql-tokens.ts";

/**
 * libpg-query 18.1 walks its tree by recursion. A few thousand levels exhaust the stack of WebAssembly, and after some
 * hundred such failures the module answers nothing any more, so text that may nest deeply is refused before it is parsed.
 */
const elementTokenLimit = 100;
const nestingWordLimit = 50;
const nestingWords = ["SELECT", "CASE", "JOIN", "UNION", "EXCEPT", "INTERSECT"];

/** One parenthesis (or the statement): tokens since the last comma, AND or OR, and BETWEENs waiting for their AND. */
interface Level {
  tokens: number;
  betweens: number;
}

/** Throws INVALID_QUERY for a statement whose tree could be very deep. Lists, rows and chains of AND or OR are not. */
export function checkNesting(text: string, tokens: readonly Token[]): void {
  const levels: Level[] = [{ tokens: 0, betweens: 0 }];
  let words = 0;
  for (const token of tokens) {
    if (nestingWords.some((name) => isWord(token, name)) && ++words > nestingWordLimit) {
      throw sqlError(text, token.start, "This statement has too many parts.");
    }
    const level = levels.at(-1)!;
    if (isSeparator(token, level)) level.tokens = 0;
    else if (++level.tokens > elementTokenLimit) throw sqlError(text, token.start, "This expression is too long.");
    if (isSymbol(token, "(")) levels.push({ tokens: 0, betweens: 0 });
    if (isSymbol(token, ")")) levels.pop();
  }
}

function isSeparator(token: Token, level: Level): boolean {
  if (isWord(token, "BETWEEN")) level.betweens++;
  if (isWord(token, "AND") && level.betweens > 0) {
    level.betweens--;
    return false;
  }
  return isSymbol(token, ",") || isWord(token, "AND") || isWord(token, "OR");
}
