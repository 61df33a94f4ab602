import type { BoundQuery, Operator, Pushdown } from "./query.ts";

export const activities = ["query", "create", "update", "delete", "execute"] as const;
export type Activity = (typeof activities)[number];

/** Column types of the catalogue. `json` is an array or object. `id` compares exactly, `string` ignoring case. */
export type ColumnType = "string" | "id" | "integer" | "double" | "boolean" | "datetime" | "date" | "binary" | "json";

/** Can a value be given on create, on update, or never. */
export type Mutability = "read-only" | "create-only" | "update-only" | "writable";

/** How the server's own evaluation relates to ours: the same rows, or perhaps more (then we filter again). */
export type Pushability = "exact" | "superset";

export interface Column<B = unknown> {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly key: boolean;
  readonly mutability: Mutability;
  /** Operators the server can evaluate on this column; all others are evaluated locally. */
  readonly operators: Partial<Readonly<Record<Operator, Pushability>>>;
  /** The server can sort by it at all (what the catalogue shows). */
  readonly sortable: boolean;
  /** The server's order is ours: NULL smallest, folded text. Only then is a sort pushed down. */
  readonly sortsExactly: boolean;
  /** `item`: list reads leave the column empty; the connector reads each item to fill it. */
  readonly read: "list" | "item";
  readonly description: string;
  /** Allowed values, when the server knows a fixed set. */
  readonly allowed?: readonly string[];
  /** Of type datetime: a time given without `Z` or offset is one on the clocks of a zone, and is handed on without `Z`. */
  readonly clock?: true;
  /** Platforms or versions that know the column, in the connector's own words, for docs. */
  readonly since?: string;
  /** Reaches only the connector: field URI for EWS, property path for Graph. */
  readonly binding: B;
}

/** Accepted in conditions or rows, not stored at the server. */
export interface PseudoColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly use: readonly Exclude<Activity, "execute">[];
  readonly allowed?: readonly string[];
  readonly default?: string;
  readonly description: string;
}

export interface TableDefinition<B = unknown> {
  readonly name: string;
  readonly kind: "TABLE" | "VIEW";
  readonly description: string;
  readonly activities: readonly Exclude<Activity, "execute">[];
  readonly columns: readonly Column<B>[];
  readonly pseudoColumns: readonly PseudoColumn[];
  /** Columns without which a row cannot be created. */
  readonly requiredOnCreate: readonly string[];
  /** Rows of one create, update or delete call to the session. */
  readonly rowsPerWrite: number;
  /** Conditions a query must have (e.g. ItemId of attendee tables): column names that need `=` or `IN` at the top. */
  readonly requiredInWhere?: readonly string[];
  /** Why this connection has no column of that name which other versions of the server have; undefined for any other. */
  absent?(column: string): string | undefined;
  /**
   * Narrows what the generic split would push down, for rules that operators cannot state (Graph sort with filter,
   * CalendarView range). Pure. Must return a where that selects at least the rows asked for.
   */
  accepts?(query: BoundQuery<B>, proposed: Pushdown<B>): Pushdown<B>;
}

/** The key columns of a table. */
export function keyColumns<B>(table: TableDefinition<B>): readonly Column<B>[] {
  return table.columns.filter((column) => column.key);
}
