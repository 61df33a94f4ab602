import { type Comparison, type Condition, isComparison, type Operator, type Value } from "#spi";

const negated: Partial<Readonly<Record<Operator, Operator>>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  LIKE: "NOT LIKE",
  "NOT LIKE": "LIKE",
  IN: "NOT IN",
  "NOT IN": "IN",
  "IS NULL": "IS NOT NULL",
  "IS NOT NULL": "IS NULL",
};

/**
 * The same condition without NOT: negation is moved into the operators (De Morgan holds in three-valued logic too).
 * Without NOT, "unknown" and "false" need not be told apart, and a server whose NOT has two values cannot differ.
 */
export function withoutNot(condition: Condition, negate = false): Condition {
  if (isComparison(condition)) return negate ? negation(condition) : condition;
  if ("not" in condition) return withoutNot(condition.not, !negate);
  const isAnd = "and" in condition !== negate;
  const parts = "and" in condition ? condition.and : condition.or;
  const inner = parts.map((part) => withoutNot(part, negate));
  return isAnd ? { and: inner.flatMap(conjuncts) } : { or: inner };
}

function negation(comparison: Comparison): Condition {
  const { column, operator } = comparison;
  if (operator === "BETWEEN") {
    const [low, high] = comparison.value as readonly Value[];
    return {
      or: [
        { column, operator: "<", value: low! },
        { column, operator: ">", value: high! },
      ],
    };
  }
  const value = comparison.value === undefined ? {} : { value: comparison.value };
  return { column, operator: negated[operator]!, ...value };
}

/** The parts of a top-level AND, nested ones opened. */
export function conjuncts(condition: Condition): readonly Condition[] {
  return "and" in condition ? condition.and.flatMap(conjuncts) : [condition];
}

/** One condition for several that must all hold. */
export function allOf(conditions: readonly Condition[]): Condition | undefined {
  return conditions.length < 2 ? conditions[0] : { and: conditions };
}
