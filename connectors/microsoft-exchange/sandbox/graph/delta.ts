import { graphId, type Item } from "../mailboxes/index.ts";
import { type GraphCall, type GraphResult, mailboxOf } from "./call.ts";
import { contextOf, OUTLOOK_PAGES, pageSize } from "./collection.ts";
import { badRequest, GraphError } from "./errors.ts";
import { withCanonicalIds } from "./extended-property-ids.ts";
import { compileFilter } from "./odata/compile-filter.ts";
import { checkProjection, project, type Shape } from "./shape.ts";

/** Where a round of change tracking stands: everything up to this change number was given. */
type DeltaPosition = { readonly last: number; readonly from?: string; readonly to?: string };

/** What a change turns into: objects to show, or an id that is gone. */
export type DeltaEntry<T> =
  | { readonly number: number; readonly shown: readonly T[] }
  | { readonly number: number; readonly goneId: string };

/** Answers a delta query over the items of a folder. */
export function itemDelta(
  shape: Shape<Item>,
  call: GraphCall,
  folderId: string,
  fits: (item: Item) => boolean,
  view?: { expand(item: Item, from: Date, to: Date): Item[] },
): Promise<GraphResult> {
  const position = startOf(call, view !== undefined);
  const from = new Date(position.from ?? 0);
  const to = new Date(position.to ?? 0);
  const entries = mailboxOf(call)
    .itemChanges(folderId, position.last)
    .flatMap(({ id, number, item }): DeltaEntry<Item>[] => {
      if (item === undefined) return [{ number, goneId: graphId(id) }];
      if (!fits(item)) return [];
      return [{ number, shown: view === undefined ? [item] : view.expand(item, from, to) }];
    });
  return answerDelta(shape, call, entries, position);
}

/** Answers a delta query over changes that were already found, oldest first. */
export async function answerDelta<T>(
  shape: Shape<T>,
  call: GraphCall,
  entries: readonly DeltaEntry<T>[],
  position: DeltaPosition = startOf(call, false),
): Promise<GraphResult> {
  checkProjection(shape, call.query);
  const size = pageSize(call, OUTLOOK_PAGES);
  const page = entries.slice(0, size);
  const value = [];
  for (const entry of page) value.push(...(await shownEntry(shape, call, entry)));
  const isLast = page.length === entries.length;
  const last = isLast ? mailboxOf(call).log.number : (page.at(-1)?.number ?? position.last);
  const link = linkTo(call, isLast ? "$deltatoken" : "$skiptoken", { ...position, last });
  return {
    status: 200,
    body: {
      "@odata.context": contextOf(call, shape).replace(/\/delta$/, ""),
      [isLast ? "@odata.deltaLink" : "@odata.nextLink"]: link,
      value,
    },
  };
}

/** The change number a round of change tracking goes on from. */
export function deltaStart(call: GraphCall): number {
  return startOf(call, false).last;
}

async function shownEntry<T>(shape: Shape<T>, call: GraphCall, entry: DeltaEntry<T>): Promise<unknown[]> {
  if ("goneId" in entry) return [{ id: entry.goneId, "@removed": { reason: "deleted" } }];
  const { filter } = call.query;
  const predicate = filter === undefined ? undefined : compileFilter(withCanonicalIds(filter), shape.type);
  const shown = [];
  for (const source of entry.shown) {
    if (predicate !== undefined && !predicate((name) => shape.members[name]?.(source, call))) continue;
    shown.push(await project(shape, source, call, call.query));
  }
  return shown;
}

function startOf(call: GraphCall, needsWindow: boolean): DeltaPosition {
  const token = call.query.skipToken ?? call.query.deltaToken;
  if (token === "latest") return { last: mailboxOf(call).log.number };
  if (token !== undefined) return readToken(call, token);
  if (!needsWindow) return { last: 0 };
  const [from, to] = [call.query.custom.get("startDateTime"), call.query.custom.get("endDateTime")];
  if (from === undefined || to === undefined) {
    throw badRequest("The calendarView/delta request needs the parameters startDateTime and endDateTime.");
  }
  return { last: 0, from, to };
}

function linkTo(call: GraphCall, name: "$deltatoken" | "$skiptoken", position: DeltaPosition): string {
  const link = new URL(call.request.url);
  for (const old of ["$skiptoken", "$deltatoken", "startDateTime", "endDateTime"]) link.searchParams.delete(old);
  link.searchParams.set(name, Buffer.from(JSON.stringify(position)).toString("base64url"));
  return link.href;
}

/** A token from another start of the sandbox, or a made-up one, has no generation here. */
function readToken(call: GraphCall, token: string): DeltaPosition {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    position = undefined;
  }
  const { last } = (position ?? {}) as Partial<DeltaPosition>;
  if (typeof last !== "number" || last > mailboxOf(call).log.number) {
    throw new GraphError(
      410,
      "SyncStateNotFound",
      "The sync state generation is not found; continuation token is invalid. A full synchronization is required.",
    );
  }
  return position as DeltaPosition;
}
