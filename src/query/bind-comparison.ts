import type { Column, Comparison, Mistake, Operator, Value } from "#spi";
import { likePatternMistake } from "./like.ts";
import { mistakeAt, type NamedComparison, type ValueAt } from "./query.ts";
import { typedValue } from "./typed-value.ts";

const ranges: readonly Operator[] = ["<", "<=", ">", ">=", "BETWEEN"];
const patterns: readonly Operator[] = ["LIKE", "NOT LIKE"];
const membership: readonly Operator[] = ["=", "<>", "IN", "NOT IN"];

/** Gives a comparison's values the type of its column; reports what does not fit. */
export function bindComparison(
  column: Column,
  comparison: NamedComparison,
  mistakes: Mistake[],
): Comparison | undefined {
  const { operator, values } = comparison;
  if (operator === "IS NULL" || operator === "IS NOT NULL") return { column, operator };
  const unfit = operatorMistake(column, operator);
  if (unfit !== undefined) {
    mistakes.push(mistakeAt(comparison.at, "INVALID_QUERY", unfit));
    return undefined;
  }
  const typed: Value[] = [];
  for (const given of values) {
    const value = bindValue(column, operator, given, mistakes);
    if (value !== undefined) typed.push(value);
  }
  if (typed.length < values.length) return undefined;
  const isList = operator === "IN" || operator === "NOT IN" || operator === "BETWEEN";
  return { column, operator, value: isList ? typed : typed[0]! };
}

function operatorMistake(column: Column, operator: Operator): string | undefined {
  if (patterns.includes(operator) && !["string", "id", "json"].includes(column.type)) {
    return `${operator} needs a text column; ${column.name} is of type ${column.type}.`;
  }
  if (ranges.includes(operator) && column.type === "binary") {
    return `${column.name} is binary: it has no order, ${operator} cannot be used.`;
  }
  return undefined;
}

function bindValue(column: Column, operator: Operator, given: ValueAt, mistakes: Mistake[]): Value | undefined {
  const refuse = (detail: string): undefined => {
    mistakes.push(mistakeAt(given.at, "INVALID_QUERY", `${column.name}: ${detail}`));
  };
  if (given.value === null) {
    return refuse(`a comparison with NULL is never true; use IS NULL or IS NOT NULL.`);
  }
  if (patterns.includes(operator)) {
    if (typeof given.value !== "string") return refuse(`${operator} takes a text pattern.`);
    const mistake = likePatternMistake(given.value);
    return mistake === undefined ? given.value : refuse(mistake);
  }
  const typed = typedValue(column.type, given.value, membership.includes(operator) ? column.allowed : undefined);
  return "mistake" in typed ? refuse(typed.mistake) : typed.value;
}
