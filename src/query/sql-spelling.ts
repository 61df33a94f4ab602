import { isWord, notUnderstood, type Token } from "./sql-tokens.ts";
import { isForeignOperator, isKeyword } from "./sql-words.ts";

/** A statement as PostgreSQL's parser reads it, and the way back to the tokens it was written with. */
export interface Spelling {
  readonly text: string;
  /** The token spelled at an offset of `text`; none at its end. */
  tokenAt(offset: number): Token | undefined;
  /** The name that a placeholder stands for. Throws INVALID_QUERY for a word of SQL in its place. */
  nameOf(placeholder: string): string;
  /** Where a word of SQL first stands outside parentheses. */
  keyword(name: string): Token | undefined;
}

interface Piece {
  readonly token: Token;
  readonly spelled: string;
}

const symbols = new Set("( ) , . ; * + - / % ^ < > <= >= <> != = == => || | & ~ #".split(" "));
/** An operator that PostgreSQL's grammar takes as any other, and nobody means. */
const foreignOperator = "~~~";

/**
 * Spells tokens for PostgreSQL's parser. Names become numbered placeholders, for it folds and cuts names and knows one
 * kind of quotes; text becomes an empty string, and numbers become parameters, for it joins signs and types to them.
 * What they are is read from the tokens.
 */
export function spell(text: string, tokens: readonly Token[]): Spelling {
  const hasCase = tokens.some((token) => token.kind === "word" && token.value.toUpperCase() === "CASE");
  const pieces = withOffset(
    tokens.map((token, index): Piece => ({ token, spelled: spelled(text, tokens, index, hasCase) })),
  );
  const starts: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    starts.push(length);
    length += piece.spelled.length + 1;
  }
  return {
    text: pieces.map((piece) => piece.spelled).join(" "),
    tokenAt: (offset) => (offset >= length - 1 ? undefined : pieces[lastUpTo(starts, offset)]?.token),
    nameOf: (placeholder) => namedBy(text, pieces, tokens, placeholder),
    keyword: (name) => outerKeyword(pieces, name),
  };
}

function spelled(text: string, tokens: readonly Token[], index: number, hasCase: boolean): string {
  const token = tokens[index]!;
  if (token.kind === "string") return "''";
  if (token.kind === "number" || token.kind === "parameter") return `$${index}`;
  if (token.kind === "symbol") {
    if (!symbols.has(token.value)) throw notUnderstood(text, token);
    return token.value === "==" ? "=" : token.value;
  }
  if (isKeyword(tokens, index, hasCase)) return spelledKeyword(tokens, index);
  return isForeignOperator(tokens, index) ? foreignOperator : `"n${index}"`;
}

/** Words of SQL, with those that other databases let be left out. */
function spelledKeyword(tokens: readonly Token[], index: number): string {
  const [before, token, after] = [tokens[index - 1], tokens[index]!, tokens[index + 1]];
  const name = token.value.toUpperCase();
  if (index === 0 && name === "INSERT" && !isWord(after, "INTO") && !isWord(after, "OR")) return "INSERT INTO";
  if (index === 0 && name === "DELETE" && !isWord(after, "FROM")) return "DELETE FROM";
  if (name === "NOT" && isWord(after, "NULL") && !isWord(before, "IS")) return "IS NOT";
  return name;
}

/** `LIMIT m, n` as `LIMIT n OFFSET m`. */
function withOffset(pieces: readonly Piece[]): readonly Piece[] {
  const at = pieces.findIndex(({ spelled }, i) => spelled === "LIMIT" && pieces[i + 2]?.spelled === ",");
  const [offset, comma, limit] = pieces.slice(at + 1, at + 4);
  if (at === -1 || !isCount(offset) || comma === undefined || !isCount(limit)) return pieces;
  const turned = [limit, { token: comma.token, spelled: "OFFSET" }, offset];
  return [...pieces.slice(0, at + 1), ...turned, ...pieces.slice(at + 4)];
}

const isCount = (piece: Piece | undefined): piece is Piece =>
  piece?.token.kind === "number" || piece?.token.kind === "parameter";

function lastUpTo(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}

function namedBy(text: string, pieces: readonly Piece[], tokens: readonly Token[], placeholder: string): string {
  const token = tokens[Number(placeholder.slice(1))];
  if (token !== undefined) return token.value;
  // Some words of SQL are names to PostgreSQL too, where no other meaning is left; it gives them in lower case.
  const keyword = pieces.findLast(({ spelled }) => spelled.toLowerCase() === placeholder);
  throw notUnderstood(text, keyword?.token ?? tokens[0]!);
}

function outerKeyword(pieces: readonly Piece[], name: string): Token | undefined {
  let depth = 0;
  for (const { token, spelled } of pieces) {
    if (spelled === "(") depth++;
    if (spelled === ")") depth--;
    if (depth === 0 && spelled === name) return token;
  }
  return undefined;
}
