import type { Value } from "./records.ts";
import type { ColumnType } from "./table.ts";

export interface Parameter {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly description: string;
  readonly default?: string | number | boolean;
  readonly allowed?: readonly string[];
  /** Smallest and largest number, or length of text. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of type datetime: a time given without `Z` or offset is one on the clocks of a zone, and is handed on without `Z`. */
  readonly clock?: true;
  /** An input of type json that also takes plain text, unread: the procedure knows forms of its own. */
  readonly orText?: true;
}

/** A stored procedure: what Execute runs. */
export interface Procedure<B = unknown> {
  readonly name: string;
  readonly description: string;
  /** Changes something at the server: refused on read-only connections, never repeated blindly. */
  readonly writes: boolean;
  readonly inputs: readonly Parameter[];
  readonly outputs: readonly Parameter[];
  readonly binding: B;
}

/** A procedure with inputs checked: defaults filled in, values of the parameters' types. */
export interface BoundProcedure<B = unknown> {
  readonly procedure: Procedure<B>;
  readonly input: Readonly<Record<string, Value>>;
}
