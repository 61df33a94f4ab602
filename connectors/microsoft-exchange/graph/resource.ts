import type { Row, TableDefinition, Value } from "#spi";
import type { ApartRule } from "./apart.ts";
import type { GraphBinding } from "./binding.ts";
import type { JsonObject } from "./errors.ts";

/** How rows are found by the parent they belong to. */
export interface ParentRule {
  /** Column that holds the parent's id. */
  readonly column: string;
  /** Another column that names the same parent. */
  readonly alias?: string;
  /** Collection of the rows below the owner, for an encoded parent id. */
  path(id: string): string;
  /** Names that stand for ids in a path. */
  readonly wellKnown?: readonly string[];
  /**
   * What is read when no condition names a parent: the plain collection; the collection of one parent whose id is
   * asked for; the collections of all parents in turn; nothing, because a parent is demanded.
   */
  readonly otherwise:
    | { readonly kind: "collection" }
    | { readonly kind: "default"; readonly parent: string }
    | { readonly kind: "each"; readonly parents: string }
    | { readonly kind: "required" };
}

/** How rows are written. */
export interface WriteRules {
  /** Safe to send again, and how: by a client-made id in this member, or by looking up a recognition property. */
  readonly recognition?: "transactionId" | "extended-property";
  /** Last touches to the body of a created row. */
  prepare?(body: JsonObject, row: Row): JsonObject;
  /** Members an update must repeat or Graph overwrites them; read first when the row lacks them. */
  readonly keeps?: readonly string[];
  /** What goes in further requests after the first. */
  readonly apart?: ApartRule;
  /** Changes that depend on the item as it stands. */
  readonly change?: {
    /** Members of it to read first; none = it is not read. */
    needs(body: JsonObject, row: Row): readonly string[];
    /** The body of the change; `item` is undefined where nothing had to be read. */
    complete(body: JsonObject, row: Row, item: Value | undefined): JsonObject;
  };
}

/** A usage report of the tenant. */
export interface ReportRule {
  /** Function below `/reports`. */
  readonly name: string;
  /** What chooses the days: nothing, the period only, or the period or one day. */
  readonly days: "none" | "period" | "period-or-date";
}

/** What lies behind a table in Microsoft Graph. */
export interface GraphResource {
  readonly owner: "mailbox" | "mailbox-or-group" | "directory";
  /** Collection below the owner, e.g. `messages`. */
  readonly collection: string;
  /** Collection in which single rows are addressed, where it is another one (occurrences are events). */
  readonly items?: string;
  readonly parent?: ParentRule;
  /** Rows are read by id through the item's own address. */
  readonly byId: boolean;
  /** Largest `$top`. */
  readonly maxPage: number;
  /** Members that make items large; with them pages are kept small. */
  readonly heavy: readonly string[];
  /** Members `$select` knows; others come only without `$select`. Absent = all. */
  readonly selectable?: readonly string[];
  /** A time window is demanded: `startDateTime` and `endDateTime`. */
  readonly window?: true;
  /** Sorting and filtering together need the sorted properties first in the filter. */
  readonly sortLeadsFilter?: true;
  /** The collection is the top of a tree walked by `childFolders`. */
  readonly tree?: true;
  /** The resource is one object, not a collection. */
  readonly single?: true;
  /** Rows lie in their parents only: there is no collection of all, and no address without the parent. */
  readonly onlyInParent?: true;
  /** A usage report, downloaded as CSV. */
  readonly report?: ReportRule;
  /** Values that hang on other items and are read and written through them. */
  readonly extendedProperties?: true;
  readonly headers?: Readonly<Record<string, string>>;
  readonly writes?: WriteRules;
  /** Columns Graph fills only when one item is read by its id. */
  readonly itemOnly?: readonly string[];
}

/** A table and what lies behind it. */
export interface GraphTable {
  readonly definition: TableDefinition<GraphBinding>;
  readonly resource: GraphResource;
}
