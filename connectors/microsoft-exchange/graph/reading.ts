import { type BoundQuery, ConnectorError, type Value, type Warning } from "#spi";
import type { GraphBinding } from "./binding.ts";
import type { GraphCalls } from "./call.ts";
import type { GraphConfig } from "./config.ts";
import { directory, groupOwner, mailboxOwner, type Owner } from "./mailbox.ts";
import { type AddressValues, selectOf } from "./read-row.ts";
import type { GraphResource } from "./resource.ts";

export type GraphQuery = BoundQuery<GraphBinding>;

/** What a running query carries along. */
export interface Reading {
  readonly calls: GraphCalls;
  readonly resource: GraphResource;
  readonly query: GraphQuery;
  readonly owner: Owner;
  readonly signal: AbortSignal;
}

/** Items of one page before they are rows. */
export interface RawPage {
  readonly items: readonly Value[];
  readonly address: AddressValues;
  /** Where the next page starts, if there is one. */
  readonly position?: string;
  readonly warnings: readonly Warning[];
}

/** Whose data a query is about. Errors: INVALID_QUERY when nobody is named and the token has no mailbox. */
export function ownerOf(config: GraphConfig, resource: GraphResource, query: GraphQuery): Owner {
  if (resource.owner === "directory") return directory;
  const group = resource.owner === "mailbox-or-group" ? groupOwner(config, query.pseudo) : undefined;
  return group ?? mailboxOwner(config, query.pseudo);
}

/** Members to ask for: those of the columns, the id, and never one that only a single read fills. */
export function selection(resource: GraphResource, query: GraphQuery): readonly string[] {
  const itemOnly = resource.itemOnly ?? [];
  const names = selectOf(query.columns).filter((name) => !itemOnly.includes(name));
  const { selectable } = resource;
  if (selectable !== undefined && !names.every((name) => selectable.includes(name))) return [];
  return [...new Set(["id", ...names])].filter((name) => !name.startsWith("@"));
}

/** Rows of one page when items are large: Graph answers 504 on bigger ones before it answers faster. */
const HEAVY_PAGE = 100;

export function pageSize(config: GraphConfig, resource: GraphResource, query: GraphQuery): number {
  const isHeavy = query.columnsNamed
    ? selectOf(query.columns).some((name) => resource.heavy.includes(name))
    : resource.heavy.length > 0;
  const most = Math.min(resource.maxPage, isHeavy ? HEAVY_PAGE : resource.maxPage);
  const wanted = query.limit === undefined ? most : query.limit + (query.from === undefined ? (query.offset ?? 0) : 0);
  return Math.max(1, Math.min(most, query.batchSize ?? config.pageSize, wanted));
}

/** The position of an earlier answer does not fit what Graph has now. */
export const lostPosition = (): ConnectorError =>
  new ConnectorError("INVALID_REQUEST", "The place where this query stopped is gone; start the query again.");
