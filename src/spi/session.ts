import type { StepId } from "./causes.ts";
import type { ChangeFeed } from "./changes.ts";
import type { Contents } from "./content.ts";
import type { BoundProcedure } from "./procedure.ts";
import type { BoundQuery } from "./query.ts";
import type { RecordStream, Row, RowOutcome } from "./records.ts";
import type { TableDefinition } from "./table.ts";

export interface StepFinding {
  readonly detail: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** A cause code when the step passed but something will stop or is weak. */
  readonly warning?: string;
}

export interface Identity {
  readonly user: string;
  readonly mailbox?: string;
  readonly displayName?: string;
}

/** Takes what a connection test finds. A throw inside `step` fails that step (or the one its cause names) and ends the test. */
export interface StepReporter {
  step(
    id: Extract<StepId, "challenge" | "authentication" | "protocol" | "mailbox" | "permission">,
    title: string,
    look: () => Promise<StepFinding>,
  ): Promise<void>;
  identity(identity: Identity): void;
  serverVersion(version: string): void;
}

/** An open conversation for one configuration. Reused by many calls at once. */
export interface Session<B = unknown> {
  test(steps: StepReporter, signal: AbortSignal): Promise<void>;
  query(query: BoundQuery<B>, signal: AbortSignal): RecordStream;
  /** One chunk of at most `table.rowsPerWrite` rows; outcomes in order, `index` counting within the chunk. Rows hold checked, typed values. */
  create(table: TableDefinition<B>, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]>;
  update(table: TableDefinition<B>, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]>;
  delete(table: TableDefinition<B>, rows: readonly Row[], signal: AbortSignal): Promise<readonly RowOutcome[]>;
  execute(procedure: BoundProcedure<B>, signal: AbortSignal): RecordStream;
  /** Absent: this connector has no contents of that kind. */
  readonly contents?: Contents<B>;
  /** Absent: this connector tells of no changes. */
  readonly changes?: ChangeFeed<B>;
  close(): Promise<void>;
}
