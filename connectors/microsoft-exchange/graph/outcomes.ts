import { asConnectorError, type ConnectorError, type Row, type RowOutcome } from "#spi";

export const succeeded = (index: number, id: string | undefined): RowOutcome => ({
  index,
  status: "succeeded",
  ...(id === undefined ? {} : { key: { id } }),
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
