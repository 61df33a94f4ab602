import { invalidQuery, type Row } from "#spi";
import { type DeltaItem, deltaItems } from "../../graph/changes/delta.ts";
import { watchCollection } from "../../graph/changes/watch.ts";
import { member } from "../../graph/errors.ts";
import { utcTime } from "../../graph/read-row.ts";
import { graphTables } from "../../tables/graph/index.ts";
import { type Execution, instant, mailboxProcedure, text, userId } from "./procedure.ts";

/** Changes under the names of schema EWS: a delta query tells them, without a subscription. */
export const getEvents = mailboxProcedure({
  name: "GetEvents",
  description:
    "What happened in a folder since a watermark, in the words of schema EWS; the last row tells the watermark for the next time. Without one it tells nothing but where to begin. No subscription is needed.",
  writes: false,
  inputs: [
    text("Watermark", "That of the last row of the time before; from now on when empty."),
    text("Table", "What is watched.", { default: "Messages", allowed: ["Messages", "Events", "Contacts"] }),
    text(
      "FolderId",
      "Mail folder by id or well-known name, calendar or contact folder by id; inbox, or all events or contacts, when empty.",
    ),
    userId,
  ],
  outputs: [
    text("ChangeType", "created, updated or deleted; watermark in the last row. Moved is deleted here, created there."),
    text("Watermark", "In the last row: where to go on."),
    instant("TimeStamp", "When the item was last changed; NULL of deleted ones."),
    text("ItemId", "The item."),
    text("ItemChangeKey", "Its version; NULL of deleted ones."),
    text("FolderId", "Always NULL: Microsoft Graph tells changes of items here, not of folders."),
    text("ParentFolderId", "Where a message or contact lies; NULL of deleted ones and of events."),
    text("OldItemId", "Always NULL: Microsoft Graph does not tell what an item was before."),
    text("OldParentFolderId", "Always NULL: Microsoft Graph does not tell where an item lay."),
  ],
  run: events,
});

const noEvent: Row = {
  ChangeType: null,
  Watermark: null,
  TimeStamp: null,
  ItemId: null,
  ItemChangeKey: null,
  FolderId: null,
  ParentFolderId: null,
  OldItemId: null,
  OldParentFolderId: null,
};

async function* events(execution: Execution): AsyncIterable<Row> {
  const { calls, signal, text: input } = execution;
  const table = input("Table") ?? "Messages";
  const definition = graphTables().find(({ name }) => name === table);
  const [folder, mailbox] = [input("FolderId"), input("UserId")];
  const watched = watchCollection({
    ...(definition === undefined ? {} : { table: definition }),
    ...(folder === undefined ? {} : { folder }),
    ...(mailbox === undefined ? {} : { mailbox }),
  });
  const given = input("Watermark");
  const further = table === "Events" ? [] : ["parentFolderId"];
  let state = given === undefined ? undefined : stateOf(given, watched.resource);
  for (;;) {
    const page = await deltaItems(calls, watched, state, signal, further);
    if (page === "lost") throw lost();
    // The first time Graph tells all there is: nothing of that happened since anything.
    if (given !== undefined) for (const item of page.items) yield eventRow(item);
    state = page.state;
    if (page.more) continue;
    yield { ...noEvent, ChangeType: "watermark", Watermark: watermarkOf(state, watched.resource) };
    return;
  }
}

function eventRow({ change, item }: DeltaItem): Row {
  return {
    ...noEvent,
    ChangeType: change.changeType,
    TimeStamp: change.at === undefined ? null : utcTime(change.at),
    ItemId: change.id,
    ItemChangeKey: change.version ?? null,
    ParentFolderId: member(item, "parentFolderId") ?? null,
  };
}

const watermarkOf = (state: string, resource: string): string =>
  Buffer.from(JSON.stringify({ resource, state })).toString("base64url");

/** The state within a watermark of this procedure for the same folder. Errors: INVALID_QUERY. */
function stateOf(watermark: string, resource: string): string {
  const { resource: of, state } = membersOf(watermark);
  if (typeof state !== "string") throw wrong("this is no watermark of GetEvents.");
  if (of !== resource) throw wrong("it belongs to another Table, FolderId or UserId.");
  return state;
}

function membersOf(watermark: string): { readonly resource?: unknown; readonly state?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(watermark, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const wrong = (why: string) => invalidQuery(`Watermark: ${why}`, { target: "Watermark" });

const lost = () =>
  wrong("Microsoft Graph no longer knows where this was; leave it out to begin anew, and read the folder once more.");
