import { invalidQuery, type Row, type Value } from "#spi";
import { clockOf, ianaZone } from "../time/zones.ts";
import { type JsonObject, member } from "./errors.ts";
import { withAttendees } from "./people.ts";
import { checkedRecurrence, mergedRecurrence } from "./recurrence.ts";

const dayMs = 86_400_000;
const isObject = (value: Value | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Milliseconds of the clock a dateTimeTimeZone shows, as if it were UTC. */
function wallMs(value: Value | undefined): number | undefined {
  const text = member(value, "dateTime");
  const ms = typeof text === "string" ? Date.parse(`${text.slice(0, 19).replace(/Z$/, "")}Z`) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** The length where both ends stand on the same clock. */
function lengthOf(body: JsonObject): number | undefined {
  const [start, end] = [wallMs(body.start), wallMs(body.end)];
  if (start === undefined || end === undefined) return undefined;
  return member(body.start, "timeZone") === member(body.end, "timeZone") ? end - start : undefined;
}

const dateOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 10);

/** The body of a new event, or the refusal of times no calendar can hold. */
export function newEventBody(given: JsonObject): JsonObject {
  const body = withAttendees(given);
  checkTimes(body);
  if (!isObject(body.recurrence)) return body;
  const item = { startDate: dateOf(wallMs(body.start)), lengthMs: lengthOf(body) };
  return { ...body, recurrence: checkedRecurrence(body.recurrence, item) };
}

function checkTimes(body: JsonObject): void {
  const lengthMs = lengthOf(body);
  if (lengthMs !== undefined && lengthMs < 0) {
    throw invalidQuery("end_dateTime lies before start_dateTime.", { target: "end_dateTime" });
  }
  if (body.isAllDay !== true) return;
  for (const side of ["start", "end"] as const) {
    const at = wallMs(body[side]);
    if (at === undefined || at % dayMs === 0) continue;
    throw invalidQuery(
      `${side}_dateTime of an event with isAllDay must be midnight on the clocks of ${side}_timeZone.`,
      { target: `${side}_dateTime` },
    );
  }
  if (lengthMs !== undefined && lengthMs < dayMs) {
    throw invalidQuery("end_dateTime of an event with isAllDay must be at least a day after start_dateTime.", {
      target: "end_dateTime",
    });
  }
}

/** Sides of an event whose time is given without its zone. */
const zoneless = (row: Row): readonly ("start" | "end")[] =>
  (["start", "end"] as const).filter(
    (side) => typeof row[`${side}_dateTime`] === "string" && (row[`${side}_timeZone`] ?? null) === null,
  );

/** Members of the event as it stands that a change needs to know. */
export function neededForEvent(body: JsonObject, row: Row): readonly string[] {
  const forZone = zoneless(row).length > 0 ? ["originalStartTimeZone", "originalEndTimeZone", "isAllDay"] : [];
  const forSeries = isObject(body.recurrence) ? ["recurrence", "start", "end", "originalStartTimeZone"] : [];
  return [...new Set([...forZone, ...forSeries])];
}

/**
 * The body of a change, by the event as it stands: a time without a zone is an instant, which goes into the event's own
 * zone, else a series would lose its clock; a recurrence is put over the one there is.
 */
export function changedEventBody(body: JsonObject, row: Row, item: Value | undefined): JsonObject {
  const changed: Record<string, Value> = { ...withAttendees(body) };
  for (const side of zoneless(row)) {
    const isAllDay = (body.isAllDay ?? member(item, "isAllDay")) === true;
    changed[side] = inOwnZone(
      body[side],
      member(item, `original${side === "start" ? "Start" : "End"}TimeZone`),
      isAllDay,
    );
  }
  checkTimes(changed);
  if (!isObject(body.recurrence)) return changed;
  const merged = mergedRecurrence(body.recurrence, member(item, "recurrence"));
  const start =
    wallMs(changed.start) ?? wallMs(inOwnZone(member(item, "start"), member(item, "originalStartTimeZone"), false));
  const times = {
    start: changed.start ?? member(item, "start") ?? null,
    end: changed.end ?? member(item, "end") ?? null,
  };
  const known = { startDate: dateOf(start), lengthMs: lengthOf(times) };
  return { ...changed, recurrence: checkedRecurrence(merged, known) };
}

/** An instant on the clocks of a zone; one of a zone nobody knows stays in UTC. All-day events have days, no instants. */
function inOwnZone(time: Value | undefined, zone: Value | undefined, isAllDay: boolean): Value {
  const ms = wallMs(time);
  const iana = typeof zone === "string" ? ianaZone(zone) : undefined;
  if (ms === undefined || typeof zone !== "string" || iana === undefined) return time ?? null;
  const clock = isAllDay ? ms : clockOf(iana, ms);
  return { dateTime: new Date(clock).toISOString().slice(0, 19), timeZone: zone };
}
