import { ConnectorError, type Row, unsupported, type Value } from "#spi";
import { type JsonObject, member } from "../../graph/errors.ts";
import { newEventBody } from "../../graph/event-times.ts";
import { segment } from "../../graph/mailbox.ts";
import { findKeyed, withKey } from "../../graph/recognition.ts";
import { bodyOf } from "../../graph/write-row.ts";
import type { GraphWork } from "../graph-work.ts";
import { checkRooms } from "../rooms/graph-rooms.ts";
import { eventReader, overlaps } from "./fields.ts";
import { graphRow, unnamedKinds } from "./written.ts";

const keyOf = (externalId: string): string => `external ${externalId}`;

/** The event made for an appointment of another system, if there is one. */
export function findExternal(work: GraphWork, externalId: string): Promise<string | undefined> {
  const { path, mailbox } = work.owner;
  return findKeyed(work.calls, `${path}/events`, mailbox, keyOf(externalId), work.signal);
}

/** The event an input names: by its id, or by the appointment of another system it stands for. */
export async function eventNamed(work: GraphWork, input: string): Promise<string> {
  const { inputs } = work;
  const externalId = inputs.text("externalId");
  if (inputs.has(input) || externalId === undefined) return inputs.needed(input);
  const found = await findExternal(work, externalId);
  if (found !== undefined) return found;
  throw new ConnectorError("NOT_FOUND", `The calendar has no event made for externalId "${externalId}".`, {
    target: "externalId",
  });
}

const collectionOf = (calendarId: string | undefined): string =>
  calendarId === undefined ? "events" : `calendars/${segment(calendarId)}/events`;

/** An event in a calendar, or the one there already is for the same appointment of another system. */
export async function createEvent(
  work: GraphWork,
  row: Row,
): Promise<{ readonly event: JsonObject; readonly isNew: boolean }> {
  const { inputs } = work;
  await checkRooms(work, inputs.addresses("resources") ?? [], "resources");
  const externalId = inputs.text("externalId");
  const known = externalId === undefined ? undefined : await findExternal(work, externalId);
  if (known !== undefined)
    return { event: await work.json({ method: "GET", path: `events/${segment(known)}` }), isNew: false };
  const body = newEventBody(bodyOf(work.table("Events"), row));
  const transactionId = externalId ?? work.context.random.uuid();
  const keyed = externalId === undefined ? body : withKey(body, keyOf(externalId));
  const event = await work.json({
    method: "POST",
    path: collectionOf(inputs.text("calendarId")),
    body: { ...keyed, transactionId },
    // Exchange makes one event for one transactionId, however often it is told.
    repeatable: true,
  });
  return { event, isNew: true };
}

/** Refuses attendees of an event that nobody is to be told of: Microsoft Graph tells them always. */
export function refuseUntold({ inputs }: GraphWork): void {
  const named = ["requiredAttendees", "optionalAttendees", "resources"].find((name) => inputs.has(name));
  if (named === undefined) return;
  throw unsupported(
    `Microsoft Graph invites the attendees of every event: leave ${named} out of an appointment, or make it a meeting.`,
    { target: named },
  );
}

/** Changes what inputs say of an event; attendees of kinds no input names stay. */
export async function updateEvent(work: GraphWork, eventId: string): Promise<Row> {
  await checkRooms(work, work.inputs.addresses("resources") ?? [], "resources");
  const kinds = unnamedKinds(work.inputs);
  const kept = kinds.length === 0 ? [] : await attendeesOf(work, eventId, kinds);
  return work.update("Events", { id: eventId, ...graphRow(work.inputs, kept) });
}

async function attendeesOf(work: GraphWork, eventId: string, kinds: readonly string[]): Promise<readonly Value[]> {
  const path = `events/${segment(eventId)}?$select=attendees`;
  const attendees = member(await work.json({ method: "GET", path }), "attendees");
  return (Array.isArray(attendees) ? (attendees as readonly Value[]) : []).filter((each) =>
    kinds.includes(String(member(each, "type"))),
  );
}

/** One event. Errors: NOT_FOUND. */
export async function eventById(work: GraphWork, eventId: string, input: string): Promise<Row> {
  const { columns, read } = eventReader("graph");
  for await (const [row] of work.read("Events", { columns, where: [["id", "=", eventId]] }))
    if (row !== undefined) return read(row);
  throw new ConnectorError("NOT_FOUND", `No event has the id given in ${input}.`, { target: input });
}

/** What overlaps a window, page by page, series expanded into their occurrences. */
export async function* view(
  work: GraphWork,
  { start, end, calendarId, select }: { start: string; end: string; calendarId?: string; select?: readonly string[] },
): AsyncIterable<readonly Row[]> {
  const { columns, read } = eventReader("graph", select);
  const times = eventReader("graph", ["start", "end"]);
  const pageSize = work.inputs.number("pageSize");
  const where = [["start_dateTime", ">=", start] as const, ["end_dateTime", "<=", end] as const];
  const reading = {
    columns: [...new Set([...columns, ...times.columns])],
    where: calendarId === undefined ? where : [...where, ["calendarId", "=", calendarId] as const],
    ...(pageSize === undefined ? {} : { batchSize: pageSize }),
  };
  for await (const rows of work.read("CalendarView", reading)) {
    const inside = rows.filter((row) => overlaps(times.read(row), start, end));
    if (inside.length > 0) yield inside.map(read);
  }
}
