import { type Mistake, mistaken } from "#spi";
import { parseCondition } from "./parse-condition.ts";
import type { NamedCondition, Query } from "./query.ts";

/** A table query as data, its shape already checked. */
export interface TableQueryBody {
  readonly table: string;
  readonly columns?: readonly string[];
  readonly where?: unknown;
  readonly orderBy?: readonly { readonly column: string; readonly direction?: "asc" | "desc" }[];
  readonly limit?: number;
  readonly offset?: number;
}

/** The query of a body given as data. An empty list of columns means all of them. Throws every mistake of `where` at once. */
export function parseQuery(body: TableQueryBody): Query {
  const mistakes: Mistake[] = [];
  const where = hasWhere(body) ? parseCondition(body.where, "/where", mistakes) : undefined;
  if (mistakes.length > 0) throw mistaken(mistakes);
  return {
    table: { name: body.table, at: { pointer: "/table" } },
    ...columnsOf(body.columns),
    ...(where === undefined ? {} : { where: where satisfies NamedCondition }),
    orderBy: (body.orderBy ?? []).map(({ column, direction }, index) => ({
      column: { name: column, at: { pointer: `/orderBy/${index}/column` } },
      direction: direction ?? "asc",
    })),
    ...(body.limit === undefined ? {} : { limit: body.limit }),
    ...(body.offset === undefined ? {} : { offset: body.offset }),
  };
}

const hasWhere = (body: TableQueryBody): boolean => body.where !== undefined && body.where !== null;

function columnsOf(columns: readonly string[] | undefined): Pick<Query, "columns"> {
  if (columns === undefined || columns.length === 0) return {};
  return { columns: columns.map((name, index) => ({ name, at: { pointer: `/columns/${index}` } })) };
}
