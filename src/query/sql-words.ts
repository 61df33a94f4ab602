import { isSymbol, isWord, type Token } from "./sql-tokens.ts";

/** Words that are never names, unless they are quoted or stand after a dot. */
const reserved = new Set(
  `SELECT DISTINCT ALL FROM WHERE GROUP HAVING WINDOW ORDER ASC DESC LIMIT OFFSET UNION EXCEPT INTERSECT INSERT INTO UPDATE
  SET DELETE USING RETURNING DEFAULT AND OR NOT IN IS NULL TRUE FALSE LIKE BETWEEN EXISTS ISNULL NOTNULL COLLATE CASE AS
  JOIN ON`.split(/\s+/),
);

type Context = (before: Token | undefined, after: Token | undefined) => boolean;

const joinWords = ["JOIN", "OUTER", "INNER", "LEFT", "RIGHT", "FULL"];
const beforeJoin: Context = (_, after) => joinWords.some((name) => isWord(after, name));
const afterWord =
  (...names: readonly string[]): Context =>
  (before) =>
    names.some((name) => isWord(before, name));
const beforeParenthesis: Context = (_, after) => isSymbol(after, "(");
const isLiteral = (token: Token | undefined) => token?.kind === "string" || token?.kind === "parameter";

/** Words that are names in every other place: tables do have columns called End, Left, First or Values. */
const inContext: Readonly<Record<string, Context>> = {
  BY: afterWord("GROUP", "ORDER", "PARTITION"),
  NULLS: (_, after) => isWord(after, "FIRST") || isWord(after, "LAST"),
  FIRST: afterWord("NULLS"),
  LAST: afterWord("NULLS"),
  ESCAPE: (before) => isLiteral(before) || isSymbol(before, ")"),
  VALUES: (before, after) => isSymbol(after, "(") || isWord(before, "DEFAULT"),
  CAST: beforeParenthesis,
  OVER: (before, after) => isSymbol(before, ")") && isSymbol(after, "("),
  PARTITION: (before, after) => isSymbol(before, "(") && isWord(after, "BY"),
  INNER: beforeJoin,
  LEFT: beforeJoin,
  RIGHT: beforeJoin,
  FULL: beforeJoin,
  CROSS: beforeJoin,
  NATURAL: beforeJoin,
  OUTER: beforeJoin,
};
const ofCase = new Set(["WHEN", "THEN", "ELSE", "END"]);

/** Whether the word at an index is one of SQL, not a name. WHEN, THEN, ELSE and END are, where there is a CASE. */
export function isKeyword(tokens: readonly Token[], index: number, hasCase: boolean): boolean {
  const token = tokens[index]!;
  const before = tokens[index - 1];
  if (token.kind !== "word" || isSymbol(before, ".")) return false;
  const name = token.value.toUpperCase();
  if (reserved.has(name) || (hasCase && ofCase.has(name))) return true;
  return Object.hasOwn(inContext, name) && inContext[name]!(before, tokens[index + 1]);
}

const operators = new Set(["GLOB", "REGEXP", "RLIKE", "MATCH", "ILIKE"]);

/** Whether the word at an index is an operator that other databases have. */
export function isForeignOperator(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index];
  return token?.kind === "word" && operators.has(token.value.toUpperCase()) && isLiteral(tokens[index + 1]);
}
