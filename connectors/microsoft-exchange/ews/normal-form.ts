import { type Comparison, type Condition, isComparison, type Operator, type Value } from "#spi";

/** A condition without NOT: under SQL's three-valued logic the same rows, since each comparison has its opposite. */
export type Plain<B> = Comparison<B> | { readonly and: readonly Plain<B>[] } | { readonly or: readonly Plain<B>[] };

const opposites: Readonly<Record<Exclude<Operator, "BETWEEN">, Operator>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
  LIKE: "NOT LIKE",
  "NOT LIKE": "LIKE",
  IN: "NOT IN",
  "NOT IN": "IN",
  "IS NULL": "IS NOT NULL",
  "IS NOT NULL": "IS NULL",
};

function bounds<B>({ column, value }: Comparison<B>, negated: boolean): Plain<B> {
  const [low, high] = Array.isArray(value) ? (value as readonly Value[]) : [];
  const compare = (operator: Operator, bound: Value | undefined): Comparison<B> => ({
    column,
    operator,
    ...(bound === undefined ? {} : { value: bound }),
  });
  return negated ? { or: [compare("<", low), compare(">", high)] } : { and: [compare(">=", low), compare("<=", high)] };
}

/** Moves NOT inwards until it is gone, and writes BETWEEN as two comparisons. */
export function withoutNot<B>(condition: Condition<B>, negated = false): Plain<B> {
  if (isComparison(condition)) {
    if (condition.operator === "BETWEEN") return bounds(condition, negated);
    return negated ? { ...condition, operator: opposites[condition.operator] } : condition;
  }
  if ("not" in condition) return withoutNot(condition.not, !negated);
  const given = "and" in condition ? condition.and : condition.or;
  const parts = given.map((part) => withoutNot(part, negated));
  // The very object stays where nothing changes: the service knows by it what was taken over in full.
  if (!negated && parts.every((part, index) => part === given[index])) return condition as Plain<B>;
  return "and" in condition !== negated ? { and: parts } : { or: parts };
}

/** The parts that must all hold. */
export function conjuncts<B>(condition: Plain<B> | undefined): Plain<B>[] {
  if (condition === undefined) return [];
  return "and" in condition ? condition.and.flatMap((part) => conjuncts(part)) : [condition];
}

export const isPlainComparison = <B>(condition: Plain<B>): condition is Comparison<B> => "column" in condition;
