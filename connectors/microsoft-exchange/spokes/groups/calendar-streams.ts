import { invalidQuery, type Row } from "#spi";
import { segment } from "../../graph/mailbox.ts";
import { rowReader } from "../../graph/read-row.ts";
import { count, id, mailbox, required, type SpokeAction, type SpokeParameter, text, user } from "../action.ts";
import { eventsById, view as viewOnEws } from "../events/ews-events.ts";
import { eventOutputNames, eventOutputs, eventReader } from "../events/fields.ts";
import { view as viewOnGraph } from "../events/graph-events.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import type { Inputs } from "../inputs.ts";
import { rowFilter } from "../odata-filter.ts";

const window: readonly SpokeParameter[] = [
  text("start", "Beginning of the window: with Z or offset, else in UTC.", required),
  text("end", "End of the window.", required),
];
const pageSize = { ...count("pageSize", "Events read at a time."), minimum: 1, maximum: 1000 };
const select = text("select", "Outputs wanted, with commas between; all when left out.");
const calendarInput = id("calendarId", "Calendar to read; the user's own when left out.");

/** Outputs that input select names. Errors: INVALID_QUERY. */
function selected(inputs: Inputs): readonly string[] | undefined {
  const names = inputs
    .text("select")
    ?.split(",")
    .map((name) => name.trim());
  const wrong = names?.find((name) => !eventOutputNames.includes(name));
  if (wrong !== undefined) throw invalidQuery(`select: there is no output "${wrong}".`, { target: "select" });
  return names;
}

function windowOf(inputs: Inputs): { readonly start: string; readonly end: string } {
  const [start = "", end = ""] = [inputs.instant("start", undefined), inputs.instant("end", undefined)];
  if (start === "" || end <= start) throw invalidQuery("end must lie after start.", { target: "end" });
  return { start, end };
}

const onEws = (work: EwsWork) => {
  const [select_, folder] = [selected(work.inputs), work.inputs.text("calendarId")];
  return viewOnEws(work, {
    ...windowOf(work.inputs),
    ...(select_ === undefined ? {} : { select: select_ }),
    ...(folder === undefined ? {} : { folder }),
  });
};

const onGraphView = (work: GraphWork) => {
  const [select_, calendarId] = [selected(work.inputs), work.inputs.text("calendarId")];
  return viewOnGraph(work, {
    ...windowOf(work.inputs),
    ...(select_ === undefined ? {} : { select: select_ }),
    ...(calendarId === undefined ? {} : { calendarId }),
  });
};

/** Properties of an event that input filter may look at over EWS, and the outputs behind them. */
const filterable: Readonly<Record<string, string>> = {
  subject: "subject",
  "start/dateTime": "start",
  "end/dateTime": "end",
  isAllDay: "isAllDay",
  isCancelled: "isCancelled",
  hasAttachments: "hasAttachments",
  "location/displayName": "location",
  "organizer/emailAddress/address": "organizer",
  showAs: "showAs",
  sensitivity: "sensitivity",
  type: "type",
  iCalUId: "iCalUId",
};

/** Events as they are stored: single ones and series, not their occurrences. */
async function* storedOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  const { inputs } = work;
  const filter = inputs.text("filter");
  const condition = filter === undefined ? undefined : rowFilter(filter, filterable);
  const { columns, read } = eventReader("ews", selected(inputs));
  const looked = eventReader("ews", condition?.outputs ?? []);
  const top = inputs.number("top");
  let left = top ?? Number.POSITIVE_INFINITY;
  const reading = {
    columns: [...new Set([...columns, ...looked.columns])],
    ...(top === undefined || condition !== undefined ? {} : { limit: top }),
  };
  for await (const rows of work.read("Calendar", reading)) {
    const found = condition === undefined ? rows : rows.filter((row) => condition.matches(looked.read(row)));
    if (found.length > 0) yield found.slice(0, left).map(read);
    left -= found.length;
    if (left <= 0) return;
  }
}

