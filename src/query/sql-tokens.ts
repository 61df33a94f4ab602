import { type Code, type ConnectorError, mistaken, unsupported } from "#spi";
import { mistakeAt, type Place } from "./query.ts";

export type TokenKind = "word" | "quoted" | "string" | "number" | "parameter" | "symbol";

/** One token of SQL text. `value` is the name or text without quotes. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Longer SQL text is refused: nothing else is done while it is parsed. Rows can be sent as data instead. */
export const sqlLengthLimit = 100_000;
/** With `checkNesting` it keeps the depth of the syntax tree small. */
export const parenthesisDepthLimit = 12;

const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', "`": "`", "[": "]" };
const wordStart = /[\p{L}_]/u;
const word = /[\p{L}\p{N}\p{M}_$]*/uy;
const number = /0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy;
const symbol = /<>|<=|>=|!=|==|=>|\|\||./suy;

export function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Line and column of an offset, both counted from 1. */
export function placeIn(lineStarts: readonly number[], offset: number): Place {
  let line = 1;
  let after = lineStarts.length + 1;
  while (after - line > 1) {
    const middle = (line + after) >> 1;
    if (lineStarts[middle - 1]! <= offset) line = middle;
    else after = middle;
  }
  return { pointer: "/sql", line, column: offset - lineStarts[line - 1]! + 1 };
}

export const placeAt = (text: string, offset: number): Place => placeIn(lineStartsOf(text), offset);

export function sqlError(text: string, offset: number, detail: string, code: Code = "INVALID_QUERY"): ConnectorError {
  return mistaken([mistakeAt(placeAt(text, offset), code, detail)]);
}

/** UNSUPPORTED with the place: the SQL is understood, but not offered yet. */
export const notOfferedAt = (text: string, offset: number, what: string): ConnectorError =>
  sqlError(text, offset, `${what} not supported yet.`, unsupported("").code);

/** INVALID_QUERY at a token that cannot stand where it does. */
export function notUnderstood(text: string, token: Token): ConnectorError {
  const hint = token.kind === "word" ? " Names that are also SQL words are put in [brackets]." : "";
  const written = text.slice(token.start, token.end).slice(0, 40);
  return sqlError(text, token.start, `This is not understood at "${written}".${hint}`);
}

/** Cuts SQL text into tokens, comments left out. Throws INVALID_QUERY for what never ends, and for what is too much. */
export function tokenize(text: string): readonly Token[] {
  if (text.length > sqlLengthLimit) {
    const detail = `SQL text has at most ${sqlLengthLimit} characters; give values as parameters, and rows as data.`;
    throw sqlError(text, 0, detail);
  }
  const tokens: Token[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const token = tokenAt(text, at);
    tokens.push(token);
    at = skipBlank(text, token.end);
  }
  checkParentheses(text, tokens);
  return tokens;
}

function tokenAt(text: string, start: number): Token {
  const first = String.fromCodePoint(text.codePointAt(start)!);
  if (first in closing) return quotedAt(text, start, closing[first]!);
  if ((first === "x" || first === "X") && text[start + 1] === "'") return bytesAt(text, start);
  if (first === "?") return { kind: "parameter", value: "?", start, end: start + 1 };
  if (first === ":" || first === "@") {
    const name = matchAt(word, text, start + 1);
    if (name !== "") return { kind: "parameter", value: `${first}${name}`, start, end: start + 1 + name.length };
  }
  if (wordStart.test(first)) {
    const value = matchAt(word, text, start);
    return { kind: "word", value, start, end: start + value.length };
  }
  const digits = matchAt(number, text, start);
  if (digits !== "") return { kind: "number", value: digits, start, end: start + digits.length };
  const sign = matchAt(symbol, text, start);
  return { kind: "symbol", value: sign, start, end: start + sign.length };
}

function matchAt(expression: RegExp, text: string, at: number): string {
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? "";
}

function quotedAt(text: string, start: number, close: string): Token {
  let value = "";
  let at = start + 1;
  for (;;) {
    const end = text.indexOf(close, at);
    if (end === -1) throw sqlError(text, start, `The ${text[start]} opened here is never closed.`);
    value += text.slice(at, end);
    at = end + 1;
    if (text[at] !== close) break;
    value += close;
    at++;
  }
  return { kind: close === "'" ? "string" : "quoted", value, start, end: at };
}

/** X'00ff' as base64 text, which is how values of type binary are given. */
function bytesAt(text: string, start: number): Token {
  const { value, end } = quotedAt(text, start + 1, "'");
  if (!/^(?:[0-9a-f]{2})*$/i.test(value)) throw sqlError(text, start, "X'...' takes pairs of hexadecimal digits.");
  return { kind: "string", value: Buffer.from(value, "hex").toString("base64"), start, end };
}

function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && text[at]!.trim() === "") at++;
    if (text.startsWith("--", at)) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end + 1;
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      if (end === -1) throw sqlError(text, at, "The comment opened here is never closed.");
      at = end + 2;
    } else return at;
  }
}

function checkParentheses(text: string, tokens: readonly Token[]): void {
  const open: number[] = [];
  for (const { kind, value, start } of tokens) {
    if (kind !== "symbol") continue;
    if (value === "(") open.push(start);
    if (open.length > parenthesisDepthLimit) {
      const detail = `Parentheses are nested more than ${parenthesisDepthLimit} deep; deeper conditions can be given as data in "where".`;
      throw sqlError(text, start, detail);
    }
    if (value === ")" && open.pop() === undefined) throw sqlError(text, start, "This ) closes nothing.");
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw sqlError(text, unclosed, "The ( opened here is never closed.");
}

export const isWord = (token: Token | undefined, name: string): boolean =>
  token?.kind === "word" && token.value.toUpperCase() === name;
export const isSymbol = (token: Token | undefined, value: string): boolean =>
  token?.kind === "symbol" && token.value === value;
