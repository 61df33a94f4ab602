import type { Mailbox } from "./mailbox.ts";
import type { Item, ShowAs } from "./model.ts";

export interface BusyTime {
  start: Date;
  end: Date;
  showAs: ShowAs;
  item: Item;
}

/** Digits of a merged free/busy string, from least to most busy. */
const digits: Record<ShowAs, string> = {
  free: "0",
  tentative: "1",
  busy: "2",
  oof: "3",
  workingElsewhere: "4",
  unknown: "0",
};
const busyness = "01423";

/** What a mailbox's calendar holds in a time window, cancelled meetings left out. */
export function busyTimes(mailbox: Mailbox, from: Date, to: Date): BusyTime[] {
  const calendar = mailbox.folders.requireWellKnown("calendar");
  return mailbox.calendarView(calendar.id, from, to).flatMap((item) => {
    const { event } = item;
    return event && !event.isCancelled ? [{ start: event.start, end: event.end, showAs: event.showAs, item }] : [];
  });
}

/** One digit for each interval of the window: the busiest state in it. */
export function mergedFreeBusy(times: readonly BusyTime[], from: Date, to: Date, intervalMinutes: number): string {
  const intervalMs = intervalMinutes * 60_000;
  let merged = "";
  for (let at = from.getTime(); at < to.getTime(); at += intervalMs) {
    const within = times.filter((t) => t.start.getTime() < at + intervalMs && t.end.getTime() > at);
    const states = within.map((t) => digits[t.showAs]);
    merged += states.reduce((most, one) => (busyness.indexOf(one) > busyness.indexOf(most) ? one : most), "0");
  }
  return merged;
}
