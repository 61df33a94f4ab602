import {
  type ActivityLimits,
  asConnectorError,
  type Clock,
  ConnectorError,
  type Log,
  type Mistake,
  mistaken,
  type OutcomeError,
  type Row,
  type RowOutcome,
  type Session,
  type TableDefinition,
  timedOut,
} from "#spi";
import { bindTable } from "../query/bind.ts";
import { bodyPlaces, rowBinder, type WriteKind } from "../query/bind-rows.ts";
import { bindStatementRows } from "../query/bind-statement.ts";
import { parseSql } from "../query/parse-sql.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { leaseWithin, type ResolveConnection, type ResolvedConnection } from "./resolved-connection.ts";
import type { SessionLease } from "./sessions.ts";
import type { ActivityCases, UploadedRow, WriteBody } from "./use-cases.ts";
import { endsTheWrite, mistakeError, outcomeError, summarize, withColumnOf } from "./write-outcomes.ts";

export interface WriteParts {
  readonly resolve: ResolveConnection;
  readonly clock: Clock;
  readonly log: Log;
  readonly activityTimeoutSeconds: number;
}

/** How long a chunk whose time is up may still tell what became of it. */
const lastWordMs = 2000;

/** A row ready to be sent, or what is wrong with it. */
type Entry = { readonly row: Row } | { readonly error: OutcomeError };

interface Target {
  readonly connection: ResolvedConnection;
  readonly table: TableDefinition;
  readonly kind: WriteKind;
  readonly onRowError: "continue" | "stop";
}

export function createWrites(parts: WriteParts): Pick<ActivityCases, "write" | "writeStream"> {
  const { resolve, clock, activityTimeoutSeconds } = parts;
  return {
    async write(call, name, kind, body) {
      const connection = await resolve(call, name);
      refuseReadOnly(connection.limits);
      const { table, rows } = await bindBody(connection, kind, body);
      const target: Target = { connection, table, kind, onRowError: body.onRowError ?? "continue" };
      const deadline = startDeadline(call.signal, clock, activityTimeoutSeconds);
      const outcomes: RowOutcome[] = [];
      const entries = rows.map((row): Entry => ({ row }));
      for await (const some of writeEntries(parts, target, deadline, once(entries))) outcomes.push(...some);
      return { outcomes, summary: summarize(outcomes) };
    },
    async *writeStream(call, name, kind, { table: tableName, onRowError }, uploads) {
      const connection = await resolve(call, name);
      refuseReadOnly(connection.limits);
      const table = tableOf(connection, tableName, kind, "");
      const deadline = startDeadline(call.signal, clock, activityTimeoutSeconds);
      const target: Target = { connection, table, kind, onRowError };
      yield* writeEntries(parts, target, deadline, bindUploads(table, kind, uploads));
    },
  };
}

export function refuseReadOnly(limits: ActivityLimits): void {
  if (limits.readOnly) throw new ConnectorError("READ_ONLY", "The properties of this connection allow reading only.");
}

const tableOf = (connection: ResolvedConnection, name: string, kind: WriteKind, pointer: string): TableDefinition =>
  bindTable(connection.definition.tables(connection.config), { name, at: { pointer } }, connection.schema, kind);

async function bindBody(
  connection: ResolvedConnection,
  kind: WriteKind,
  body: WriteBody,
): Promise<{ readonly table: TableDefinition; readonly rows: readonly Row[] }> {
  if ("sql" in body) {
    const statement = await parseSql(body.sql, body.parameters, kind);
    const tables = connection.definition.tables(connection.config);
    const table = bindTable(tables, statement.table, connection.schema, kind);
    return { table, rows: bindStatementRows(table, statement) };
  }
  const table = tableOf(connection, body.table, kind, "/table");
  const bind = rowBinder(table, kind);
  const mistakes: Mistake[] = [];
  const rows = body.rows.map((row, index) => bind(row, bodyPlaces(index), mistakes));
  if (mistakes.length > 0) throw mistaken(mistakes);
  return { table, rows };
}

async function* once(entries: readonly Entry[]): AsyncGenerator<readonly Entry[]> {
  if (entries.length > 0) yield entries;
}

async function* bindUploads(
  table: TableDefinition,
  kind: WriteKind,
  uploads: AsyncIterable<readonly UploadedRow[]>,
): AsyncGenerator<readonly Entry[]> {
  const bind = rowBinder(table, kind);
  let index = 0;
  for await (const some of uploads) {
    yield some.map((upload): Entry => {
      const at = bodyPlaces(index++);
      if ("mistake" in upload) return { error: upload.mistake };
      const mistakes: Mistake[] = [];
      const row = bind(upload.row, at, mistakes);
      return mistakes.length > 0 ? { error: mistakeError(mistakes) } : { row };
    });
  }
}

