import { ConnectorError, type TableDefinition } from "#spi";
import type { EwsBinding } from "../../ews/binding.ts";
import { knows } from "../../ews/config.ts";
import { calendar } from "./calendar.ts";
import {
  deletedOccurrences,
  modifiedOccurrences,
  optionalAttendees,
  requiredAttendees,
  resources,
} from "./calendar-attendees.ts";
import { contacts } from "./contacts.ts";
import { deletedItems } from "./deleted-items.ts";
import { distributionLists } from "./distribution-lists.ts";
import { drafts } from "./drafts.ts";
import { definitionOf, type EwsTable } from "./ews-table.ts";
import { extendedProperties } from "./extended-properties.ts";
import { folders } from "./folders.ts";
import { inbox } from "./inbox.ts";
import { junkEmail } from "./junk-email.ts";
import { outbox } from "./outbox.ts";
import { roomLists, rooms } from "./rooms.ts";
import { sentItems } from "./sent-items.ts";
import { tasks } from "./tasks.ts";

const tables: readonly EwsTable[] = [
  inbox,
  sentItems,
  drafts,
  deletedItems,
  junkEmail,
  outbox,
  calendar,
  requiredAttendees,
  optionalAttendees,
  resources,
  modifiedOccurrences,
  deletedOccurrences,
  contacts,
  distributionLists,
  tasks,
  folders,
  extendedProperties,
  roomLists,
  rooms,
];

const definitions = new Map<string, readonly TableDefinition<EwsBinding>[]>();

/** The tables of schema EWS, with the columns this platform knows. */
export function ewsTables({ platform }: { readonly platform: string }): readonly TableDefinition<EwsBinding>[] {
  const known = definitions.get(platform);
  if (known !== undefined) return known;
  const made = tables.filter(({ since }) => knows(platform, since)).map((table) => definitionOf(table, platform));
  definitions.set(platform, made);
  return made;
}

const byName = new Map(tables.map((table) => [table.name, table]));

/** What a session does for a table. */
export function ewsTable(name: string): EwsTable {
  const table = byName.get(name);
  if (table === undefined) throw new ConnectorError("UNKNOWN_TABLE", `Schema EWS has no table ${name}.`);
  return table;
}
