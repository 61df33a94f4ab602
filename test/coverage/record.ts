/** Names the folder into which the workers of a run write what their tests executed; unset, nothing is recorded. */
export const recordsVariable = "EXECUTION_RECORDS";

/** What a test did with a table. `columns` came back with a value, or were written and read back equal. */
export interface TableRecord {
  readonly table: string;
  readonly activity: "query" | "create" | "update" | "delete";
  readonly columns: readonly string[];
}

/** A procedure that a test executed to its end. */
export interface ProcedureRecord {
  readonly procedure: string;
  /** Inputs given another value than their default. */
  readonly inputs: readonly string[];
  /** Outputs that came back with a value. */
  readonly outputs: readonly string[];
}

/** One thing that was executed, and where. */
export interface Surroundings {
  /** The id vitest gave the test that ran. */
  readonly testId: string;
  readonly connector: string;
  readonly schema: string;
  /** The server's version, where the connection names one. */
  readonly platform?: string;
}

export type ExecutionRecord = Surroundings & (TableRecord | ProcedureRecord);
