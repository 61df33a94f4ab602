import type { Code } from "./codes.ts";
import type { RemoteError } from "./errors.ts";

/** What a column may hold in JSON. Times are ISO 8601 in UTC with `Z`; binary is base64. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [member: string]: Value };

/** One record: a flat object keyed by column name. Made with a null prototype or plain literal keys only. */
export type Row = Record<string, Value>;

export interface Warning {
  readonly code: string;
  readonly detail: string;
}

/** The rows of one upstream page. */
export interface Batch {
  readonly rows: readonly Row[];
  /** Where the next batch starts; absent at the end. Opaque to everybody but the session that made it. */
  readonly position?: string;
  readonly warnings?: readonly Warning[];
}

export type RecordStream = AsyncIterable<Batch>;

export interface OutcomeError {
  readonly code: Code;
  readonly detail: string;
  readonly column?: string;
  readonly remote?: RemoteError;
  readonly cause?: string;
  readonly retryAfterMs?: number;
}

/** The result of one written row. `key` holds the key columns (EWS: with the change key where there is one). */
export interface RowOutcome {
  readonly index: number;
  readonly status: "succeeded" | "failed" | "not-attempted" | "indeterminate";
  readonly key?: Row;
  readonly error?: OutcomeError;
}
