import type { Batch, Clock, Log, Row, Warning } from "#spi";
import { createSorter } from "../query/order.ts";
import type { Cursor, PageTokens } from "../query/page-token.ts";
import { compileFilter, compileProjection, takeWindow, type Window, withRows } from "../query/residual.ts";
import type { Plan } from "../query/split.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import {
  batchSizeOf,
  bindingOf,
  explainPlan,
  firstCursor,
  pageSizeOf,
  planQuery,
  queryFrom,
  rowCapWarning,
} from "./query-plan.ts";
import { leaseWithin, type ResolveConnection, type ResolvedConnection } from "./resolved-connection.ts";
import type { SessionLease } from "./sessions.ts";
import { oneAhead, upstreamBatches } from "./upstream.ts";
import type { ActivityCases, QueryBody, QueryPage, QueryStream } from "./use-cases.ts";

export interface QueryParts {
  readonly resolve: ResolveConnection;
  readonly pageTokens: PageTokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly activityTimeoutSeconds: number;
}

/** Rows of one batch when a local sort hands its rows out. */
const sortedBatchRows = 1000;

export function createQueries(parts: QueryParts): Pick<ActivityCases, "query" | "queryStream" | "explain"> {
  const { resolve, pageTokens, clock, log, activityTimeoutSeconds } = parts;
  const startOf = (connection: ResolvedConnection, plan: Plan, body: QueryBody): Cursor =>
    body.pageToken === undefined ? firstCursor(plan) : pageTokens.open(body.pageToken, bindingOf(connection, body));
  return {
    async query(call, name, body) {
      const connection = await resolve(call, name);
      const plan = await planQuery(connection, body);
      const pageSize = pageSizeOf(body);
      const start = startOf(connection, plan, body);
      const page = new PageBuilder(plan, start, pageSize);
      if (start.limitLeft === 0) return page.answer(undefined);
      const deadline = startDeadline(call.signal, clock, activityTimeoutSeconds);
      try {
        const lease = await leaseWithin(deadline, connection);
        try {
          const capacity = sortCapacity(start, pageSize);
          const query = queryFrom(plan, start, batchSizeOf(plan, connection, pageSize));
          const upstream = upstreamBatches(lease.session, query, deadline, log);
          for await (const batch of locallyWorked(plan, upstream, capacity)) if (page.add(batch)) break;
        } finally {
          lease.release();
        }
      } finally {
        deadline.end();
      }
      return page.answer(page.next === undefined ? undefined : pageTokens.seal(page.next, bindingOf(connection, body)));
    },
    async queryStream(call, name, body): Promise<QueryStream> {
      const connection = await resolve(call, name);
      const plan = await planQuery(connection, body);
      const start = startOf(connection, plan, body);
      const batchSize = batchSizeOf(plan, connection, body.pageSize === undefined ? undefined : pageSizeOf(body));
      const deadline = startDeadline(call.signal, clock, activityTimeoutSeconds);
      try {
        const lease = await leaseWithin(deadline, connection, "stream");
        // A reader who never comes back would keep the session for ever.
        deadline.signal.addEventListener("abort", () => lease.release(), { once: true });
        const batches = oneAhead(streamed(plan, start, batchSize, lease, deadline, log));
        // The first batch is awaited here, so that a refusing server still gets its own status code.
        const first = await batches.next();
        return { columns: resultColumns(plan), batches: resumed(first, batches) };
      } catch (error) {
        deadline.end();
        throw error;
      }
    },
    async explain(call, name, body) {
      const connection = await resolve(call, name);
      const plan = await planQuery(connection, body);
      const start = startOf(connection, plan, body);
      return explainPlan(connection, plan, start, batchSizeOf(plan, connection, pageSizeOf(body)));
    },
  };
}

const resultColumns = (plan: Plan): QueryPage["columns"] => plan.columns.map(({ name, type }) => ({ name, type }));

async function* resumed(
  first: IteratorResult<Batch, void>,
  rest: AsyncGenerator<Batch, void>,
): AsyncGenerator<Batch, void> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
  }
}

/** Rows a local sort must keep for one page: those before it, its own, and one to know whether there are more. */
const sortCapacity = (cursor: Cursor, rows: number): number =>
  cursor.skip + cursor.offsetLeft + Math.min(rows, cursor.limitLeft ?? rows) + 1;

/** Filters batch by batch; a local sort takes all batches and hands on one. */
async function* locallyWorked(
  plan: Plan,
  upstream: AsyncGenerator<Batch, void>,
  capacity: number,
): AsyncGenerator<Batch, void> {
  const filter = compileFilter(plan.residual);
  if (plan.residual.orderBy.length === 0) {
    for await (const batch of upstream) yield withRows(batch, filter(batch.rows));
    return;
  }
  const sorter = createSorter(plan.residual.orderBy, capacity);
  const warnings: Warning[] = [];
  for await (const batch of upstream) {
    sorter.add(filter(batch.rows));
    warnings.push(...(batch.warnings ?? []));
  }
  yield { rows: sorter.sorted(), warnings: distinct(warnings) };
}

