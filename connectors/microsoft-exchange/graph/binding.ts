import type { BoundProcedure, Column, RecordStream } from "#spi";
import type { GraphCalls } from "./call.ts";

/** How a column's value looks in `$filter`. */
export type FilterKind =
  /** Quoted text; `startsWith` and `contains` say which functions the property takes. */
  | { readonly kind: "text"; readonly startsWith: boolean; readonly contains: boolean }
  /** One of a fixed set of words. */
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "number" }
  /** Edm.DateTimeOffset, written without quotes. */
  | { readonly kind: "instant" }
  /** `dateTime` of a dateTimeTimeZone: text, written in quotes and without offset. */
  | { readonly kind: "zoned" };

/** Where a column's value lives in a Graph resource. */
export interface PropertyBinding {
  readonly kind: "property";
  /** Members from the resource down to the value; empty when the value stands in the address, not in the resource. */
  readonly path: readonly string[];
  readonly filter?: FilterKind;
  /** The value is a time with its zone in the neighbouring member `timeZone`. */
  readonly zoned?: true;
  /** The value names a time zone: checked before anything is sent; `windows` is sent by its Windows name. */
  readonly zone?: "windows" | "given";
  /** Addresses the request instead of being filtered: an id, a parent, or the window of a calendar view. */
  readonly addresses?: true;
}

/** What a procedure does with its checked inputs. */
export interface ProcedureBinding {
  readonly kind: "procedure";
  run(calls: GraphCalls, input: BoundProcedure["input"], signal: AbortSignal): RecordStream;
}

export type GraphBinding = PropertyBinding | ProcedureBinding;

/** The property binding of a column; a column never has another. */
export function propertyOf(column: Column<GraphBinding>): PropertyBinding {
  if (column.binding.kind !== "property") throw new TypeError(`${column.name} has no property binding`);
  return column.binding;
}
