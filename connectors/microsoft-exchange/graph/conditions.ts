import { type Comparison, type Condition, isComparison, type Value } from "#spi";
import type { GraphBinding } from "./binding.ts";

type Where = Condition<GraphBinding>;

/** The parts of a condition that all must hold, nested `and`s opened. */
export function conjuncts(where: Where | undefined): readonly Where[] {
  if (where === undefined) return [];
  return "and" in where ? where.and.flatMap((part) => conjuncts(part)) : [where];
}

/** The comparisons with one column among the conjuncts. */
export function comparisonsWith(where: Where | undefined, name: string): readonly Comparison<GraphBinding>[] {
  return conjuncts(where)
    .filter(isComparison)
    .filter((comparison) => comparison.column.name === name);
}

/** Values a column must have one of, when a conjunct says so by `=` or `IN`; several such conjuncts intersect. */
export function valuesOf(where: Where | undefined, name: string): readonly string[] | undefined {
  let found: readonly string[] | undefined;
  for (const comparison of comparisonsWith(where, name)) {
    const values = texts(comparison);
    if (values === undefined) continue;
    found = found === undefined ? values : found.filter((value) => values.includes(value));
  }
  return found;
}

function texts({ operator, value }: Comparison<GraphBinding>): readonly string[] | undefined {
  if (operator !== "=" && operator !== "IN") return undefined;
  const list: readonly Value[] = Array.isArray(value) ? value : [value ?? null];
  return [...new Set(list.filter((entry) => typeof entry === "string"))];
}

/** Every comparison anywhere in a condition. */
export function allComparisons(where: Where | undefined): readonly Comparison<GraphBinding>[] {
  if (where === undefined) return [];
  if (isComparison(where)) return [where];
  if ("not" in where) return allComparisons(where.not);
  return ("and" in where ? where.and : where.or).flatMap((part) => allComparisons(part));
}
