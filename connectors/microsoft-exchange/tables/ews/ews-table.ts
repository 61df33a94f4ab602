import type { PseudoColumn, TableDefinition } from "#spi";
import { type EwsBinding, type EwsColumn, fieldOf } from "../../ews/binding.ts";
import { knows } from "../../ews/config.ts";
import type { DistinguishedFolder } from "../../ews/folders.ts";

export type AttendeeCollection = "RequiredAttendees" | "OptionalAttendees" | "Resources";

/** What a session does for a table; the catalogue does not show it. */
export type EwsTableKind =
  | {
      readonly of: "items";
      readonly folder: DistinguishedFolder;
      readonly element: ItemElement;
      /** Only items of this class and those derived from it; the folder holds others too. */
      readonly itemClass?: string;
    }
  | { readonly of: "extended-properties" }
  | { readonly of: "folders" }
  | { readonly of: "attendees"; readonly element: AttendeeCollection }
  | {
      readonly of: "occurrences";
      readonly element: "ModifiedOccurrences" | "DeletedOccurrences";
      readonly member: "Occurrence" | "DeletedOccurrence";
    }
  | { readonly of: "room-lists" }
  | { readonly of: "rooms" };

export type ItemElement = "Message" | "CalendarItem" | "Contact" | "DistributionList" | "Task";

/** A table of schema EWS: what the catalogue shows, and what the session needs. */
export interface EwsTable {
  readonly name: string;
  readonly kind: EwsTableKind;
  readonly view?: true;
  readonly description: string;
  readonly columns: readonly EwsColumn[];
  readonly pseudoColumns: readonly PseudoColumn[];
  readonly requiredOnCreate?: readonly string[];
  readonly requiredInWhere?: readonly string[];
  readonly rowsPerWrite?: number;
  readonly since?: string;
  readonly accepts: NonNullable<TableDefinition<EwsBinding>["accepts"]>;
}

// One CreateItem, UpdateItem or DeleteItem; beyond it requests grow without saving much (performance page, section 5).
const rowsPerWrite = 100;

/** The table as this platform has it. */
export function definitionOf(table: EwsTable, platform: string): TableDefinition<EwsBinding> {
  return {
    name: table.name,
    kind: table.view === true ? "VIEW" : "TABLE",
    description: table.description,
    activities: table.view === true ? ["query"] : ["query", "create", "update", "delete"],
    columns: table.columns.filter((column) => isColumnOf(column, platform)),
    pseudoColumns: table.pseudoColumns,
    requiredOnCreate: table.requiredOnCreate ?? [],
    rowsPerWrite: table.rowsPerWrite ?? rowsPerWrite,
    ...(table.requiredInWhere === undefined ? {} : { requiredInWhere: table.requiredInWhere }),
    absent: (column) => whyAbsent(table, column, platform),
    accepts: table.accepts,
  };
}

function isColumnOf(column: EwsColumn, platform: string): boolean {
  const { until } = fieldOf(column);
  return knows(platform, column.since) && (until === undefined || !knows(platform, until));
}

function whyAbsent({ columns }: EwsTable, name: string, platform: string): string | undefined {
  const column = columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (column?.since === undefined) return undefined;
  return `It came with ${column.since}, and the connection's Platform is ${platform}.`;
}
