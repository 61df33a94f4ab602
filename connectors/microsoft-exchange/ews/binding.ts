import { type Column, ConnectorError, type Row, type Value } from "#spi";
import type { EwsCaller } from "./call.ts";
import type { Scalar } from "./values.ts";

/** How EWS names a property in shapes, restrictions, sorts and updates. */
export interface PropertyPath {
  readonly uri: string;
  /** FieldIndex of an indexed property (addresses, phones). */
  readonly index?: string;
}

/** Where a column's value stands in an item, and how it becomes a value. Paths are local names below the item. */
export type ReadSpec =
  | { readonly from: "text"; readonly at: readonly string[]; readonly as: Scalar }
  | { readonly from: "attribute"; readonly at: readonly string[]; readonly attribute: string }
  /** `t:Entry` with a Key: its text, or one element below it. */
  | { readonly from: "entry"; readonly at: readonly string[]; readonly key: string; readonly below?: string }
  /** The n-th of equal elements, counted from 1. */
  | { readonly from: "nth"; readonly at: readonly string[]; readonly nth: number }
  /** One text of each group, joined into a list value. */
  | {
      readonly from: "list";
      readonly group: readonly string[];
      readonly leaf: readonly string[];
      readonly attribute?: string;
    }
  /** Each group as an object: a JSON array. */
  | {
      readonly from: "objects";
      readonly group: readonly string[];
      readonly members: Readonly<Record<string, MemberSpec>>;
    }
  /** The name of the element that stands there, one of a choice. */
  | { readonly from: "choice"; readonly at: readonly string[]; readonly names: readonly string[] }
  /** A leaf below whichever element of the choice stands there. */
  | {
      readonly from: "below-choice";
      readonly at: readonly string[];
      readonly names: readonly string[];
      readonly leaf: string;
      readonly as: Scalar;
    }
  /** Internet headers as `Name: value` lines. */
  | { readonly from: "headers" };

export interface MemberSpec {
  readonly path: readonly string[];
  readonly attribute?: string;
  readonly as: Scalar;
}

/** How a column's value gets into an item. Columns with the same `element` are written together. */
export type WriteSpec =
  | { readonly to: "text"; readonly element: string; readonly as: Scalar }
  /** Body or another element with a type attribute; `part` tells which of the two this column is. */
  | { readonly to: "body"; readonly element: string; readonly part: "text" | "type" }
  /** One mailbox (Sender, From, Organizer). */
  | { readonly to: "mailbox"; readonly element: string; readonly part: MailboxPart }
  /** Lists of mailboxes, aligned by position (recipients). */
  | { readonly to: "mailboxes"; readonly element: string; readonly part: MailboxPart }
  | { readonly to: "strings"; readonly element: string }
  | { readonly to: "nth-string"; readonly element: string; readonly nth: number }
  | { readonly to: "entry"; readonly element: string; readonly key: string; readonly below?: string }
  /** Chooses the folder of a created item. */
  | { readonly to: "folder" }
  /** Pattern and range of a series: see ews/recurrence.ts. */
  | { readonly to: "recurrence"; readonly element: string; readonly part: string }
  /** A time zone by name, Windows or IANA; Exchange keeps the Windows one. */
  | { readonly to: "zone"; readonly element: string; readonly attribute: "Id" | "TimeZoneName" }
  /** People as a JSON array: attendees of a meeting, members of a distribution list. */
  | { readonly to: "people"; readonly element: "RequiredAttendees" | "OptionalAttendees" | "Resources" | "Members" }
  /** Status and days of a follow-up flag. */
  | { readonly to: "flag"; readonly element: string; readonly part: string }
  /** The reference calls it writable; EWS has no way. */
  | { readonly to: "nowhere"; readonly reason: string };

export type MailboxPart = "Name" | "EmailAddress" | "RoutingType" | "ItemId";

/** How a comparison may become a restriction that selects at least the rows asked for; see ews/restriction.ts. */
export type FilterSpec =
  | { readonly by: "none" }
  /** `presence`: the element stands in answers exactly when the property exists, so NULL tests may be sent too. */
  | { readonly by: "text"; readonly presence: boolean }
  | { readonly by: "choice"; readonly values: readonly string[]; readonly unset: readonly string[] }
  | { readonly by: "boolean" }
  | { readonly by: "integer" }
  | { readonly by: "datetime" }
  | { readonly by: "categories" }
  | { readonly by: "item-id" }
  | { readonly by: "folder-id" }
  /** Must stand in the condition and selects what is read; nothing is sent as a restriction. */
  | { readonly by: "argument" };

/** A column of EWS. */
export interface EwsField {
  readonly kind: "field";
  /** Absent where the value is no property of an item (rooms). */
  readonly path?: PropertyPath;
  readonly read: ReadSpec;
  readonly write?: WriteSpec;
  readonly filter: FilterSpec;
  /** First platform that does not have the column in this form. */
  readonly until?: string;
  /**
   * FindItem may leave the value out although the item has it (Exchange gives only the name of senders and organizers):
   * rows where it is missing beside this other element are read again by GetItem.
   */
  readonly listMayOmit?: { readonly beside: readonly string[] };
}

/** What a procedure gets to run with. */
export interface ProcedureRun {
  readonly caller: EwsCaller;
  readonly input: Readonly<Record<string, Value>>;
  readonly signal: AbortSignal;
}

/** A procedure of EWS. */
export interface EwsProcedure {
  readonly kind: "procedure";
  /** Rows of the answer: all at once, or page by page as they come. */
  run(call: ProcedureRun): Promise<readonly Row[]> | AsyncIterable<readonly Row[]>;
}

/** What columns and procedures of schema EWS carry for the session. */
export type EwsBinding = EwsField | EwsProcedure;
export type EwsColumn = Column<EwsBinding>;

/** The field of a column. A procedure's binding on a column is a defect. */
export function fieldOf(column: EwsColumn): EwsField {
  if (column.binding.kind === "field") return column.binding;
  throw new ConnectorError("INTERNAL", `${column.name} is not a column of EWS.`);
}