/** Rows of one call to the session. With "stop" it is one, since no server stops in the middle of a batch. */
function chunkSize({ table, connection, onRowError }: Target): number {
  if (onRowError === "stop") return 1;
  const asked = connection.limits.batchSize ?? 0;
  return Math.max(1, asked > 0 ? Math.min(asked, table.rowsPerWrite) : table.rowsPerWrite);
}

/** Sends entries chunk by chunk and yields their outcomes in order. Throws only while nothing was attempted. */
async function* writeEntries(
  parts: WriteParts,
  target: Target,
  deadline: Deadline,
  source: AsyncIterable<readonly Entry[]>,
): AsyncGenerator<readonly RowOutcome[]> {
  const writer = new ChunkWriter(parts, target, deadline);
  try {
    const size = chunkSize(target);
    let waiting: Entry[] = [];
    for await (const entries of source) {
      for (const entry of entries) {
        waiting.push(entry);
        if (waiting.length < size) continue;
        yield await writer.write(waiting);
        waiting = [];
      }
    }
    if (waiting.length > 0) yield await writer.write(waiting);
  } finally {
    writer.close();
  }
}

/** The state of one write: counts rows, opens the session with the first chunk, knows when to stop. */
class ChunkWriter {
  readonly #parts: WriteParts;
  readonly #target: Target;
  readonly #deadline: Deadline;
  #lease: SessionLease | undefined;
  #index = 0;
  #isStopped = false;
  #hasOutcomes = false;

  constructor(parts: WriteParts, target: Target, deadline: Deadline) {
    this.#parts = parts;
    this.#target = target;
    this.#deadline = deadline;
  }

  async write(entries: readonly Entry[]): Promise<readonly RowOutcome[]> {
    const first = this.#index;
    this.#index += entries.length;
    const rows = entries.flatMap((entry) => ("row" in entry ? [entry.row] : []));
    const isOver = this.#isStopped || this.#deadline.signal.aborted;
    if (isOver && !this.#hasOutcomes) throw this.#deadline.signal.reason;
    const sent = isOver ? undefined : await this.#send(rows);
    let next = 0;
    const outcomes = entries.map((entry, offset): RowOutcome => {
      const index = first + offset;
      if (sent === undefined) return { index, status: "not-attempted" };
      if ("error" in entry) return { index, status: "failed", error: entry.error };
      return withColumnOf(this.#target.table, { ...sent[next++]!, index });
    });
    this.#hasOutcomes = true;
    const isBad = outcomes.some(({ status }) => status === "failed" || status === "indeterminate");
    if (isBad && this.#target.onRowError === "stop") this.#isStopped = true;
    return outcomes;
  }

  close(): void {
    this.#lease?.release();
    this.#deadline.end();
  }

  /** One outcome for each row. */
  async #send(rows: readonly Row[]): Promise<readonly RowOutcome[]> {
    if (rows.length === 0) return [];
    const { connection, kind, table } = this.#target;
    try {
      this.#lease ??= await leaseWithin(this.#deadline, connection);
      const step = callSession(this.#lease.session, kind, table, rows, this.#deadline.signal);
      const outcomes = await this.#deadline.race(step, lastWordMs);
      return rows.map((_, index) => outcomes[index] ?? unanswered(index));
    } catch (error) {
      return this.#afterFailure(error, rows);
    }
  }

  /** A call that failed as a whole: its rows failed, or nobody knows. */
  #afterFailure(thrown: unknown, rows: readonly Row[]): readonly RowOutcome[] {
    const isSending = this.#lease !== undefined;
    const isEnded = this.#deadline.signal.aborted && thrown === this.#deadline.signal.reason;
    const error = isEnded && !(thrown instanceof ConnectorError) ? callerLeft() : asConnectorError(thrown);
    if (error.code === "INTERNAL") this.#parts.log.error({ err: thrown }, "a write failed unexpectedly");
    const isUnknown = isSending && (isEnded || error.effect === "unknown" || error.code === "INTERNAL");
    if (!isUnknown && !this.#hasOutcomes && (!isSending || endsTheWrite(error))) throw thrown;
    if (!isSending || endsTheWrite(error)) this.#isStopped = true;
    const status = isUnknown ? "indeterminate" : isSending ? "failed" : "not-attempted";
    return rows.map((_, index) => ({ index, status, error: outcomeError(error) }));
  }
}

function callSession(
  session: Session,
  kind: WriteKind,
  table: TableDefinition,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  switch (kind) {
    case "create":
      return session.create(table, rows, signal);
    case "update":
      return session.update(table, rows, signal);
    case "delete":
      return session.delete(table, rows, signal);
  }
}

const callerLeft = (): ConnectorError => timedOut("The caller left before the server answered.");

function unanswered(index: number): RowOutcome {
  const error: OutcomeError = { code: "PROTOCOL", detail: "The server's answer has no outcome for this row." };
  return { index, status: "indeterminate", error };
}
