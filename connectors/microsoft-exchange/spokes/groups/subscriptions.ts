import { ConnectorError, invalidQuery, type Row, type Value } from "#spi";
import { member } from "../../graph/errors.ts";
import { utcTime } from "../../graph/read-row.ts";
import {
  getEvents,
  renewSubscription,
  createSubscription as subscribeOnEws,
} from "../../procedures/ews/subscriptions.ts";
import {
  count,
  flag,
  id,
  instant,
  json,
  mailbox,
  onEws,
  orNull,
  required,
  type SpokeAction,
  type SpokeParameter,
  text,
} from "../action.ts";
import { eventsById } from "../events/ews-events.ts";
import { eventById } from "../events/graph-events.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const plainTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

// ---- subscriptions that are asked ----------------------------------------------------------------------------------

const wishOf = ({ inputs }: EwsWork) => ({
  Resource: inputs.text("folder") ?? "calendar",
  ChangeType: (inputs.list("eventTypes") ?? ["created", "updated", "deleted", "moved"]).join(","),
  TimeoutMinutes: inputs.number("timeoutMinutes") ?? 1440,
});

async function createOnEws(work: EwsWork): Promise<readonly Row[]> {
  const wish = wishOf(work);
  const [made = {}] = await work.execute(subscribeOnEws, wish);
  const expiry = plainTime(work.context.clock.now() + wish.TimeoutMinutes * minuteMs);
  return [{ subscriptionId: orNull(made["Id"]), watermark: orNull(made["Watermark"]), expiry }];
}

/** Days before and after today that a watch over Microsoft Graph looks at. */
const watched = { before: 30, after: 365 } as const;
const watchPrefix = "calendarView ";

interface Delta {
  readonly items: readonly Value[];
  readonly token: string;
  readonly more: boolean;
}

function tokenOf(link: Value | undefined): readonly [name: string, token: string] | undefined {
  const url = typeof link === "string" ? URL.parse(link) : null;
  const found = [...(url?.searchParams ?? [])].find(([key]) => /^\$(skip|delta)token$/i.test(key));
  return found === undefined ? undefined : [found[0].toLowerCase(), found[1]];
}

async function delta(work: GraphWork, query: string): Promise<Delta> {
  const headers = { prefer: 'outlook.timezone="UTC"' };
  const page = await work.json({ method: "GET", path: `calendarView/delta?${query}`, headers });
  const [next, last] = ["@odata.nextLink", "@odata.deltaLink"].map((name) => tokenOf(page[name]));
  const [name, token] = next ?? last ?? [];
  if (name === undefined || token === undefined)
    throw new ConnectorError("PROTOCOL", "Microsoft Graph answered a delta query without a link to go on from.", {
      causeCode: "GRAPH_ANSWER_NOT_JSON",
    });
  const items = page["value"];
  return {
    items: Array.isArray(items) ? (items as readonly Value[]) : [],
    token: `${name}=${token}`,
    more: next !== undefined,
  };
}

const queryOf = (watermark: string): string => {
  const at = watermark.indexOf("=");
  const name = watermark.slice(0, at);
  if (name !== "$skiptoken" && name !== "$deltatoken")
    throw invalidQuery("watermark is none that Create Subscription or the last look answered.", {
      target: "watermark",
    });
  return `${encodeURIComponent(name)}=${encodeURIComponent(watermark.slice(at + 1))}`;
};

/** Microsoft Graph keeps no events to be asked for: a delta of the calendar view tells what changed since a mark. */
async function createOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const now = work.context.clock.now();
  const [start, end] = [plainTime(now - watched.before * dayMs), plainTime(now + watched.after * dayMs)];
  const query = new URLSearchParams({ startDateTime: start, endDateTime: end });
  let page = await delta(work, query.toString());
  while (page.more) page = await delta(work, queryOf(page.token));
  return [{ subscriptionId: `${watchPrefix}${start} ${end}`, watermark: page.token, expiry: null }];
}

async function eventsOnEws(work: EwsWork): Promise<readonly Row[]> {
  const rows = await work.execute(getEvents, {
    Id: work.inputs.needed("subscriptionId"),
    Watermark: work.inputs.needed("watermark"),
  });
  const newWatermark = orNull(rows.at(-1)?.["Watermark"]);
  const events = rows.filter(({ ChangeType }) => ChangeType !== "watermark");
  const last: Row = { type: "watermark", itemId: null, parentFolderId: null, timestamp: null };
  return [
    ...events.map(
      (event): Row => ({
        type: orNull(event["ChangeType"]),
        itemId: orNull(event["ItemId"]),
        parentFolderId: orNull(event["ParentFolderId"]),
        timestamp: orNull(event["TimeStamp"]),
      }),
    ),
    last,
  ].map((row): Row => ({ ...row, newWatermark, moreEvents: false }));
}

async function* eventsOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  if (!work.inputs.needed("subscriptionId").startsWith(watchPrefix))
    throw invalidQuery("subscriptionId is none of Create Subscription; those of Subscribe Webhook are told by posts.", {
      target: "subscriptionId",
    });
  for (let watermark = work.inputs.needed("watermark"); ; ) {
    const { items, token, more } = await delta(work, queryOf(watermark));
    watermark = token;
    const rows = items.map((item): Row => {
      const gone = member(item, "@removed") !== undefined;
      const changed = member(item, "lastModifiedDateTime");
      return {
        type: gone ? "deleted" : "changed",
        itemId: orNull(member(item, "id")),
        timestamp: typeof changed === "string" ? utcTime(changed) : null,
      };
    });
    const last: Row = { type: "watermark", itemId: null, timestamp: null };
    yield [...rows, ...(more ? [] : [last])].map((row): Row => ({ ...row, newWatermark: token, moreEvents: more }));
    if (!more) return;
  }
}

