import { busyTimes, type Item } from "../../mailboxes/index.ts";
import { printDate } from "../dates.ts";
import { t, type XmlElement } from "../xml.ts";
import type { ItemProperty, ReadContext } from "./property.ts";

/** Meetings that overlap this one, or begin or end where it ends or begins. */
function neighbours(item: Item, { mailbox }: ReadContext, which: "conflicting" | "adjacent"): Item[] {
  const { event } = item;
  if (!event) return [];
  const edge = which === "adjacent" ? 1000 : 0;
  const from = new Date(event.start.getTime() - edge);
  const to = new Date(event.end.getTime() + edge);
  const overlaps = (t: { start: Date; end: Date }) => t.start < event.end && t.end > event.start;
  return busyTimes(mailbox, from, to)
    .filter((t) => t.showAs !== "free" && t.item.event?.uid !== event.uid && overlaps(t) === (which === "conflicting"))
    .map((t) => t.item);
}

/** How many of them there are. */
export function neighbourCount(which: "conflicting" | "adjacent", name: string): ItemProperty {
  const element = `${name}MeetingCount`;
  return {
    uri: `calendar:${element}`,
    element,
    only: "item",
    read: (item, context) => t(element, String(neighbours(item, context, which).length)),
  };
}

/** Which they are. */
export function neighbourList(which: "conflicting" | "adjacent", name: string): ItemProperty {
  const element = `${name}Meetings`;
  return {
    uri: `calendar:${element}`,
    element,
    only: "item",
    read: (item, context) => {
      const list = neighbours(item, context, which);
      return list.length > 0
        ? t(
            element,
            list.map((one) => neighbourElement(one, context)),
          )
        : undefined;
    },
  };
}

function neighbourElement(item: Item, { mailbox }: ReadContext): XmlElement {
  const { event } = item;
  return t(
    "CalendarItem",
    t("ItemId", { Id: item.id, ChangeKey: mailbox.changeKeyOf(item) }),
    t("Subject", item.subject ?? ""),
    event && t("Start", printDate(event.start)),
    event && t("End", printDate(event.end)),
    event?.location && t("Location", event.location.displayName),
  );
}
