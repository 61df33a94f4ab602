import type { Code, Mistake, Operator, Value } from "#spi";

/** Where something stood in the request: a JSON Pointer into the body, and the place in the SQL text if there is one. */
export interface Place {
  readonly pointer: string;
  readonly line?: number;
  readonly column?: number;
}

/** A name as the caller wrote it. */
export interface NameAt {
  readonly name: string;
  readonly at: Place;
}

/** A value as the caller wrote it, parameters filled in. */
export interface ValueAt {
  readonly value: Value;
  readonly at: Place;
}

/** One comparison before binding. `values` has one entry, for IN and NOT IN any number, for BETWEEN two, for IS [NOT] NULL none. */
export interface NamedComparison {
  readonly column: NameAt;
  readonly operator: Operator;
  readonly values: readonly ValueAt[];
  readonly at: Place;
}

/** A condition before binding: names instead of columns, values of any type. */
export type NamedCondition =
  | NamedComparison
  | { readonly and: readonly NamedCondition[] }
  | { readonly or: readonly NamedCondition[] }
  | { readonly not: NamedCondition };

export interface NamedSortKey {
  readonly column: NameAt;
  readonly direction: "asc" | "desc";
}

/** A query before binding, whether it came as data or as SQL text. */
export interface Query {
  readonly table: NameAt;
  /** Absent: all columns. */
  readonly columns?: readonly NameAt[];
  readonly where?: NamedCondition;
  readonly orderBy: readonly NamedSortKey[];
  readonly limit?: number;
  readonly offset?: number;
}

export const isNamedComparison = (condition: NamedCondition): condition is NamedComparison => "column" in condition;

/** The conditions that stand in a top-level AND, nested ones opened. */
export function conjunctsOf(condition: NamedCondition | undefined): readonly NamedCondition[] {
  if (condition === undefined) return [];
  return "and" in condition ? condition.and.flatMap(conjunctsOf) : [condition];
}

/** A mistake at a place; a place in SQL text is told in words too. */
export function mistakeAt(at: Place, code: Code, detail: string): Mistake {
  const where = at.line === undefined ? "" : ` (line ${at.line}, column ${at.column ?? 1})`;
  return { pointer: at.pointer, code, detail: `${detail}${where}` };
}

/** One member of a JSON Pointer, escaped (RFC 6901). */
export const pointerMember = (member: string | number): string =>
  `/${String(member).replaceAll("~", "~0").replaceAll("/", "~1")}`;
