import { ConnectorError, notFound, type Row } from "#spi";
import { createItems } from "../../ews/write/create-items.ts";
import { findCreated } from "../../ews/write/look-up.ts";
import type { EwsWork } from "../ews-work.ts";
import { keyOf } from "../outcome.ts";
import { checkRooms } from "../rooms/ews-rooms.ts";
import { eventReader, overlaps } from "./fields.ts";

/** Whom a meeting's change is told. */
export type Told = "SendToNone" | "SendToAllAndSaveCopy";

/** The batch an appointment of another system is created as, by which it is found again. */
const batchOf = (externalId: string): string => `external ${externalId}`;

/** The event made for an appointment of another system, if there is one. */
export async function findExternal(work: EwsWork, externalId: string): Promise<Row | undefined> {
  const batchId = batchOf(externalId);
  const wanted = { batchId, identity: work.identity, folder: { name: "calendar" } } as const;
  const found = (await findCreated(work.caller, wanted, work.signal)).get(`${batchId}/0`);
  return found === undefined ? undefined : { ItemId: found.id, ItemChangeKey: found.changeKey ?? null };
}

/** The event an input names: by its id, or by the appointment of another system it stands for. */
export async function eventNamed(work: EwsWork, input: string): Promise<string> {
  const { inputs } = work;
  const externalId = inputs.text("externalId");
  if (inputs.has(input) || externalId === undefined) return inputs.needed(input);
  const found = await findExternal(work, externalId);
  if (found === undefined)
    throw notFound(`The calendar has no event made for externalId "${externalId}".`, { target: "externalId" });
  return String(found["ItemId"]);
}

/** An event in the calendar, or the one there already is for the same appointment of another system. */
export async function createEvent(work: EwsWork, row: Row, told: Told): Promise<{ key: Row; isNew: boolean }> {
  await checkRooms(work, work.inputs.addresses("resources") ?? [], "resources");
  const externalId = work.inputs.text("externalId");
  const whole = { ...row, SendMeetingInvitations: told };
  if (externalId === undefined) return { key: await work.create("Calendar", whole), isNew: true };
  const found = await findExternal(work, externalId);
  if (found !== undefined) return { key: found, isNew: false };
  const target = { table: work.table("Calendar"), folder: "calendar", element: "CalendarItem" } as const;
  const outcomes = await createItems(work.caller, target, [whole], work.signal, batchOf(externalId));
  return { key: keyOf(outcomes), isNew: true };
}

/** Events by id, in the order asked. Errors: NOT_FOUND for one there is not. */
export async function eventsById(work: EwsWork, ids: readonly string[], input: string): Promise<readonly Row[]> {
  const { columns, read } = eventReader("ews");
  const found = new Map<string, Row>();
  for await (const rows of work.read("Calendar", { columns, where: [["ItemId", "IN", ids]] }))
    for (const row of rows) found.set(String(row["ItemId"]), row);
  return ids.map((id, at) => {
    // Exchange may answer an id in another form: the rows come in the order asked.
    const row = found.get(id) ?? (found.size === ids.length ? [...found.values()][at] : undefined);
    if (row !== undefined) return read(row);
    throw new ConnectorError("NOT_FOUND", `No event has the id given in ${input}.`, { target: input });
  });
}

/** What overlaps a window, page by page, series expanded into their occurrences. */
export async function* view(
  work: EwsWork,
  { start, end, folder, select }: { start: string; end: string; folder?: string; select?: readonly string[] },
): AsyncIterable<readonly Row[]> {
  const { columns, read } = eventReader("ews", select);
  const times = eventReader("ews", ["start", "end"]);
  const pageSize = work.inputs.number("pageSize");
  const where = [["Start", ">=", start] as const, ["End", "<=", end] as const];
  const reading = {
    columns: [...new Set([...columns, ...times.columns])],
    where: folder === undefined ? where : [...where, ["ParentFolderId", "=", folder] as const],
    ...(pageSize === undefined ? {} : { batchSize: pageSize }),
  };
  for await (const rows of work.read("Calendar", reading)) {
    const inside = rows.filter((row) => overlaps(times.read(row), start, end));
    if (inside.length > 0) yield inside.map(read);
  }
}
