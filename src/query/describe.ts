import { type BoundQuery, type Column, type Condition, isComparison, type SortKey, type Value } from "#spi";

/** A bound condition as the JSON of the API, names instead of columns. */
export function describeCondition(condition: Condition): Value {
  if (isComparison(condition)) {
    const { column, operator, value } = condition;
    return { column: column.name, operator, ...(value === undefined ? {} : { value }) };
  }
  if ("not" in condition) return { not: describeCondition(condition.not) };
  return "and" in condition
    ? { and: condition.and.map(describeCondition) }
    : { or: condition.or.map(describeCondition) };
}

export function describeOrder(orderBy: readonly SortKey[]): Value {
  return orderBy.map(({ column, direction }) => ({ column: column.name, direction }));
}

/** The parts of a query that are there, as explain shows them. */
export function describeQuery(query: Partial<Omit<BoundQuery, "table">>): Record<string, Value> {
  return {
    ...(query.columns === undefined ? {} : { columns: query.columns.map(({ name }) => name) }),
    ...(query.where === undefined ? {} : { where: describeCondition(query.where) }),
    ...(query.orderBy === undefined || query.orderBy.length === 0 ? {} : { orderBy: describeOrder(query.orderBy) }),
    ...(query.pseudo === undefined || Object.keys(query.pseudo).length === 0 ? {} : { pseudo: { ...query.pseudo } }),
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(query.offset === undefined ? {} : { offset: query.offset }),
  };
}

/** The columns a condition reads, each once, in order of appearance. */
export function columnsOfCondition(condition: Condition, into: Set<Column> = new Set()): Set<Column> {
  if (isComparison(condition)) into.add(condition.column);
  else if ("not" in condition) columnsOfCondition(condition.not, into);
  else for (const part of "and" in condition ? condition.and : condition.or) columnsOfCondition(part, into);
  return into;
}
