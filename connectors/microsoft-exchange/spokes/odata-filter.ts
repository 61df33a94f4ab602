import { invalidQuery, type Row, type Value } from "#spi";

/** A condition in the words of OData, to be checked on the outputs of an action. */
export interface RowFilter {
  /** Outputs it looks at. */
  readonly outputs: readonly string[];
  readonly matches: (row: Row) => boolean;
}

type Test = (row: Row) => boolean;
type Literal = string | number | boolean | null;

const token = /\s*(?:('(?:[^']|'')*')|([()])|(,)|([^\s(),']+))/y;

/**
 * Reads a `$filter` such as `subject eq 'a' and not (isRead eq true)`: comparisons, `contains`, `startswith`, `endswith`,
 * `and`, `or`, `not`. `outputs` tells the output behind each property. Errors: INVALID_QUERY.
 */
export function rowFilter(filter: string, outputs: Readonly<Record<string, string>>): RowFilter {
  const reader = new FilterReader(tokensOf(filter), outputs);
  return { matches: reader.whole(), outputs: [...reader.used] };
}

const wrong = (detail: string) => invalidQuery(`filter: ${detail}`, { target: "filter" });

function tokensOf(filter: string): readonly string[] {
  const found: string[] = [];
  token.lastIndex = 0;
  while (filter.slice(token.lastIndex).trim() !== "") {
    const at = token.lastIndex;
    const match = token.exec(filter);
    if (match === null) throw wrong(`"${filter.slice(at).trim().slice(0, 40)}" cannot be read.`);
    found.push(match[0].trim());
  }
  return found;
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
};

const functions: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
};

class FilterReader {
  readonly #tokens: readonly string[];
  readonly #outputs: Readonly<Record<string, string>>;
  readonly used = new Set<string>();
  #at = 0;

  constructor(tokens: readonly string[], outputs: Readonly<Record<string, string>>) {
    this.#tokens = tokens;
    this.#outputs = outputs;
  }

  whole(): Test {
    const test = this.#or();
    if (this.#at < this.#tokens.length) throw wrong(`"${this.#next()}" stands where nothing is expected.`);
    return test;
  }

  #next(): string {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw wrong("something is missing at its end.");
    this.#at += 1;
    return found;
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #needs(word: string): void {
    if (!this.#takes(word)) throw wrong(`"${word}" is missing.`);
  }

  #or(): Test {
    let test = this.#and();
    while (this.#takes("or")) {
      const [left, right] = [test, this.#and()];
      test = (row) => left(row) || right(row);
    }
    return test;
  }

  #and(): Test {
    let test = this.#not();
    while (this.#takes("and")) {
      const [left, right] = [test, this.#not()];
      test = (row) => left(row) && right(row);
    }
    return test;
  }

  #not(): Test {
    if (!this.#takes("not")) return this.#one();
    const inner = this.#not();
    return (row) => !inner(row);
  }

  #one(): Test {
    if (this.#takes("(")) {
      const inner = this.#or();
      this.#needs(")");
      return inner;
    }
    const word = this.#next();
    const call = functions[word.toLowerCase()];
    if (call !== undefined && this.#takes("(")) return this.#function(call);
    const output = this.#output(word);
    const operator = this.#next().toLowerCase();
    const holds = comparisons[operator];
    if (holds === undefined) throw wrong(`"${operator}" is none of ${Object.keys(comparisons).join(", ")}.`);
    const literal = literalOf(this.#next());
    return (row) => {
      const order = orderOf(row[output] ?? null, literal);
      return order === undefined ? operator === "ne" : holds(order);
    };
  }

  #function(call: (text: string, part: string) => boolean): Test {
    const output = this.#output(this.#next());
    this.#needs(",");
    const part = literalOf(this.#next());
    this.#needs(")");
    return (row) => typeof row[output] === "string" && call(folded(row[output]), folded(part));
  }

  #output(property: string): string {
    const output = this.#outputs[property];
    if (output === undefined)
      throw wrong(`there is no property "${property}"; it knows ${Object.keys(this.#outputs).join(", ")}.`);
    this.used.add(output);
    return output;
  }
}

const folded = (value: Value): string => String(value).toLowerCase();

function literalOf(text: string): Literal {
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw wrong(`"${text}" is no value: texts stand in single quotes.`);
}

const instant = /^\d{4}-\d\d-\d\d(?:T[\d:.]+)?(?:Z|[+-]\d\d:\d\d)?$/;
/** Times without a zone are UTC, as Microsoft Graph has them. */
const msOf = (text: string): number => Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text);

/** Below, above or 0; undefined where the two cannot be compared. */
function orderOf(value: Value, literal: Literal): number | undefined {
  if (value === null || literal === null) return value === literal ? 0 : undefined;
  if (typeof value === "string" && typeof literal === "string") {
    if (instant.test(value) && instant.test(literal)) return msOf(value) - msOf(literal);
    const [one, other] = [folded(value), folded(literal)];
    return one === other ? 0 : one < other ? -1 : 1;
  }
  if (typeof value !== typeof literal) return undefined;
  return Number(value) - Number(literal);
}
