import { badRequest } from "../errors.ts";
import { type Token, tokenize } from "./filter-tokens.ts";
import type { ComparisonOperator, FilterLiteral, FilterNode } from "./filter-tree.ts";

const comparisons: readonly string[] = ["eq", "ne", "gt", "ge", "lt", "le"];

/** Reads the text of `$filter` into a tree; a syntax error is Graph's BadRequest. */
export function parseFilter(text: string): FilterNode {
  const reader = new FilterReader(text);
  return reader.whole();
}

/** Recursive descent over OData's precedence: or, and, not, comparison. */
class FilterReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  whole(): FilterNode {
    const node = this.#or();
    if (this.#peek().type !== "end") throw this.#syntaxError();
    return node;
  }

  #or(): FilterNode {
    let left = this.#and();
    while (this.#takeWord("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): FilterNode {
    let left = this.#not();
    while (this.#takeWord("and")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): FilterNode {
    if (this.#takeWord("not")) return { kind: "not", operand: this.#not() };
    return this.#comparison();
  }

  #comparison(): FilterNode {
    const left = this.#primary();
    const { type, text } = this.#peek();
    if (type !== "word") return left;
    if (comparisons.includes(text)) {
      this.#take();
      return { kind: "compare", operator: text as ComparisonOperator, left, right: this.#primary() };
    }
    if (text !== "in") return left;
    this.#take();
    return { kind: "in", left, values: this.#literalList() };
  }

  #primary(): FilterNode {
    if (this.#takeSymbol("(")) {
      const inner = this.#or();
      this.#expectSymbol(")");
      return inner;
    }
    const token = this.#take();
    if (token.type === "word") return this.#word(token);
    return this.#literal(token);
  }

  #word(token: Token): FilterNode {
    if (token.text === "true" || token.text === "false") {
      return { kind: "literal", type: "boolean", value: token.text === "true" };
    }
    if (token.text === "null") return { kind: "literal", type: "null", value: null };
    if (token.text.startsWith("microsoft.graph.") && this.#peek().type === "string") {
      return { kind: "literal", type: "enum", value: unquoted(this.#take().text) };
    }
    if (this.#takeSymbol("(")) return { kind: "call", name: token.text, parameters: this.#parameters() };
    return this.#path(token);
  }

  /** A property path; its last segment may be a lambda. */
  #path(first: Token): FilterNode {
    const segments = [first.text];
    while (this.#takeSymbol("/")) {
      const segment = this.#take();
      if (segment.type !== "word") throw this.#syntaxError(segment);
      const isLambda = segment.text === "any" || segment.text === "all";
      if (isLambda && this.#takeSymbol("(")) return this.#lambda(segment.text === "any" ? "any" : "all", segments);
      segments.push(segment.text);
    }
    return { kind: "path", segments };
  }

  #lambda(kind: "any" | "all", path: readonly string[]): FilterNode {
    if (this.#takeSymbol(")")) return { kind, path };
    const variable = this.#take();
    if (variable.type !== "word") throw this.#syntaxError(variable);
    this.#expectSymbol(":");
    const condition = this.#or();
    this.#expectSymbol(")");
    return { kind, path, variable: variable.text, condition };
  }

  #parameters(): FilterNode[] {
    if (this.#takeSymbol(")")) return [];
    const parameters = [this.#or()];
    while (this.#takeSymbol(",")) parameters.push(this.#or());
    this.#expectSymbol(")");
    return parameters;
  }

  #literalList(): FilterLiteral[] {
    this.#expectSymbol("(");
    const values = [this.#literalOnly()];
    while (this.#takeSymbol(",")) values.push(this.#literalOnly());
    this.#expectSymbol(")");
    return values;
  }

  #literalOnly(): FilterLiteral {
    const node = this.#primary();
    if (node.kind !== "literal") throw this.#syntaxError();
    return node;
  }

  #literal(token: Token): FilterLiteral {
    switch (token.type) {
      case "string":
        return { kind: "literal", type: "string", value: unquoted(token.text) };
      case "number":
        return { kind: "literal", type: "number", value: Number(token.text) };
      case "dateTime":
      case "date":
      case "guid":
        return { kind: "literal", type: token.type, value: token.text };
      default:
        throw this.#syntaxError(token);
    }
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    const { type, text } = this.#peek();
    if (type !== "word" || text !== word) return false;
    this.#next += 1;
    return true;
  }

  #takeSymbol(symbol: string): boolean {
    const { type, text } = this.#peek();
    if (type !== "symbol" || text !== symbol) return false;
    this.#next += 1;
    return true;
  }

  #expectSymbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw this.#syntaxError();
  }

  #syntaxError(token = this.#peek()): Error {
    const what = token.type === "end" ? "Expression expected" : "Syntax error";
    return badRequest(`Invalid filter clause: ${what} at position ${token.at} in '${this.#text}'.`);
  }
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'");
}