async function* storedOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const { inputs } = work;
  const { columns, read } = eventReader("graph", selected(inputs));
  const table = work.table("Events");
  const toRow = rowReader(
    table.columns.filter(({ name }) => columns.includes(name)),
    {},
  );
  const query = new URLSearchParams({ $top: String(Math.min(inputs.number("top") ?? 100, 1000)) });
  const filter = inputs.text("filter");
  if (filter !== undefined) query.set("$filter", filter);
  let left = inputs.number("top") ?? Number.POSITIVE_INFINITY;
  const path = `events?${query.toString().replaceAll("+", "%20")}`;
  for await (const items of work.pages(path, { prefer: 'outlook.timezone="UTC"' })) {
    yield items.slice(0, left).map((item) => read(toRow(item)));
    left -= items.length;
    if (left <= 0) return;
  }
}

/** Occurrences of a series: the view of its calendar, restricted to what has its id in all calendars. */
async function* occurrencesOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  const [master] = await eventsById(work, [work.inputs.needed("seriesMasterId")], "seriesMasterId");
  const uid = master?.["iCalUId"];
  for await (const rows of viewOnEws(work, windowOf(work.inputs)))
    yield rows.filter((row) => row["iCalUId"] === uid && row["type"] !== "seriesMaster");
}

async function* occurrencesOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  const { start, end } = windowOf(work.inputs);
  const { columns, read } = eventReader("graph");
  const table = work.table("EventInstances");
  const toRow = rowReader(
    table.columns.filter(({ name }) => columns.includes(name)),
    {},
  );
  const query = new URLSearchParams({ startDateTime: start, endDateTime: end, $top: "100" });
  const path = `events/${segment(work.inputs.needed("seriesMasterId"))}/instances?${query.toString()}`;
  for await (const items of work.pages(path, { prefer: 'outlook.timezone="UTC"' }))
    yield items.map((item) => read(toRow(item)));
}

const streams = { group: "Calendar", writes: false, outputs: eventOutputs } as const;

/** Events one after the other, as they are read. */
export const calendarStreamActions: readonly SpokeAction[] = [
  {
    ...streams,
    name: "Look up Meetings Stream",
    spokes: ["Exchange Server"],
    group: "Meeting management",
    description: "Meetings and appointments that overlap a window, as they are read; series as their occurrences.",
    inputs: [mailbox, ...window, pageSize, select],
    ews: { run: onEws, calls: "FindItem with CalendarView, in parts; GetItem for bodies and attendees" },
    graph: { run: onGraphView, calls: "GET /users/{id}/calendarView, page by page" },
  },
  {
    ...streams,
    name: "Look up Calendar View Stream",
    spokes: ["Exchange Online"],
    description: "Events that overlap a window, as they are read; series as their occurrences.",
    inputs: [user, calendarInput, ...window, pageSize, select],
    ews: { run: onEws, calls: "FindItem with CalendarView, in parts; GetItem for bodies and attendees" },
    graph: { run: onGraphView, calls: "GET /users/{u}/calendarView, page by page" },
  },
  {
    ...streams,
    name: "Look up Calendar Events by User ID",
    spokes: ["Exchange Online"],
    description: "Events of a user: single ones and series, not their occurrences.",
    inputs: [
      user,
      text(
        "filter",
        "Condition in the words of OData, such as subject eq 'Review'; over EWS it is checked on the rows as they come.",
      ),
      select,
      { ...count("top", "Most events wanted."), minimum: 1 },
    ],
    ews: { run: storedOnEws, calls: "FindItem" },
    graph: { run: storedOnGraph, calls: "GET /users/{u}/events" },
  },
  {
    ...streams,
    name: "Look up Occurrence Stream by SeriesMaster ID",
    spokes: ["Exchange Online"],
    kind: "agent tool",
    description: "Occurrences of a series that overlap a window, as they are read.",
    inputs: [user, id("seriesMasterId", "The series.", required), ...window],
    ews: { run: occurrencesOnEws, calls: "GetItem, FindItem with CalendarView" },
    graph: { run: occurrencesOnGraph, calls: "GET /users/{u}/events/{e}/instances" },
  },
];
