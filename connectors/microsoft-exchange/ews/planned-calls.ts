import type { PlannedCall } from "#spi";
import { ewsTable } from "../tables/ews/index.ts";
import type { EwsConfig } from "./config.ts";
import { type EwsQuery, idsPerGetItem, namesRelatedItem, pageOf, readPlan } from "./plan.ts";

/** What explain shows: operations and how often they are called, as far as that can be said beforehand. */
export function ewsCalls(query: EwsQuery, config: EwsConfig): readonly PlannedCall[] {
  const { kind } = ewsTable(query.table.name);
  const plan = readPlan(query);
  switch (kind.of) {
    case "items":
      return itemCalls(query, config);
    case "folders":
      return folderCalls(query, config);
    case "attendees":
    case "occurrences":
      return [{ operation: "GetItem", count: argumentCount(plan.arguments) }];
    case "extended-properties":
      return plan.ids === undefined
        ? [{ operation: "FindItem", count: { min: plan.folders?.length ?? 1 } }]
        : [{ operation: "GetItem", count: Math.ceil(plan.ids.length / idsPerGetItem) }];
    case "room-lists":
      return [{ operation: "GetRoomLists", count: 1 }];
    case "rooms":
      return [{ operation: "GetRooms", count: argumentCount(plan.arguments) }];
  }
}

const argumentCount = (given: Readonly<Record<string, readonly string[]>>): number =>
  Object.values(given).reduce((count, values) => count + values.length, 0);

const namesFolder = (query: EwsQuery): boolean => typeof query.pseudo["ParentFolderName"] === "string";

function itemCalls(query: EwsQuery, config: EwsConfig): readonly PlannedCall[] {
  const plan = readPlan(query);
  if (plan.ids !== undefined) {
    const size = Math.min(idsPerGetItem, query.batchSize ?? idsPerGetItem);
    return [{ operation: "GetItem", count: Math.ceil(plan.ids.length / size) }];
  }
  if (namesRelatedItem(query.pseudo)) return [{ operation: "GetItem", count: 2 }];
  const pages = { min: plan.folders?.length ?? 1 };
  const bounded = query.limit !== undefined && query.limit <= pageOf(query, config) ? { count: 1 } : { count: pages };
  const resolves: PlannedCall[] = namesFolder(query) ? [{ operation: "FindFolder", count: { min: 0, max: 1 } }] : [];
  const readsItems = query.columns.some(({ read }) => read === "item");
  const most = query.limit === undefined ? {} : { max: Math.ceil(query.limit / idsPerGetItem) };
  return [
    ...resolves,
    { operation: "FindItem", ...bounded },
    ...(readsItems ? [{ operation: "GetItem", count: { min: 0, ...most } }] : []),
  ];
}

function folderCalls(query: EwsQuery, config: EwsConfig): readonly PlannedCall[] {
  const plan = readPlan(query);
  if (plan.ids !== undefined) return [{ operation: "GetFolder", count: Math.ceil(plan.ids.length / idsPerGetItem) }];
  if (plan.folders !== undefined) return [{ operation: "FindFolder", count: plan.folders.length }];
  if (namesFolder(query)) return [{ operation: "FindFolder", count: { min: 1, max: 2 } }];
  return [{ operation: "FindFolder", count: config.folderDepth === 1 ? 1 : { min: 1 } }];
}
