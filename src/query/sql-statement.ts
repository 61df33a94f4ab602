import type { NameAt, NamedCondition, Query, ValueAt } from "./query.ts";

/** One `name = value` of a statement. */
export interface Cell {
  readonly name: NameAt;
  readonly value: ValueAt;
}

/** A statement, read but not bound. */
export type Statement =
  | { readonly kind: "query"; readonly query: Query }
  | { readonly kind: "create"; readonly table: NameAt; readonly rows: readonly (readonly Cell[])[] }
  | {
      readonly kind: "update";
      readonly table: NameAt;
      readonly assignments: readonly Cell[];
      readonly where?: NamedCondition;
    }
  | { readonly kind: "delete"; readonly table: NameAt; readonly where?: NamedCondition }
  | { readonly kind: "execute"; readonly procedure: NameAt; readonly inputs: readonly Cell[] };

export type StatementOf<K extends Statement["kind"]> = Extract<Statement, { readonly kind: K }>;
