import type { Row } from "#spi";
import { member } from "../../graph/errors.ts";
import {
  count,
  done,
  flag,
  id,
  json,
  onEws,
  onGraph,
  orNull,
  required,
  type SpokeAction,
  type SpokeParameter,
  statusOutput,
  text,
  user,
} from "../action.ts";
import { createEvent as createOnEws, eventsById, eventNamed as namedOnEws } from "../events/ews-events.ts";
import { eventOutputs, eventReader } from "../events/fields.ts";
import {
  createEvent as createOnGraph,
  eventById,
  eventNamed as namedOnGraph,
  updateEvent,
} from "../events/graph-events.ts";
import {
  changeKeyInput,
  ewsRow,
  graphRow,
  onlineEventInputs,
  recurrenceInputs,
  recurrenceRow,
} from "../events/written.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import { checkRooms } from "../rooms/ews-rooms.ts";
import { deleteOnEws, deleteOnGraph, requireChange } from "./calendar-server.ts";

const group = "Calendar";
const spokes = ["Exchange Online"] as const;
const times = (need: boolean): readonly SpokeParameter[] => [
  text("start", "Beginning: with Z or offset, else on the clocks of startTimeZone.", { required: need }),
  text("end", "End, in the same way on those of endTimeZone.", { required: need }),
];
const calendarId = id("calendarId", "Calendar to put it in; the user's own when left out.");
const externalId = text(
  "externalId",
  "Id of the appointment in another system: a repeated call makes no second event and sends no second invitation.",
);
const externalName = text(
  "externalId",
  "Instead of eventId: id of the appointment in another system, as it was created with.",
);
const eventId = id("eventId", "The event.");
const neededEvent = id("eventId", "The event.", required);

const madeOutputs: readonly SpokeParameter[] = [
  id("eventId", "Id of the event."),
  text("iCalUId", "Id that is the same in all calendars."),
  text("webLink", "Address at which a browser opens it."),
  text("joinUrl", "Address of the online meeting.", onGraph),
  flag("created", "false: the event of this externalId was there already."),
];

async function createEws(work: EwsWork, more: Row): Promise<{ eventId: string; row: Row; isNew: boolean }> {
  const folder = work.inputs.text("calendarId");
  const row = { ...ewsRow(work), ...more, ...(folder === undefined ? {} : { ParentFolderId: folder }) };
  const { key, isNew } = await createOnEws(work, row, "SendToAllAndSaveCopy");
  const made = String(key["ItemId"]);
  const { columns, read } = eventReader("ews", ["iCalUId", "webLink"]);
  for await (const [found] of work.read("Calendar", { columns, where: [["ItemId", "=", made]] }))
    if (found !== undefined) return { eventId: made, row: read(found), isNew };
  return { eventId: made, row: { iCalUId: null, webLink: null }, isNew };
}

async function eventOnEws(work: EwsWork): Promise<readonly Row[]> {
  const { eventId: made, row, isNew } = await createEws(work, {});
  return [{ eventId: made, ...row, created: isNew }];
}

async function eventOnGraph(work: GraphWork, more: Row = {}): Promise<readonly Row[]> {
  const { event, isNew } = await createOnGraph(work, { ...graphRow(work.inputs), ...more });
  return [
    {
      eventId: orNull(event["id"]),
      iCalUId: orNull(event["iCalUId"]),
      webLink: orNull(event["webLink"]),
      joinUrl: orNull(member(event["onlineMeeting"], "joinUrl")),
      created: isNew,
    },
  ];
}

async function seriesOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const [{ eventId: seriesMasterId, ...rest } = {}] = await eventOnGraph(work, recurrenceRow(work.inputs, "graph"));
  return [{ seriesMasterId: orNull(seriesMasterId), ...rest }];
}

async function updateOnEws(work: EwsWork): Promise<readonly Row[]> {
  const ItemId = await namedOnEws(work, "eventId");
  const change = ewsRow(work);
  requireChange(change);
  await checkRooms(work, work.inputs.addresses("resources") ?? [], "resources");
  const changeKey = work.inputs.text("changeKey");
  const key = await work.update("Calendar", {
    ItemId,
    ...change,
    ...(changeKey === undefined ? {} : { ItemChangeKey: changeKey }),
    SendMeetingInvitations: "SendToAllAndSaveCopy",
  });
  return eventsById(work, [String(key["ItemId"] ?? ItemId)], "eventId");
}

