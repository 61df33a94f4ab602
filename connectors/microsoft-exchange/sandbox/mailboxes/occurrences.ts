import { occurrenceId } from "./ids.ts";
import type { EventDetails, Item, OccurrenceChange } from "./model.ts";
import { occurrenceStarts } from "./recurrence.ts";

/** An occurrence as an item of its own: the series with its times, and what an exception says differently. */
export function occurrenceItem(
  series: Item & { event: EventDetails },
  originalStart: Date,
): Item & { event: EventDetails } {
  const { recurrence, exceptions, deletedOccurrences, ...base } = series.event;
  const change = exceptions?.get(originalStart.toISOString());
  const lengthMs = base.end.getTime() - base.start.getTime();
  const event: EventDetails = {
    ...base,
    start: originalStart,
    end: new Date(originalStart.getTime() + lengthMs),
    originalStart,
    seriesMasterId: series.id,
    type: change ? "exception" : "occurrence",
    ...change?.event,
  };
  return {
    ...series,
    ...change?.item,
    id: occurrenceId(series.id, originalStart),
    changeNumber: Math.max(series.changeNumber, change?.changeNumber ?? 0),
    event,
  };
}

/** Original starts of a series before `until`, without the removed ones. */
export function originalStarts(event: EventDetails, until: Date): Date[] {
  if (!event.recurrence) return [];
  const removed = new Set(event.deletedOccurrences);
  const starts = occurrenceStarts(event.recurrence, event.start, event.startTimeZone, until);
  return starts.filter((start) => !removed.has(start.toISOString()));
}

/** All of an event that touches the time from `from` to `to`: itself, or the occurrences of the series. */
export function eventsWithin(item: Item, from: Date, to: Date): Item[] {
  const { event } = item;
  if (!event) return [];
  if (!event.recurrence) return touches(event, from, to) ? [item] : [];
  const lastException = [...(event.exceptions?.keys() ?? [])].map((text) => new Date(text).getTime());
  const until = new Date(Math.max(to.getTime(), ...lastException) + 1);
  return originalStarts(event, until)
    .map((start) => occurrenceItem({ ...item, event }, start))
    .filter((occurrence) => touches(occurrence.event, from, to));
}

/** What a changed copy of an occurrence says differently from the series. */
export function occurrenceChange(
  before: Item,
  after: Item,
  changeNumber: number,
  old?: OccurrenceChange,
): OccurrenceChange {
  return {
    item: { ...old?.item, ...differing(before, after, ["event", "id", "changeNumber"]) },
    event: {
      ...old?.event,
      ...differing(before.event ?? {}, after.event ?? {}, ["type", "originalStart", "seriesMasterId"]),
    },
    changeNumber,
  };
}

function touches(event: EventDetails, from: Date, to: Date): boolean {
  // an event without length is in the view when it lies in it
  if (event.start.getTime() === event.end.getTime()) return event.start >= from && event.start < to;
  return event.start < to && event.end > from;
}

function differing<T extends object>(before: T, after: T, except: readonly string[]): Partial<T> {
  const result: Partial<T> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof T & string>) {
    if (!except.includes(key) && before[key] !== after[key]) result[key] = after[key];
  }
  return result;
}
