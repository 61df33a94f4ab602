/** The comparison rules of the contract written down once more, as plainly as possible, for rows as they are answered. */

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  /** Those the server can do. */
  readonly operators?: readonly string[];
  readonly allowed?: readonly string[];
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [member: string]: Json };
export type AnswerRow = Readonly<Record<string, Json>>;

export interface Leaf {
  readonly column: string;
  readonly operator: string;
  readonly value?: Json;
}
export type Where =
  | Leaf
  | { readonly and: readonly Where[] }
  | { readonly or: readonly Where[] }
  | { readonly not: Where };

export interface Sort {
  readonly column: string;
  readonly direction: "asc" | "desc";
}

type Truth = boolean | undefined;
type Columns = ReadonlyMap<string, CatalogColumn>;

/** The engine's own regular expressions know simple case folding: `i` with `u` is the judge of every letter. */
const sameLetter = (one: string, other: string): boolean => new RegExp(`^\\u{${codeOf(one)}}$`, "iu").test(other);
const codeOf = (letter: string): string => (letter.codePointAt(0) ?? 0).toString(16);

function foldedLetter(letter: string): string {
  const candidates = [letter.toUpperCase().toLowerCase(), letter.toLowerCase()];
  return candidates.find((candidate) => [...candidate].length === 1 && sameLetter(letter, candidate)) ?? letter;
}

const known = new Map<string, string>();
/** Text under simple case folding, letter by letter. */
export function folded(text: string): string {
  let result = "";
  for (const letter of text) {
    const found = known.get(letter) ?? foldedLetter(letter);
    known.set(letter, found);
    result += found;
  }
  return result;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** What a value is compared by. */
function comparable(type: string, value: Json): string | number {
  switch (type) {
    case "string":
      return folded(String(value));
    case "json":
      return folded(JSON.stringify(sorted(typeof value === "string" ? JSON.parse(value) : value)));
    case "datetime":
      return new Date(String(value)).getTime();
    case "date":
      return String(value).slice(0, 10);
    case "boolean":
      return value === true || value === 1 || value === "1" || String(value).toLowerCase() === "true" ? 1 : 0;
    case "integer":
    case "double":
      return Number(value);
    default:
      return String(value);
  }
}

const specials = /[\\^$.*+?()[\]{}|/]/;

/** LIKE as a regular expression, which shares nothing with the matcher of the service. */
function pattern(text: string, isExact: boolean): RegExp {
  const letters = [...text];
  let source = "";
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? "";
    if (letter === "%") source += ".*";
    else if (letter === "_") source += ".";
    else {
      const literal = letter === "\\" ? (letters[++index] ?? "") : letter;
      source += specials.test(literal) ? `\\${literal}` : literal;
    }
  }
  return new RegExp(`^${source}$`, isExact ? "su" : "isu");
}

function likeText(type: string, value: Json): string {
  return type === "json" ? JSON.stringify(sorted(value)) : String(value);
}

function leafTruth({ column, operator, value }: Leaf, row: AnswerRow, columns: Columns): Truth {
  const type = columns.get(column)?.type ?? "string";
  const field = row[column] ?? null;
  if (operator === "IS NULL") return field === null;
  if (operator === "IS NOT NULL") return field !== null;
  if (field === null) return undefined;
  if (operator.endsWith("LIKE"))
    return pattern(String(value), type === "id").test(likeText(type, field)) === (operator === "LIKE");
  const left = comparable(type, field);
  const operands = (
    operator === "BETWEEN" || operator.endsWith("IN") ? (value as readonly Json[]) : [value ?? null]
  ).map((operand) => comparable(type, operand));
  const [first = "", second = ""] = operands;
  const truths: Readonly<Record<string, () => boolean>> = {
    "=": () => left === first,
    "<>": () => left !== first,
    "<": () => left < first,
    "<=": () => left <= first,
    ">": () => left > first,
    ">=": () => left >= first,
    BETWEEN: () => left >= first && left <= second,
    IN: () => operands.includes(left),
    "NOT IN": () => !operands.includes(left),
  };
  const truth = truths[operator];
  if (truth === undefined) throw new Error(`no rule for ${operator}`);
  return truth();
}

function truthOf(where: Where, row: AnswerRow, columns: Columns): Truth {
  if ("not" in where) {
    const inner = truthOf(where.not, row, columns);
    return inner === undefined ? undefined : !inner;
  }
  if ("column" in where) return leafTruth(where, row, columns);
  const isAnd = "and" in where;
  const truths = (isAnd ? where.and : where.or).map((part) => truthOf(part, row, columns));
  if (truths.includes(!isAnd)) return !isAnd;
  return truths.includes(undefined) ? undefined : isAnd;
}

/** The order of rows under these sorts; 0 for ties. */
export function compareBy(sorts: readonly Sort[], columns: Columns): (one: AnswerRow, other: AnswerRow) => number {
  const key = (row: AnswerRow, name: string) => {
    const value = row[name] ?? null;
    return value === null ? undefined : comparable(columns.get(name)?.type ?? "string", value);
  };
  return (one, other) => {
    for (const { column, direction } of sorts) {
      const [left, right] = [key(one, column), key(other, column)];
      if (left === right) continue;
      const order = left === undefined ? -1 : right === undefined ? 1 : left < right ? -1 : 1;
      return direction === "asc" ? order : -order;
    }
    return 0;
  };
}

/** The rows of a query over `rows`, which stand in the server's order. */
export function evaluate(
  rows: readonly AnswerRow[],
  columns: Columns,
  query: {
    readonly where?: Where;
    readonly orderBy?: readonly Sort[];
    readonly limit?: number;
    readonly offset?: number;
  },
): readonly AnswerRow[] {
  const { where, orderBy = [], limit, offset = 0 } = query;
  const found = rows.filter((row) => where === undefined || truthOf(where, row, columns) === true);
  return found.sort(compareBy(orderBy, columns)).slice(offset, limit === undefined ? undefined : offset + limit);
}
