import { ConnectorError, type Row, type RowOutcome } from "#spi";

/** The key of a row that was written, or what kept it from being written. */
export function keyOf(outcomes: readonly RowOutcome[]): Row {
  const [outcome] = outcomes;
  if (outcome?.status === "succeeded") return outcome.key ?? {};
  const {
    code = "INTERNAL",
    detail = "Nothing was answered.",
    column,
    remote,
    cause,
    retryAfterMs,
  } = outcome?.error ?? {};
  throw new ConnectorError(code, detail, {
    ...(column === undefined ? {} : { target: column }),
    ...(remote === undefined ? {} : { remote }),
    ...(cause === undefined ? {} : { causeCode: cause }),
    ...(retryAfterMs === undefined ? {} : { waitMs: retryAfterMs }),
    ...(outcome?.status === "indeterminate" ? { effect: "unknown" as const } : {}),
  });
}
