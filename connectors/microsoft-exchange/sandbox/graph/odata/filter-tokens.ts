import { badRequest } from "../errors.ts";

/** One token of a filter with its place in the text. */
export type Token = {
  readonly type: "string" | "number" | "dateTime" | "date" | "guid" | "word" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
};

/** Longer forms first: a date-time also begins like a number. */
const patterns: readonly (readonly [Token["type"], RegExp])[] = [
  ["string", /'(?:[^']|'')*'/y],
  ["guid", /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy],
  ["dateTime", /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d)?/iy],
  ["date", /\d{4}-\d\d-\d\d(?![\w:])/y],
  ["number", /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w])/iy],
  ["word", /[$@A-Za-z_][\w.@]*/y],
  ["symbol", /[(),/:]/y],
];

/** Splits a filter into tokens; the last one is `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "")) {
      at += 1;
      continue;
    }
    const token = tokenAt(text, at);
    tokens.push(token);
    at += token.text.length;
  }
  return [...tokens, { type: "end", text: "", at }];
}

function tokenAt(text: string, at: number): Token {
  for (const [type, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { type, text: match[0], at };
  }
  const message =
    text[at] === "'"
      ? `There is an unterminated literal at position ${at} in '${text}'.`
      : `Syntax error: character '${text[at]}' is not valid at position ${at} in '${text}'.`;
  throw badRequest(`Invalid filter clause: ${message}`);
}