async function updateOnGraph(work: GraphWork): Promise<readonly Row[]> {
  requireChange(graphRow(work.inputs));
  const named = await namedOnGraph(work, "eventId");
  await updateEvent(work, named);
  return [await eventById(work, named, "eventId")];
}

const calendarOutputs: readonly SpokeParameter[] = [
  text("user", "Whose calendar."),
  id("calendarId", "Id of the calendar."),
  text("name", "Its name."),
  id("changeKey", "Its version."),
  count("totalCount", "Events in it.", onEws),
  flag("canEdit", "The caller may write in it."),
  flag("isDefaultCalendar", "The user's own calendar."),
  text("owner", "Address of its owner.", onGraph),
  text("color", "Colour.", onGraph),
];

const folderColumns = [
  "FolderId",
  "FolderChangeKey",
  "DisplayName",
  "FolderClass",
  "TotalCount",
  "EffectiveRights_Modify",
  "EffectiveRights_CreateContents",
];

async function ownCalendar(work: EwsWork): Promise<string | undefined> {
  for await (const [row] of work.read("Folders", { columns: ["FolderId"], where: [["FolderId", "=", "calendar"]] }))
    if (row !== undefined) return String(row["FolderId"]);
  return undefined;
}

const folderCalendar = (row: Row, own: string | undefined, whose: string | undefined): Row => ({
  user: whose ?? null,
  calendarId: orNull(row["FolderId"]),
  name: orNull(row["DisplayName"]),
  changeKey: orNull(row["FolderChangeKey"]),
  totalCount: orNull(row["TotalCount"]),
  canEdit: row["EffectiveRights_Modify"] === true || row["EffectiveRights_CreateContents"] === true,
  isDefaultCalendar: row["FolderId"] === own,
});

const graphColumns = ["id", "name", "changeKey", "canEdit", "isDefaultCalendar", "owner_address", "color"];
const graphCalendar = (row: Row, whose: string | undefined): Row => ({
  user: whose ?? null,
  calendarId: orNull(row["id"]),
  name: orNull(row["name"]),
  changeKey: orNull(row["changeKey"]),
  canEdit: orNull(row["canEdit"]),
  isDefaultCalendar: orNull(row["isDefaultCalendar"]),
  owner: orNull(row["owner_address"]),
  color: orNull(row["color"]),
});

async function calendarOnEws(work: EwsWork): Promise<readonly Row[]> {
  const own = await ownCalendar(work);
  const where = [["FolderId", "=", work.inputs.needed("calendarId")] as const];
  const rows: Row[] = [];
  for await (const found of work.read("Folders", { columns: folderColumns, where }))
    rows.push(...found.map((row) => folderCalendar(row, own, work.inputs.text("user"))));
  return rows;
}

async function calendarOnGraph(work: GraphWork): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const where = [["id", "=", work.inputs.needed("calendarId")] as const];
  for await (const found of work.read("Calendars", { columns: graphColumns, where }))
    rows.push(...found.map((row) => graphCalendar(row, work.inputs.text("user"))));
  return rows;
}

const isCalendar = (row: Row): boolean => String(row["FolderClass"] ?? "").startsWith("IPF.Appointment");

async function* calendarsOnEws(work: EwsWork): AsyncIterable<readonly Row[]> {
  for (const whose of work.inputs.addresses("users") ?? [undefined]) {
    const own = whose === undefined ? work : work.in(whose);
    const default_ = await ownCalendar(own);
    for await (const rows of own.read("Folders", { columns: folderColumns }))
      yield rows.filter(isCalendar).map((row) => folderCalendar(row, default_, whose));
  }
}

async function* calendarsOnGraph(work: GraphWork): AsyncIterable<readonly Row[]> {
  for (const whose of work.inputs.list("users") ?? [undefined]) {
    const own = whose === undefined ? work : work.in(whose);
    for await (const rows of own.read("Calendars", { columns: graphColumns }))
      yield rows.map((row) => graphCalendar(row, whose));
  }
}

