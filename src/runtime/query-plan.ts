import { type BoundQuery, invalidRequest, type PlannedCall, type Warning } from "#spi";
import { bindQuery } from "../query/bind.ts";
import { describeQuery } from "../query/describe.ts";
import { type Cursor, pageBinding } from "../query/page-token.ts";
import { parseQuery } from "../query/parse-query.ts";
import { parseSql } from "../query/parse-sql.ts";
import { type Plan, split } from "../query/split.ts";
import type { ResolvedConnection } from "./resolved-connection.ts";
import type { Explanation, QueryBody } from "./use-cases.ts";

/** Pages of JSON answers. */
export const defaultPageSize = 100;
export const maxPageSize = 1000;

/** Reads, binds and splits the query of a body; nothing is sent. */
export async function planQuery(connection: ResolvedConnection, body: QueryBody): Promise<Plan> {
  const { definition, config, schema, limits } = connection;
  const query = "sql" in body ? (await parseSql(body.sql, body.parameters, "query")).query : parseQuery(body);
  return split(bindQuery(query, definition.tables(config), schema), limits);
}

/** The rows of one JSON page. */
export function pageSizeOf(body: QueryBody): number {
  const asked = body.pageSize ?? defaultPageSize;
  if (!Number.isInteger(asked) || asked < 1) throw invalidRequest("pageSize is a whole number from 1 on.");
  return Math.min(asked, maxPageSize);
}

export const firstCursor = (plan: Plan): Cursor => ({
  skip: 0,
  offsetLeft: plan.residual.offset ?? 0,
  ...(plan.limit === undefined ? {} : { limitLeft: plan.limit }),
});

export const bindingOf = (connection: ResolvedConnection, body: QueryBody): string =>
  pageBinding(connection.connectionId, body);

/** What the session is asked from a cursor on: a limit counts from the cursor's batch, an offset is behind it. */
export function queryFrom(plan: Plan, cursor: Cursor, batchSize: number): BoundQuery {
  const { limit, offset, ...rest } = plan.pushed;
  const isFirst = cursor.position === undefined;
  return {
    ...rest,
    batchSize,
    ...(limit === undefined ? {} : { limit: (cursor.limitLeft ?? limit) + cursor.skip }),
    ...(offset === undefined || !isFirst ? {} : { offset }),
    ...(cursor.position === undefined ? {} : { from: cursor.position }),
  };
}

/** Rows of one upstream page: no more than a JSON page needs, unless rows will be dropped here. */
export function batchSizeOf(plan: Plan, connection: ResolvedConnection, wanted: number | undefined): number {
  const { pageSize } = connection.limits;
  const drops = plan.residual.where !== undefined || plan.residual.orderBy.length > 0;
  return drops || wanted === undefined ? pageSize : Math.min(wanted, pageSize);
}

export const rowCapWarning = (plan: Plan): Warning => ({
  code: "ROW_CAP",
  detail: `The connection's properties limit an answer to ${plan.limit} rows; there may be more.`,
});

export function explainPlan(connection: ResolvedConnection, plan: Plan, start: Cursor, batchSize: number): Explanation {
  const { definition, config } = connection;
  const calls: readonly PlannedCall[] =
    start.limitLeft === 0 ? [] : definition.calls(config, queryFrom(plan, start, batchSize));
  return {
    pushdown: describeQuery(plan.pushed),
    residual: describeQuery(plan.residual),
    calls,
    warnings: plan.warnings,
  };
}
