import { type Column, type Comparison, type Condition, isComparison, type Row, type Value } from "#spi";
import { type ComparisonKey, keyOfBound, keyReader } from "./compare.ts";
import { fold } from "./fold.ts";
import { compileLike } from "./like.ts";
import { withoutNot } from "./normal-form.ts";

/** True when the condition is true of the row; "false" and "unknown" are both false. */
export type RowTest = (row: Row) => boolean;

/** Compiles a condition once to closures, to be asked for each row. */
export function compileCondition(condition: Condition): RowTest {
  return compileNode(withoutNot(condition));
}

function compileNode(condition: Condition): RowTest {
  if (isComparison(condition)) return compileComparison(condition);
  if ("not" in condition) throw new TypeError("withoutNot() left a NOT behind.");
  const tests = ("and" in condition ? condition.and : condition.or).map(compileNode);
  const decides = "or" in condition;
  return (row) => {
    for (const test of tests) if (test(row) === decides) return decides;
    return !decides;
  };
}

function compileComparison(comparison: Comparison): RowTest {
  const { column, operator } = comparison;
  const read = keyReader(column);
  const one = (): string | number => keyOfBound(column, comparison.value ?? null);
  const many = (): readonly (string | number)[] => listOf(comparison).map((value) => keyOfBound(column, value));
  switch (operator) {
    case "IS NULL":
      return (row) => (row[column.name] ?? null) === null;
    case "IS NOT NULL":
      return (row) => (row[column.name] ?? null) !== null;
    case "LIKE":
    case "NOT LIKE":
      return compilePattern(column, comparison.value as string, operator === "LIKE");
    case "IN":
    case "NOT IN":
      return membershipTest(read, new Set(many()), operator === "IN");
    case "BETWEEN": {
      const [low, high] = many();
      return keyTest(read, (key) => key >= low! && key <= high!);
    }
    default:
      return orderTest(read, operator, one());
  }
}

const listOf = (comparison: Comparison): readonly Value[] => comparison.value as readonly Value[];

function keyTest(read: (row: Row) => ComparisonKey, test: (key: string | number) => boolean): RowTest {
  return (row) => {
    const key = read(row);
    return key !== undefined && test(key);
  };
}

function orderTest(
  read: (row: Row) => ComparisonKey,
  operator: "=" | "<>" | "<" | "<=" | ">" | ">=",
  wanted: string | number,
): RowTest {
  switch (operator) {
    case "=":
      return (row) => read(row) === wanted;
    case "<>":
      return keyTest(read, (key) => key !== wanted);
    case "<":
      return keyTest(read, (key) => key < wanted);
    case "<=":
      return keyTest(read, (key) => key <= wanted);
    case ">":
      return keyTest(read, (key) => key > wanted);
    case ">=":
      return keyTest(read, (key) => key >= wanted);
  }
}

function membershipTest(
  read: (row: Row) => ComparisonKey,
  wanted: ReadonlySet<string | number>,
  isIn: boolean,
): RowTest {
  return keyTest(read, (key) => wanted.has(key) === isIn);
}

function compilePattern(column: Column, pattern: string, isLike: boolean): RowTest {
  const matches = compileLike(column.type === "id" ? pattern : fold(pattern));
  return keyTest(keyReader(column), (key) => matches(key as string) === isLike);
}
