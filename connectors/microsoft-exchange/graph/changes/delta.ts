import { type Change, ConnectorError, protocolError, type Reconciled, type Value, type Watched } from "#spi";
import { type GraphCalls, itemsOf } from "../call.ts";
import { type JsonObject, member } from "../errors.ts";
import { segment } from "../mailbox.ts";
import { queryString } from "../odata.ts";
import { trackedBy } from "./watch.ts";

/** How far the changes of a collection were read. */
interface DeltaState {
  readonly name: "$skiptoken" | "$deltatoken";
  readonly token: string;
  /** When the newest item known was created, and the items of that moment: a change does not tell whether it is the first. */
  readonly newest?: string;
  readonly ofNewest: readonly string[];
}

const itemsPerPage = 200;

/** A change with what Graph told of the item. */
export interface DeltaItem {
  readonly change: Change;
  readonly item: Value;
}

/** One page of a delta query; "lost" when Graph asks to start anew. */
export async function deltaPage(
  calls: GraphCalls,
  watched: Watched,
  from: string | undefined,
  signal: AbortSignal,
): Promise<Reconciled | "lost"> {
  const page = await deltaItems(calls, watched, from, signal);
  if (page === "lost") return page;
  return { changes: page.items.map(({ change }) => change), state: page.state, more: page.more };
}

/** The same with the items as they were told; the first page may ask for further members. Errors: PROTOCOL. */
export async function deltaItems(
  calls: GraphCalls,
  watched: Watched,
  from: string | undefined,
  signal: AbortSignal,
  further: readonly string[] = [],
): Promise<{ readonly items: readonly DeltaItem[]; readonly state: string; readonly more: boolean } | "lost"> {
  const { owner, collection, select } = trackedBy(calls.config, watched);
  const state = from === undefined ? undefined : (JSON.parse(from) as DeltaState);
  const members = select === undefined ? undefined : [select, ...further].join(",");
  const query =
    state === undefined ? queryString({ $select: members }) : `?${state.name}=${encodeURIComponent(state.token)}`;
  const request = {
    method: "GET",
    path: `${collection}/delta${query}`,
    operation: "GET delta",
    mailbox: owner.mailbox,
    headers: { prefer: `odata.maxpagesize=${itemsPerPage}` },
  } as const;
  const page = await calls.json(request, signal).catch((error: unknown) => {
    if (isLost(error)) return "lost" as const;
    throw error;
  });
  if (page === "lost") return page;
  const items = itemsOf(page);
  const next = nextState(page, state, items);
  return {
    items: items.map((item) => ({ change: changeOf(item, state), item })),
    state: JSON.stringify(next),
    more: next.name === "$skiptoken",
  };
}

/** 410 Gone: the state is too old or the mailbox was moved (delta query overview, "Synchronization reset"). */
const isLost = (error: unknown): boolean =>
  error instanceof ConnectorError &&
  (error.remote?.status === 410 || /^(?:syncStateNotFound|resyncRequired)$/i.test(error.remote?.code ?? ""));

function nextState(page: JsonObject, before: DeltaState | undefined, items: readonly Value[]): DeltaState {
  const skip = tokenOf(page, "@odata.nextLink", "$skiptoken");
  const token = skip ?? tokenOf(page, "@odata.deltaLink", "$deltatoken");
  const isStill = token === undefined || (skip !== undefined && skip === before?.token);
  if (isStill)
    throw protocolError("Microsoft Graph's changes do not advance: it named no next page, or the same again.", {
      causeCode: "GRAPH_ANSWER_NOT_JSON",
      remote: { service: "MSGraph", operation: "GET delta" },
    });
  let { newest, ofNewest = [] }: Partial<DeltaState> = before ?? {};
  for (const item of items) {
    const created = member(item, "createdDateTime");
    if (typeof created !== "string" || created < (newest ?? "")) continue;
    const id = String(member(item, "id"));
    ofNewest = created === newest ? [...new Set([...ofNewest, id])] : [id];
    newest = created;
  }
  return {
    name: skip === undefined ? "$deltatoken" : "$skiptoken",
    token,
    ...(newest === undefined ? {} : { newest }),
    ofNewest,
  };
}

/** The token within a link: the link's host and path are our own to choose, so no other is ever followed. */
function tokenOf(page: JsonObject, link: string, name: string): string | undefined {
  const url = URL.parse(String(member(page, link) ?? ""));
  return [...(url?.searchParams ?? [])].find(([key]) => key.toLowerCase() === name)?.[1];
}

export const goneItem = (id: string): Change => ({ changeType: "deleted", id, key: { id } });

/** Does the item still lie in the watched collection? */
export async function isThere(calls: GraphCalls, watched: Watched, id: string, signal: AbortSignal): Promise<boolean> {
  const { owner, collection } = trackedBy(calls.config, watched);
  const request = {
    method: "GET",
    path: `${collection}/${segment(id)}?$select=id`,
    operation: "GET item",
    mailbox: owner.mailbox,
  } as const;
  return calls.json(request, signal).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ConnectorError && error.code === "NOT_FOUND") return false;
      throw error;
    },
  );
}

function changeOf(item: Value, state: DeltaState | undefined): Change {
  const id = String(member(item, "id") ?? "");
  if (member(item, "@removed") !== undefined) return goneItem(id);
  const version = versionOf(item);
  const changed = member(item, "lastModifiedDateTime");
  return {
    changeType: isNew(item, id, state) ? "created" : "updated",
    id,
    key: { id },
    ...(typeof changed === "string" ? { at: changed } : {}),
    ...(version === undefined ? {} : { version }),
  };
}

function isNew(item: Value, id: string, state: DeltaState | undefined): boolean {
  const created = member(item, "createdDateTime");
  if (typeof created !== "string") return false;
  if (state?.newest === undefined || created > state.newest) return true;
  return created === state.newest && !state.ofNewest.includes(id);
}

/** The change key; the entity tag is the same in quotes. */
export function versionOf(item: Value): string | undefined {
  const key = member(item, "changeKey") ?? member(item, "@odata.etag");
  return typeof key === "string" ? key.replace(/^W\//, "").replaceAll('"', "") : undefined;
}
