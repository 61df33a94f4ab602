import {
  asConnectorError,
  type Batch,
  type BoundProcedure,
  type Clock,
  ConnectorError,
  type Log,
  mistaken,
  type Procedure,
  type Row,
  type Warning,
} from "#spi";
import { bindInput, type GivenInput, inputsOfBody } from "../query/bind-input.ts";
import { findProcedure } from "../query/names.ts";
import { parseSql } from "../query/parse-sql.ts";
import type { NameAt } from "../query/query.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { leaseWithin, type ResolveConnection, type ResolvedConnection } from "./resolved-connection.ts";
import type { SessionLease } from "./sessions.ts";
import { stopReading } from "./upstream.ts";
import type { ActivityCases, Call, ExecuteBody } from "./use-cases.ts";
import { refuseReadOnly } from "./writes.ts";

export interface ExecutionParts {
  readonly resolve: ResolveConnection;
  readonly clock: Clock;
  readonly log: Log;
  readonly activityTimeoutSeconds: number;
}

/** Rows of one procedure's result that are answered as one document. */
export const resultRowLimit = 100_000;

interface Request {
  readonly name: NameAt;
  readonly inputs: readonly GivenInput[];
  /** Where a missing input is reported, when it has no place of its own. */
  readonly missingPointer?: string;
}

/** A procedure about to run: bound, with a session, under a deadline. */
interface Running {
  readonly bound: BoundProcedure;
  readonly lease: SessionLease;
  readonly deadline: Deadline;
}

export function createExecutions(parts: ExecutionParts): Pick<ActivityCases, "execute" | "executeStream"> {
  const { log } = parts;
  return {
    async execute(call, name, body) {
      const running = await start(parts, call, name, body);
      const results: Row[] = [];
      const warnings: Warning[] = [];
      for await (const batch of batchesOf(running, log)) {
        for (const row of batch.rows) results.push(row);
        warnings.push(...(batch.warnings ?? []));
        if (results.length > resultRowLimit) throw tooManyRows(running.bound.procedure);
      }
      return { results, warnings };
    },
    async executeStream(call, name, body) {
      const running = await start(parts, call, name, body, "stream");
      const { procedure } = running.bound;
      // A reader who never comes back would keep the session for ever.
      running.deadline.signal.addEventListener("abort", () => running.lease.release(), { once: true });
      return {
        columns: procedure.outputs.map(({ name: output, type }) => ({ name: output, type })),
        batches: batchesOf(running, log),
      };
    },
  };
}

async function start(
  { resolve, clock, activityTimeoutSeconds }: ExecutionParts,
  call: Call,
  name: string,
  body: ExecuteBody,
  use?: "stream",
): Promise<Running> {
  const connection = await resolve(call, name);
  const request = await readRequest(body);
  const procedure = procedureOf(connection, request.name);
  if (procedure.writes) refuseReadOnly(connection.limits);
  const bound = bindInput(procedure, request.inputs, request.missingPointer);
  const deadline = startDeadline(call.signal, clock, activityTimeoutSeconds);
  try {
    const lease = await leaseWithin(deadline, connection, procedure.writes ? undefined : use);
    return { bound, lease, deadline };
  } catch (error) {
    deadline.end();
    throw error;
  }
}

/** The result page by page; session and clock go back at its end, whoever ends it. */
async function* batchesOf({ bound, lease, deadline }: Running, log: Log): AsyncGenerator<Batch, void> {
  const { procedure } = bound;
  const iterator = lease.session.execute(bound, deadline.signal)[Symbol.asyncIterator]();
  let isAtEnd = false;
  try {
    for (;;) {
      const next = await deadline.race(iterator.next(), procedure.writes ? lastWordMs : 0);
      isAtEnd = next.done === true;
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    throw procedure.writes ? withEffect(error, deadline.signal) : error;
  } finally {
    if (!isAtEnd) await stopReading(iterator, deadline, log);
    lease.release();
    deadline.end();
  }
}

/** How long a procedure whose time is up may still tell what became of it. */
const lastWordMs = 2000;

async function readRequest(body: ExecuteBody): Promise<Request> {
  if (!("sql" in body)) {
    return { name: { name: body.procedure, at: { pointer: "/procedure" } }, inputs: inputsOfBody(body.input) };
  }
  const { procedure, inputs } = await parseSql(body.sql, body.parameters, "execute");
  return { name: procedure, inputs, missingPointer: "/sql" };
}

function procedureOf(connection: ResolvedConnection, name: NameAt): Procedure {
  const { definition, config, schema } = connection;
  const lookup = findProcedure(definition.procedures(config), name, schema);
  if ("mistake" in lookup) throw mistaken([lookup.mistake]);
  return lookup.found;
}

/** A writing procedure whose end was not seen may have happened. */
function withEffect(thrown: unknown, signal: AbortSignal): unknown {
  const isCut = signal.aborted && thrown === signal.reason;
  if (isCut && !(thrown instanceof ConnectorError)) return thrown;
  const error = asConnectorError(thrown);
  return isCut || error.code === "INTERNAL" ? error.with({ effect: "unknown" }) : error;
}

function tooManyRows(procedure: Procedure): ConnectorError {
  return new ConnectorError("TOO_LARGE", `${procedure.name} answers more than ${resultRowLimit} rows.`, {
    ...(procedure.writes ? { effect: "unknown" } : {}),
  });
}
