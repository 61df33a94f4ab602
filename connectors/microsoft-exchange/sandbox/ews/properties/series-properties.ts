import { type Item, occurrenceId, originalStarts } from "../../mailboxes/index.ts";
import { printDate } from "../dates.ts";
import { EwsError } from "../ews-error.ts";
import { t, type XmlElement } from "../xml.ts";
import { changeEvent } from "./change-event.ts";
import type { ItemProperty } from "./property.ts";
import { readRecurrence, recurrenceElement } from "./recurrence-element.ts";

/** Series properties: the first, last, changed and removed occurrences. */
function occurrenceElement(name: string, series: Item, original: Date, mailboxKey: string): XmlElement {
  const { event } = series;
  const lengthMs = (event?.end.getTime() ?? 0) - (event?.start.getTime() ?? 0);
  const changed = event?.exceptions?.get(original.toISOString())?.event;
  const start = changed?.start ?? original;
  return t(
    name,
    t("ItemId", { Id: occurrenceId(series.id, original), ChangeKey: mailboxKey }),
    t("Start", printDate(start)),
    t("End", printDate(changed?.end ?? new Date(start.getTime() + lengthMs))),
    t("OriginalStart", printDate(original)),
  );
}

export const firstOccurrence: ItemProperty = {
  uri: "calendar:FirstOccurrence",
  element: "FirstOccurrence",
  only: "item",
  read: (item, { mailbox }) => {
    const start = boundaries(item)[0];
    return start && occurrenceElement("FirstOccurrence", item, start, mailbox.changeKeyOf(item));
  },
};
export const lastOccurrence: ItemProperty = {
  uri: "calendar:LastOccurrence",
  element: "LastOccurrence",
  only: "item",
  read: (item, { mailbox }) => {
    const start = item.event?.recurrence?.range.type === "noEnd" ? undefined : boundaries(item).at(-1);
    return start && occurrenceElement("LastOccurrence", item, start, mailbox.changeKeyOf(item));
  },
};

function boundaries(item: Item): Date[] {
  const { event } = item;
  if (!event?.recurrence) return [];
  const { range } = event.recurrence;
  const years = range.type === "noEnd" ? 10 : 100;
  return originalStarts(event, new Date(event.start.getTime() + years * 366 * 86_400_000));
}

export const modifiedOccurrences: ItemProperty = {
  uri: "calendar:ModifiedOccurrences",
  element: "ModifiedOccurrences",
  only: "item",
  read: (item, { mailbox }) => {
    const keys = [...(item.event?.exceptions?.keys() ?? [])];
    if (keys.length === 0) return undefined;
    return t(
      "ModifiedOccurrences",
      keys.map((key) => occurrenceElement("Occurrence", item, new Date(key), mailbox.changeKeyOf(item))),
    );
  },
};
export const deletedOccurrences: ItemProperty = {
  uri: "calendar:DeletedOccurrences",
  element: "DeletedOccurrences",
  only: "item",
  read: (item) => {
    const starts = item.event?.deletedOccurrences ?? [];
    if (starts.length === 0) return undefined;
    return t(
      "DeletedOccurrences",
      starts.map((start) => t("DeletedOccurrence", t("Start", printDate(new Date(start))))),
    );
  },
};

export const recurrence: ItemProperty = {
  uri: "calendar:Recurrence",
  element: "Recurrence",
  only: "item",
  read: ({ event }) => event?.recurrence && recurrenceElement(event.recurrence, event.startTimeZone),
  write: (draft, element) => {
    if (draft.event?.originalStart) {
      throw new EwsError("ErrorCalendarCannotUpdateDeletedItem", "An occurrence has no recurrence of its own.");
    }
    changeEvent(draft, { recurrence: readRecurrence(element), type: "seriesMaster" });
  },
  clear: (draft) => {
    if (!draft.event) return;
    const { recurrence: _, exceptions: __, deletedOccurrences: ___, ...rest } = draft.event;
    draft.event = { ...rest, type: "single" };
  },
};
