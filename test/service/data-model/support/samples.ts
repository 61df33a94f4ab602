import type { Row } from "#spi";
import type { WalkContext } from "./walk.ts";

/** A row to create and what it is changed to afterwards. */
export interface RowSample {
  readonly create: Row;
  readonly update?: Row;
  /** Given on create too, and answered in another form: time zones, as times are answered in UTC. */
  readonly unlike?: Row;
  /** Conditions without which the row is not found, beside those of the table. */
  readonly where?: Row;
}

/** A row that is there already and what it is changed to: tables without Create. */
export interface ExistingRowSample {
  /** The columns that say which row it is; none where there is one row only. */
  readonly key: Row;
  readonly update: Row;
}

/** Sample values of one table. Together the rows give every column that can be written. */
export interface TableSamples {
  readonly rows?: readonly RowSample[];
  readonly existing?: readonly ExistingRowSample[];
  /** Conditions every query of the table must have, as column and value. */
  readonly where?: Row;
  /** Further conditions under which the table answers other rows, such as the occurrences of a time. */
  readonly also?: readonly object[];
  /** A deleted row keeps its key at another place, as folders do below Deleted Items. */
  readonly isKept?: true;
  /** Rows of pseudo-columns for writes, such as who is told of a meeting. */
  readonly alongside?: Row;
}

/** Sample values by table; a function where they hold ids of the mailbox at hand. */
export type Samples = Readonly<Record<string, TableSamples | ((context: WalkContext) => Promise<TableSamples>)>>;
