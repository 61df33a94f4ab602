import { asConnectorError, type ConnectorError, type Row, type RowOutcome } from "#spi";

/** A row that was written, with its key columns. */
export const succeeded = (index: number, key: Row): RowOutcome => ({
  index,
  status: "succeeded",
  ...(Object.keys(key).length === 0 ? {} : { key }),
});

/** A failed row; `indeterminate` when the write may have happened. */
export function unsuccessful(index: number, problem: unknown, key?: Row): RowOutcome {
  const error = asConnectorError(problem);
  return {
    index,
    status: error.effect === "unknown" ? "indeterminate" : "failed",
    ...(key === undefined ? {} : { key }),
    error: outcomeError(error),
  };
}

function outcomeError(error: ConnectorError): NonNullable<RowOutcome["error"]> {
  return {
    code: error.code,
    detail: error.message,
    ...(error.target === undefined ? {} : { column: error.target }),
    ...(error.remote === undefined ? {} : { remote: error.remote }),
    ...(error.causeCode === undefined ? {} : { cause: error.causeCode }),
    ...(error.waitMs === undefined ? {} : { retryAfterMs: error.waitMs }),
  };
}
