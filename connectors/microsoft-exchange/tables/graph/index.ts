import type { TableDefinition } from "#spi";
import type { GraphBinding } from "../../graph/binding.ts";
import type { GraphResource, GraphTable } from "../../graph/resource.ts";
import { eventAttachments, messageAttachments } from "./attachments.ts";
import { calendarGroups } from "./calendar-groups.ts";
import { calendarView } from "./calendar-view.ts";
import { calendars } from "./calendars.ts";
import { contactFolders } from "./contact-folders.ts";
import { contacts } from "./contacts.ts";
import { eventInstances } from "./event-instances.ts";
import { events } from "./events.ts";
import { extendedProperties } from "./extended-properties.ts";
import { groupMembers } from "./group-members.ts";
import { groups } from "./groups.ts";
import { mailFolders } from "./mail-folders.ts";
import { mailboxSettings } from "./mailbox-settings.ts";
import { messages } from "./messages.ts";
import { roomLists, rooms } from "./places.ts";
import { reports } from "./reports.ts";
import { todoTaskLists, todoTasks } from "./todo.ts";
import { users } from "./users.ts";

/** All tables of schema MSGraph, in the order the catalogue shows. */
export const allGraphTables: readonly GraphTable[] = [
  messages,
  mailFolders,
  messageAttachments,
  events,
  calendarView,
  eventInstances,
  eventAttachments,
  calendars,
  calendarGroups,
  contacts,
  contactFolders,
  todoTaskLists,
  todoTasks,
  mailboxSettings,
  extendedProperties,
  rooms,
  roomLists,
  users,
  groups,
  groupMembers,
  ...reports,
];

/** The tables and views of schema MSGraph. */
export const graphTables = (): readonly TableDefinition<GraphBinding>[] =>
  allGraphTables.map(({ definition }) => definition);

const resources: ReadonlyMap<string, GraphResource> = new Map(
  allGraphTables.map(({ definition, resource }) => [definition.name, resource]),
);

/** What lies behind a table of this schema. */
export function resourceOf(table: TableDefinition<GraphBinding>): GraphResource {
  const resource = resources.get(table.name);
  if (resource === undefined) throw new TypeError(`${table.name} is not a table of schema MSGraph`);
  return resource;
}
