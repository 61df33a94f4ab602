import { GraphError } from "../errors.ts";

/** One word or phrase of a search, perhaps limited to a property. */
export type SearchTerm = {
  readonly property?: string;
  readonly operator: ":" | "=" | ">" | "<" | ">=" | "<=";
  readonly value: string;
};

/** A search as a tree. */
export type SearchNode =
  | { readonly kind: "term"; readonly term: SearchTerm }
  | { readonly kind: "and" | "or"; readonly left: SearchNode; readonly right: SearchNode }
  | { readonly kind: "not"; readonly operand: SearchNode };

/** Reads the text of `$search`: the subset of KQL that mail search knows (terms, phrases, properties, AND OR NOT). */
export function parseSearch(text: string): SearchNode {
  const tokens = tokenize(withoutQuotes(text.trim()));
  if (tokens.length === 0) throw syntaxError(text);
  const reader = new SearchReader(tokens, text);
  return reader.whole();
}

/** Graph wants the whole search in double quotes; quotes inside are escaped by a backslash. */
function withoutQuotes(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  return text.slice(1, -1).replaceAll('\\"', '"');
}

function tokenize(text: string): string[] {
  return text.match(/[\w.]+(?::|>=|<=|=|>|<)(?:"[^"]*"|[^\s()]+)|"[^"]*"|[()]|[^\s()]+/g) ?? [];
}

class SearchReader {
  readonly #tokens: readonly string[];
  readonly #text: string;
  #next = 0;

  constructor(tokens: readonly string[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): SearchNode {
    const node = this.#or();
    if (this.#next < this.#tokens.length) throw syntaxError(this.#text);
    return node;
  }

  #or(): SearchNode {
    let left = this.#and();
    while (this.#take("OR")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  /** Words side by side mean AND. */
  #and(): SearchNode {
    let left = this.#not();
    for (;;) {
      const token = this.#tokens[this.#next];
      if (token === undefined || token === ")" || token === "OR") return left;
      this.#take("AND");
      left = { kind: "and", left, right: this.#not() };
    }
  }

  #not(): SearchNode {
    if (this.#take("NOT")) return { kind: "not", operand: this.#not() };
    const token = this.#tokens[this.#next];
    if (token === undefined || token === ")") throw syntaxError(this.#text);
    this.#next += 1;
    if (token === "(") {
      const inner = this.#or();
      if (!this.#take(")")) throw syntaxError(this.#text);
      return inner;
    }
    if (token.startsWith("-") && token.length > 1) return { kind: "not", operand: termNode(token.slice(1)) };
    return termNode(token);
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#next] !== word) return false;
    this.#next += 1;
    return true;
  }
}

function termNode(token: string): SearchNode {
  const match = /^([\w.]+)(:|>=|<=|=|>|<)(.+)$/s.exec(token);
  if (match?.[1] === undefined || token.startsWith('"')) {
    return { kind: "term", term: { operator: ":", value: plain(token) } };
  }
  const operator = match[2] as SearchTerm["operator"];
  return { kind: "term", term: { property: match[1].toLowerCase(), operator, value: plain(match[3] ?? "") } };
}

function plain(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function syntaxError(text: string): GraphError {
  return new GraphError(
    400,
    "BadRequest",
    `Syntax error: character '${text.slice(0, 1)}' is not valid at position 0 in '${text}'.`,
  );
}
