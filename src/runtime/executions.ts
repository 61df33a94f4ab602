import {
  asConnectorError,
  type BoundProcedure,
  type Clock,
  ConnectorError,
  type Log,
  mistaken,
  type Procedure,
  type Row,
  type Session,
  type Warning,
} from "#spi";
import { bindInput, type GivenInput, inputsOfBody } from "../query/bind-input.ts";
import { findProcedure } from "../query/names.ts";
import { parseSql } from "../query/parse-sql.ts";
import type { NameAt } from "../query/query.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { leaseWithin, type ResolveConnection, type ResolvedConnection } from "./resolved-connection.ts";
import { stopReading } from "./upstream.ts";
import type { ActivityCases, ExecuteBody, ExecuteResult } from "./use-cases.ts";
import { refuseReadOnly } from "./writes.ts";

export interface ExecutionParts {
  readonly resolve: ResolveConnection;
  readonly clock: Clock;
  readonly log: Log;
  readonly activityTimeoutSeconds: number;
}

/** Rows of one procedure's result; they are answered as one document. */
export const resultRowLimit = 100_000;

interface Request {
  readonly name: NameAt;
  readonly inputs: readonly GivenInput[];
  /** Where a missing input is reported, when it has no place of its own. */
  readonly missingPointer?: string;
}

export function createExecutions(parts: ExecutionParts): Pick<ActivityCases, "execute"> {
  const { resolve, clock, activityTimeoutSeconds } = parts;
  return {
    async execute(call, name, body) {
      const connection = await resolve(call, name);
      const request = await readRequest(body);
      const procedure = procedureOf(connection, request.name);
      if (procedure.writes) refuseReadOnly(connection.limits);
      const bound = bindInput(procedure, request.inputs, request.missingPointer);
      const deadline = startDeadline(call.signal, clock, activityTimeoutSeconds);
      try {
        const lease = await leaseWithin(deadline, connection);
        try {
          return await readResults(parts, lease.session, bound, deadline);
        } finally {
          lease.release();
        }
      } finally {
        deadline.end();
      }
    },
  };
}

async function readResults(
  { log }: ExecutionParts,
  session: Session,
  bound: BoundProcedure,
  deadline: Deadline,
): Promise<ExecuteResult> {
  const { procedure } = bound;
  const results: Row[] = [];
  const warnings: Warning[] = [];
  const iterator = session.execute(bound, deadline.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await deadline.race(iterator.next(), procedure.writes ? lastWordMs : 0);
      if (next.done === true) return { results, warnings };
      for (const row of next.value.rows) results.push(row);
      warnings.push(...(next.value.warnings ?? []));
      if (results.length > resultRowLimit) throw tooManyRows(procedure);
    }
  } catch (error) {
    await stopReading(iterator, deadline, log);
    throw procedure.writes ? withEffect(error, deadline.signal) : error;
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