/** The events of a subscription, each with its item as it is now. */
async function withItems(
  events: readonly Row[],
  subscriptionId: string,
  read: (itemId: string) => Promise<Row>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { type, itemId, timestamp, newWatermark } of events) {
    const isThere = typeof itemId === "string" && type !== "deleted";
    const item = isThere ? await read(itemId).catch(goneIsNull) : null;
    const told = { subscriptionId, type, itemId, timestamp, item, newWatermark };
    rows.push(Object.fromEntries(Object.entries(told).map(([name, value]) => [name, value ?? null])));
  }
  return rows;
}

/** What was deleted since is told without its item. */
function goneIsNull(error: unknown): null {
  if (error instanceof ConnectorError && error.code === "NOT_FOUND") return null;
  throw error;
}

async function* itemsOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const subscriptionId = work.inputs.needed("subscriptionId");
  for await (const events of eventsOnGraph(work))
    yield await withItems(events, subscriptionId, (itemId) => eventById(work, itemId, "subscriptionId"));
}

async function renewOnEws(work: EwsWork): Promise<readonly Row[]> {
  const [renewed = {}] = await work.execute(renewSubscription, {
    Id: work.inputs.needed("subscriptionId"),
    Watermark: work.inputs.needed("watermark"),
    ...wishOf(work),
  });
  return [
    {
      subscriptionId: orNull(renewed["Id"]),
      watermark: orNull(renewed["Watermark"]),
      expiry: orNull(renewed["ExpirationDateTime"]),
    },
  ];
}

const server = { spokes: ["Exchange Server"], group: "Subscription management" } as const;
const watch: readonly SpokeParameter[] = [
  mailbox,
  id("subscriptionId", "The subscription.", required),
  text("watermark", "That of Create Subscription, or newWatermark of the last look.", required),
];
const timeout = {
  ...count("timeoutMinutes", "Minutes it lives without being asked.", { default: 1440, ...onEws }),
  minimum: 1,
  maximum: 1440,
};
const wish: readonly SpokeParameter[] = [
  text("folder", "Folder watched, by id or well-known name.", { default: "calendar", ...onEws }),
  {
    ...json(
      "eventTypes",
      "created, updated, deleted, moved, copied: an array, or text with semicolons between.",
      onEws,
    ),
    orText: true,
  },
  timeout,
];
const stateOutputs: readonly SpokeParameter[] = [
  id("subscriptionId", "Id of the subscription."),
  text("watermark", "Where it begins, for the first look."),
  instant("expiry", "When it ends without being asked; it does not over Microsoft Graph.", onEws),
];
const onlyTold = ({ expiry: _, ...row }: Row): Row => row;

/** Subscriptions that are asked. */
export const subscriptionActions: readonly SpokeAction[] = [
  {
    ...server,
    name: "Create Subscription",
    description: "Watches the calendar of a mailbox; Look up Events by Subscription ID tells what happened.",
    writes: true,
    inputs: [mailbox, ...wish],
    outputs: stateOutputs,
    ews: { run: createOnEws, calls: "Subscribe with PullSubscriptionRequest" },
    graph: {
      run: async (work) => (await createOnGraph(work)).map(onlyTold),
      calls: "GET /users/{id}/calendarView/delta, 30 days back and 365 days ahead",
    },
  },
  {
    ...server,
    name: "Look up Events by Subscription ID",
    description: "What happened in a watched calendar since a mark; the last row has type watermark.",
    writes: false,
    inputs: watch,
    outputs: [
      text(
        "type",
        "created, updated, deleted, moved, copied; over Microsoft Graph changed or deleted; watermark in the last row.",
      ),
      id("itemId", "The item."),
      id("parentFolderId", "Folder it lies in.", onEws),
      instant("timestamp", "When it happened."),
      text("newWatermark", "Mark for the next look."),
      flag("moreEvents", "There is more to be read."),
    ],
    ews: { run: eventsOnEws, calls: "GetEvents, to its end" },
    graph: { run: eventsOnGraph, calls: "GET /users/{id}/calendarView/delta" },
  },
  {
    ...server,
    kind: "subflow",
    name: "Look up Items From Subscription ID",
    description: "What happened in a watched calendar since a mark, each event with its item as it is now.",
    writes: false,
    inputs: watch,
    outputs: [
      id("subscriptionId", "The subscription."),
      text("type", "As Look up Events by Subscription ID tells it."),
      id("itemId", "The item."),
      instant("timestamp", "When it happened."),
      json("item", "The item, as Look up Calendar Item from Item ID tells it; NULL when it is gone."),
      text("newWatermark", "Mark for the next look."),
    ],
    ews: {
      run: async (work) => {
        const events = await eventsOnEws(work);
        const read = async (itemId: string) => (await eventsById(work, [itemId], "subscriptionId"))[0] ?? {};
        return withItems(events, work.inputs.needed("subscriptionId"), read);
      },
      calls: "GetEvents, GetItem",
    },
    graph: { run: itemsOnGraph, calls: "GET /users/{id}/calendarView/delta, GET /users/{id}/events/{id}" },
  },
  {
    ...server,
    kind: "subflow",
    name: "Renew Subscription",
    description:
      "Lets a watched calendar be watched longer, also one whose subscription ended: what happened since the mark is told.",
    writes: true,
    inputs: [...watch, ...wish],
    outputs: stateOutputs,
    ews: { run: renewOnEws, calls: "Subscribe with the last Watermark, Unsubscribe of the first" },
    graph: {
      instead:
        "Watches of Create Subscription do not end over Microsoft Graph; posts are renewed by Renew Webhook Subscription.",
    },
  },
];