const users = {
  ...json(
    "users",
    "Whose calendars: addresses, as an array or with semicolons between; the connection's own when left out.",
  ),
  orText: true,
} as const;

/** Events and calendars in the words of the Exchange Online spoke. */
export const onlineCalendarActions: readonly SpokeAction[] = [
  {
    name: "Create Calendar Event",
    spokes,
    group,
    description: "Makes an event; its attendees get an invitation.",
    writes: true,
    inputs: [user, calendarId, text("subject", "Subject."), ...times(true), ...onlineEventInputs, externalId],
    outputs: madeOutputs,
    ews: { run: eventOnEws, calls: "CreateItem, GetItem" },
    graph: { run: eventOnGraph, calls: "POST /users/{u}/events or /calendars/{c}/events" },
  },
  {
    name: "Create Recurring Calendar Events",
    spokes,
    group,
    description: "Makes a series of events; its attendees get an invitation.",
    writes: true,
    inputs: [
      user,
      calendarId,
      text("subject", "Subject."),
      ...times(true),
      ...onlineEventInputs,
      ...recurrenceInputs,
      externalId,
    ],
    outputs: [id("seriesMasterId", "Id of the series."), ...madeOutputs.slice(1)],
    ews: {
      run: async (work) => {
        const { eventId: made, row, isNew } = await createEws(work, recurrenceRow(work.inputs, "ews"));
        return [{ seriesMasterId: made, ...row, created: isNew }];
      },
      calls: "CreateItem with Recurrence",
    },
    graph: { run: seriesOnGraph, calls: "POST /users/{u}/events with recurrence" },
  },
  {
    name: "Update Calendar Event",
    spokes,
    group,
    description: "Changes an event and tells its attendees; what is left out stays as it is.",
    writes: true,
    inputs: [
      user,
      eventId,
      externalName,
      changeKeyInput,
      text("subject", "Subject."),
      ...times(false),
      ...onlineEventInputs,
    ],
    outputs: eventOutputs,
    ews: { run: updateOnEws, calls: "UpdateItem, GetItem" },
    graph: { run: updateOnGraph, calls: "PATCH /users/{u}/events/{e}" },
  },
  {
    name: "Delete Calendar Event",
    spokes,
    group,
    description: "Deletes an event; of a meeting the attendees get a cancellation.",
    writes: true,
    inputs: [user, eventId, externalName, text("comment", "Note to the attendees.")],
    outputs: [statusOutput],
    ews: {
      run: async (work) => {
        await deleteOnEws(work, await namedOnEws(work, "eventId"), true);
        return [done];
      },
      calls: "DeleteItem with SendMeetingCancellations",
    },
    graph: {
      run: async (work) => {
        await deleteOnGraph(work, await namedOnGraph(work, "eventId"));
        return [done];
      },
      calls: "DELETE /users/{u}/events/{e}, or POST …/cancel with a comment",
    },
  },
  {
    name: "Look up Event by ID",
    spokes,
    group,
    description: "Reads an event.",
    writes: false,
    inputs: [user, neededEvent],
    outputs: eventOutputs,
    ews: { run: (work) => eventsById(work, [work.inputs.needed("eventId")], "eventId"), calls: "GetItem" },
    graph: {
      run: async (work) => [await eventById(work, work.inputs.needed("eventId"), "eventId")],
      calls: "GET /users/{u}/events/{e}",
    },
  },
  {
    name: "Look up Calendar by ID",
    spokes,
    group,
    description: "Reads a calendar.",
    writes: false,
    inputs: [user, id("calendarId", "The calendar.", required)],
    outputs: calendarOutputs,
    ews: { run: calendarOnEws, calls: "GetFolder" },
    graph: { run: calendarOnGraph, calls: "GET /users/{u}/calendars/{c}" },
  },
  {
    name: "Look up Calendars Stream",
    spokes,
    group,
    description: "Calendars of one user or several, as they are read.",
    writes: false,
    inputs: [users],
    outputs: calendarOutputs,
    ews: { run: calendarsOnEws, calls: "FindFolder for each user" },
    graph: { run: calendarsOnGraph, calls: "GET /users/{u}/calendars for each user" },
  },
];