/** The whole answer as batches; passes a batch through untouched when there is nothing to do with it. */
async function* streamed(
  plan: Plan,
  start: Cursor,
  batchSize: number,
  lease: SessionLease,
  deadline: Deadline,
  log: Log,
): AsyncGenerator<Batch, void> {
  let news = plan.warnings;
  try {
    const window: Window = windowOf(start);
    const project = compileProjection(plan.residual.columns);
    const query = queryFrom(plan, start, batchSize);
    const upstream = upstreamBatches(lease.session, query, deadline, log);
    const batches = locallyWorked(plan, upstream, window.offsetLeft + window.limitLeft);
    for await (const batch of window.limitLeft === 0 ? [] : batches) {
      for (const part of portions(batch, plan)) {
        yield withWarnings(withRows(part, project(takeWindow(part.rows, window))), news);
        news = [];
      }
      if (window.limitLeft === 0) break;
    }
    if (plan.cappedByConnection && window.limitLeft === 0) news = [...news, rowCapWarning(plan)];
    if (news.length > 0) yield { rows: [], warnings: news };
  } finally {
    lease.release();
    deadline.end();
  }
}

const windowOf = (cursor: Cursor): Window => ({
  offsetLeft: cursor.offsetLeft + cursor.skip,
  limitLeft: cursor.limitLeft ?? Number.POSITIVE_INFINITY,
});

const withWarnings = (batch: Batch, warnings: readonly Warning[]): Batch =>
  warnings.length === 0 ? batch : { ...batch, warnings: [...warnings, ...(batch.warnings ?? [])] };

function* portions(batch: Batch, plan: Plan): Generator<Batch> {
  if (plan.residual.orderBy.length === 0 || batch.rows.length <= sortedBatchRows) return yield batch;
  for (let at = 0; at < batch.rows.length; at += sortedBatchRows) {
    const rows = batch.rows.slice(at, at + sortedBatchRows);
    yield at === 0 ? { ...batch, rows } : { rows };
  }
}

/** Fills one JSON page from batches and finds where the next page starts. */
class PageBuilder {
  readonly #plan: Plan;
  readonly #pageSize: number;
  readonly #project: (rows: readonly Row[]) => readonly Row[];
  readonly #records: Row[] = [];
  readonly #warnings: Warning[];
  /** Where the batch that comes next starts, and what of it is used up. */
  #position: string | undefined;
  #skip: number;
  #offsetLeft: number;
  #limitLeft: number;
  /** Set when there is, or may be, more. */
  next: Cursor | undefined;

  constructor(plan: Plan, start: Cursor, pageSize: number) {
    this.#plan = plan;
    this.#pageSize = pageSize;
    this.#project = compileProjection(plan.residual.columns);
    this.#warnings = [...plan.warnings];
    this.#position = start.position;
    this.#skip = start.skip;
    this.#offsetLeft = start.offsetLeft;
    this.#limitLeft = start.limitLeft ?? Number.POSITIVE_INFINITY;
  }

  /** Takes what it needs of a batch; true when the page is complete. */
  add(batch: Batch): boolean {
    this.#warnings.push(...(batch.warnings ?? []));
    const { rows } = batch;
    const start = Math.min(rows.length, this.#skip + this.#offsetLeft);
    const room = Math.min(this.#pageSize - this.#records.length, this.#limitLeft);
    const end = Math.min(rows.length, start + room);
    this.#offsetLeft -= Math.max(0, start - this.#skip);
    this.#limitLeft -= end - start;
    for (const row of this.#project(rows.slice(start, end))) this.#records.push(row);
    if (this.#limitLeft === 0) {
      if (this.#plan.cappedByConnection) this.#warnings.push(rowCapWarning(this.#plan));
      return true;
    }
    if (end < rows.length) return this.#stop(this.#position, end);
    if (batch.position === undefined) return true;
    this.#position = batch.position;
    this.#skip = 0;
    return this.#records.length === this.#pageSize ? this.#stop(batch.position, 0) : false;
  }

  #stop(position: string | undefined, skip: number): true {
    this.next = {
      ...(position === undefined ? {} : { position }),
      skip,
      offsetLeft: this.#offsetLeft,
      ...(Number.isFinite(this.#limitLeft) ? { limitLeft: this.#limitLeft } : {}),
    };
    return true;
  }

  answer(nextPageToken: string | undefined): QueryPage {
    return {
      columns: resultColumns(this.#plan),
      records: this.#records,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
      warnings: distinct(this.#warnings),
    };
  }
}

function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code}\n${warning.detail}`, warning])).values()];
}
