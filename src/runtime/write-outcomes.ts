import {
  type Code,
  type ConnectorError,
  codeInfo,
  type Mistake,
  type OutcomeError,
  type RowOutcome,
  type TableDefinition,
} from "#spi";
import type { WriteSummary } from "./use-cases.ts";

/** Errors of the connection rather than of rows: what comes after would fail in the same way, or lock an account. */
const connectionWide = new Set<Code>([
  "AUTHENTICATION_FAILED",
  "AUTHORIZATION_REQUIRED",
  "EWS_DISABLED",
  "BUSY",
  "UNREACHABLE",
  "CERTIFICATE",
  "EGRESS_DENIED",
  "INTERNAL",
]);

export const endsTheWrite = (error: ConnectorError): boolean => connectionWide.has(error.code);

/** An error as it stands in an outcome. */
export function outcomeError(error: ConnectorError): OutcomeError {
  return {
    code: error.code,
    detail: error.message,
    ...(error.target === undefined ? {} : { column: error.target }),
    ...(error.remote === undefined ? {} : { remote: error.remote }),
    ...(error.causeCode === undefined ? {} : { cause: error.causeCode }),
    ...(error.waitMs === undefined ? {} : { retryAfterMs: error.waitMs }),
  };
}

/** Errors of the connection name a property as their target: only a column of the table stands in an outcome. */
export function withColumnOf(table: TableDefinition, outcome: RowOutcome): RowOutcome {
  const named = outcome.error?.column;
  if (outcome.error === undefined || named === undefined) return outcome;
  if ([...table.columns, ...table.pseudoColumns].some(({ name }) => name === named)) return outcome;
  const { column: _, ...error } = outcome.error;
  return { ...outcome, error };
}

/** What was wrong with a row before it was sent: the first mistake, and how many more. */
export function mistakeError(mistakes: readonly Mistake[]): OutcomeError {
  const first = mistakes[0];
  const code = first?.code ?? "INVALID_QUERY";
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : "";
  // Pointers of cells are /rows/<index>/<column>; those of whole rows name no column.
  const column = first?.pointer.split("/")[3]?.replaceAll("~1", "/").replaceAll("~0", "~");
  return {
    code,
    detail: `${first?.detail ?? codeInfo[code].meaning}${more}`,
    ...(column === undefined || column === "" ? {} : { column }),
  };
}

export function summarize(outcomes: readonly RowOutcome[]): WriteSummary {
  const count = (status: RowOutcome["status"]) => outcomes.filter((outcome) => outcome.status === status).length;
  return {
    succeeded: count("succeeded"),
    failed: count("failed"),
    notAttempted: count("not-attempted"),
    indeterminate: count("indeterminate"),
  };
}
