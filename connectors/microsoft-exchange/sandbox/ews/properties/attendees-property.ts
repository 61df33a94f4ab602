import type { Attendee, AttendeeType } from "../../mailboxes/index.ts";
import { printDate } from "../dates.ts";
import { childrenOf, t, type XmlElement } from "../xml.ts";
import { changeEvent } from "./change-event.ts";
import { responseNames } from "./names.ts";
import {
  type Draft,
  type ItemProperty,
  mailboxElement,
  type ReadContext,
  readMailbox,
  requiredChild,
} from "./property.ts";

/** One of the three attendee lists of a meeting. */
export function attendees(uri: string, element: string, type: AttendeeType): ItemProperty {
  const of = (item: Draft) => (item.event?.attendees ?? []).filter((one) => one.type === type);
  const set = (draft: Draft, list: Attendee[]) => {
    const others = (draft.event?.attendees ?? []).filter((one) => one.type !== type);
    const all = [...others, ...list];
    changeEvent(draft, { attendees: all, isMeeting: all.length > 0 || (draft.event?.requestWasSent ?? false) });
  };
  const read = (list: XmlElement, known: readonly Attendee[]) =>
    childrenOf(list, "Attendee").map((one) => {
      const person = readMailbox(requiredChild(one, "Mailbox"));
      const before = known.find((old) => old.address?.toLowerCase() === person.address?.toLowerCase());
      return { response: "none" as const, ...before, ...person, type };
    });
  return {
    uri,
    element,
    only: "item",
    read: (item, context) => {
      const list = of(item);
      return list.length > 0
        ? t(
            element,
            list.map((one) => attendeeElement(one, context)),
          )
        : undefined;
    },
    write: (draft, value) => set(draft, read(value, draft.event?.attendees ?? [])),
    append: (draft, value) => set(draft, [...of(draft), ...read(value, [])]),
    clear: (draft) => set(draft, []),
  };
}

function attendeeElement(one: Attendee, { organisation }: ReadContext): XmlElement {
  const response = Object.keys(responseNames).find((name) => responseNames[name] === one.response) ?? "Unknown";
  return t(
    "Attendee",
    mailboxElement("Mailbox", one, organisation),
    t("ResponseType", response),
    one.respondedAt && t("LastResponseTime", printDate(one.respondedAt)),
    one.proposedStart && t("ProposedStart", printDate(one.proposedStart)),
    one.proposedEnd && t("ProposedEnd", printDate(one.proposedEnd)),
  );
}
