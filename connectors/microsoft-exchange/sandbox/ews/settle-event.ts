import { type EventDetails, fromWallClock, ianaZone, originalStarts, toWallClock } from "../mailboxes/index.ts";
import { EwsError } from "./ews-error.ts";

/** Completes an event after its fields were set: whole days, a series that starts with its first occurrence. */
export function settleEvent(event: EventDetails): EventDetails {
  if (event.end < event.start) {
    throw new EwsError("ErrorCalendarEndDateIsEarlierThanStartDate", "The end date is earlier than the start date.");
  }
  const whole = event.isAllDay ? wholeDays(event) : event;
  return whole.recurrence ? fromFirstOccurrence(whole) : whole;
}

/** From midnight to midnight in the zone of the event. */
function wholeDays(event: EventDetails): EventDetails {
  const iana = ianaZone(event.startTimeZone) ?? "Etc/UTC";
  const midnight = (wall: string) => fromWallClock(iana, `${wall.slice(0, 10)}T00:00:00`);
  const start = midnight(toWallClock(iana, event.start));
  const lastMidnight = midnight(toWallClock(iana, event.end));
  const isWhole = lastMidnight.getTime() === event.end.getTime() && lastMidnight > start;
  const nextDay = new Date(Date.parse(`${toWallClock(iana, event.end).slice(0, 10)}T00:00:00Z`) + 86_400_000);
  return { ...event, start, end: isWhole ? lastMidnight : midnight(nextDay.toISOString()) };
}

function fromFirstOccurrence(event: EventDetails): EventDetails {
  const [first] = originalStarts(
    { ...event, deletedOccurrences: [] },
    new Date(event.start.getTime() + 12 * 366 * 86_400_000),
  );
  if (!first) throw new EwsError("ErrorCalendarInvalidRecurrence", "The recurrence has no occurrences.");
  const lengthMs = event.end.getTime() - event.start.getTime();
  return { ...event, start: first, end: new Date(first.getTime() + lengthMs), type: "seriesMaster" };
}
