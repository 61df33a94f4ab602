import type { Value } from "./records.ts";
import type { Column, TableDefinition } from "./table.ts";

export const operators = [
  "=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "LIKE",
  "NOT LIKE",
  "IN",
  "NOT IN",
  "BETWEEN",
  "IS NULL",
  "IS NOT NULL",
] as const;
export type Operator = (typeof operators)[number];

/** One comparison. `value` is absent for IS [NOT] NULL, an array for IN, NOT IN (any length) and BETWEEN (two). */
export interface Comparison<B = unknown> {
  readonly column: Column<B>;
  readonly operator: Operator;
  readonly value?: Value;
}

/** A bound condition: a tree of comparisons, values already of the column's type. */
export type Condition<B = unknown> =
  | Comparison<B>
  | { readonly and: readonly Condition<B>[] }
  | { readonly or: readonly Condition<B>[] }
  | { readonly not: Condition<B> };

export interface SortKey<B = unknown> {
  readonly column: Column<B>;
  readonly direction: "asc" | "desc";
}

/** The query as data, names resolved to columns. What a session receives has only what it can do exactly or more broadly. */
export interface BoundQuery<B = unknown> {
  readonly table: TableDefinition<B>;
  /** Columns the session must fill in its rows. */
  readonly columns: readonly Column<B>[];
  readonly where?: Condition<B>;
  readonly orderBy: readonly SortKey<B>[];
  /** Values of pseudo-columns that stood in `where` as top-level equalities. */
  readonly pseudo: Readonly<Record<string, Value>>;
  readonly limit?: number;
  readonly offset?: number;
  /** Rows wished for in one upstream page. */
  readonly batchSize?: number;
  /** A Batch.position to go on from. */
  readonly from?: string;
  /** True when the caller named every column itself; false for "all columns". */
  readonly columnsNamed: boolean;
}

/** What the server is asked to do. */
export interface Pushdown<B = unknown> {
  /** Selects at least the rows asked for. */
  readonly where?: Condition<B>;
  /** True when `where` selects exactly the rows asked for, so nothing is left to filter. */
  readonly exact: boolean;
  readonly orderBy: readonly SortKey<B>[];
  /** True when the server can apply the limit and the offset itself. */
  readonly limit: boolean;
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
}

/** One line of explain: an upstream operation and how often it will be called. */
export interface PlannedCall {
  readonly operation: string;
  readonly count: number | { readonly min: number; readonly max?: number };
}

export const isComparison = <B>(condition: Condition<B>): condition is Comparison<B> => "column" in condition;
