import { asConnectorError, ConnectorError, type OutcomeError, type Row, type RowOutcome } from "#spi";
import { type EwsColumn, fieldOf } from "../binding.ts";
import { responseError } from "../errors.ts";
import { isError, type ResponseMessage, wordOf } from "../response-messages.ts";

/** The column a server means by a property it names. */
function columnOf(columns: readonly EwsColumn[], message: ResponseMessage, row: Row): string | undefined {
  if (message.fieldUri === undefined) return undefined;
  return columns.find((column) => {
    const { path } = fieldOf(column);
    if (path === undefined || !(column.name in row)) return false;
    return message.fieldUri === (path.index === undefined ? path.uri : `${path.uri}:${path.index}`);
  })?.name;
}

/** An error as an outcome tells it. */
export function outcomeError(error: ConnectorError, column: string | undefined = error.target): OutcomeError {
  return {
    code: error.code,
    detail: error.message,
    ...(column === undefined ? {} : { column }),
    ...(error.remote === undefined ? {} : { remote: error.remote }),
    ...(error.causeCode === undefined ? {} : { cause: error.causeCode }),
    ...(error.waitMs === undefined ? {} : { retryAfterMs: error.waitMs }),
  };
}

export const failed = (index: number, error: unknown): RowOutcome => ({
  index,
  status: "failed",
  error: outcomeError(asConnectorError(error)),
});

export const succeeded = (index: number, key?: Row): RowOutcome => ({
  index,
  status: "succeeded",
  ...(key === undefined ? {} : { key }),
});

export const indeterminate = (index: number, error: unknown): RowOutcome => ({
  index,
  status: "indeterminate",
  error: outcomeError(asConnectorError(error)),
});

/** The outcome of one row from its response message. */
export function messageOutcome(
  operation: string,
  index: number,
  message: ResponseMessage,
  row: Row,
  columns: readonly EwsColumn[],
  key: Row | undefined,
): RowOutcome {
  if (!isError(message)) return succeeded(index, key);
  const error = responseError(operation, wordOf(message));
  const outcome = outcomeError(error, columnOf(columns, message, row) ?? error.target);
  return { index, status: error.effect === "unknown" ? "indeterminate" : "failed", error: outcome };
}

/** A row that was sent in a call whose answer does not hold it. */
export const lostRow = (operation: string): ConnectorError =>
  new ConnectorError("PROTOCOL", "The server's answer leaves this row out.", {
    effect: "unknown",
    remote: { service: "EWS", operation },
  });

/** Did an error of a write leave open whether it happened? */
export const isUnknown = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError && error.effect === "unknown";

/** The request was refused as a whole, before anything was done, for what one row holds: its form, or its size. */
export const blamesARow = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError &&
  error.effect === "none" &&
  (error.causeCode === "EWS_REQUEST_REFUSED" || error.code === "TOO_LARGE");

/** Such a refusal, once it is known which row it is about. */
export const rowRefusal = (error: ConnectorError): ConnectorError =>
  error.code === "TOO_LARGE"
    ? error
    : new ConnectorError("INVALID_QUERY", `Exchange refuses a value of this row: ${error.message}`, {
        ...(error.remote === undefined ? {} : { remote: error.remote }),
      });
