import type { Json, Leaf, Sort, Where } from "./reference-evaluation.ts";

const quotedName = (name: string): string => `[${name}]`;

/** A query as SQL text with `?` parameters; every other value stands in the text itself. */
export function sqlOf(
  table: string,
  query: {
    readonly columns?: readonly string[];
    readonly where?: Where;
    readonly orderBy?: readonly Sort[];
    readonly limit?: number;
    readonly offset?: number;
  },
): { readonly sql: string; readonly parameters: readonly Json[] } {
  const parameters: Json[] = [];
  let count = 0;
  const value = (given: Json): string => {
    count += 1;
    if (count % 2 === 0 && typeof given === "string") return `'${given.replaceAll("'", "''")}'`;
    parameters.push(given);
    return "?";
  };
  const leaf = ({ column, operator, value: operand = null }: Leaf): string => {
    const left = `${quotedName(column)} ${operator}`;
    if (operator.startsWith("IS")) return left;
    const list = operand as readonly Json[];
    if (operator === "BETWEEN") return `${left} ${value(list[0] ?? null)} AND ${value(list[1] ?? null)}`;
    if (operator.endsWith("IN")) return `${left} (${list.map(value).join(", ")})`;
    return `${left} ${value(operand)}`;
  };
  const condition = (where: Where): string => {
    if ("column" in where) return leaf(where);
    if ("not" in where) return `NOT (${condition(where.not)})`;
    const [parts, word] = "and" in where ? [where.and, " AND "] : [where.or, " OR "];
    return `(${parts.map(condition).join(word)})`;
  };
  const { columns, where, orderBy = [], limit, offset } = query;
  const text = [
    `SELECT ${columns === undefined ? "*" : columns.map(quotedName).join(", ")} FROM ${quotedName(table)}`,
    where && `WHERE ${condition(where)}`,
    orderBy.length > 0 &&
      `ORDER BY ${orderBy.map(({ column, direction }) => `${quotedName(column)} ${direction}`).join(", ")}`,
    limit !== undefined && `LIMIT ${limit}`,
    offset !== undefined && `OFFSET ${offset}`,
  ];
  return { sql: text.filter(Boolean).join(" "), parameters };
}
