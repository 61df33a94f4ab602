import {
  type Attendee,
  type AttendeeType,
  busyTimes,
  type EventDetails,
  emptyEvent,
  guidOf,
  type Item,
  occurrenceId,
  originalStarts,
  type PostalAddress,
  windowsZone,
} from "../../mailboxes/index.ts";
import { printDate, printDuration, readDate } from "../dates.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { childOf, childrenOf, childText, t, type XmlElement } from "../xml.ts";
import { eventTypeNames, responseNames, showAsNames } from "./names.ts";
import {
  choice,
  type Draft,
  date,
  flag,
  type ItemProperty,
  integer,
  mailboxElement,
  person,
  type ReadContext,
  readMailbox,
  requiredChild,
  text,
} from "./property.ts";
import { readRecurrence, recurrenceElement } from "./recurrence-element.ts";
import { timeZoneElement } from "./time-zone-element.ts";

/** The event of a calendar item under construction; changes are made to a copy, so that stored ones stay whole. */
export function changeEvent(draft: Draft, change: Partial<EventDetails>): void {
  const base = draft.event ?? emptyEvent(new Date(0), guidOf(String(Math.random())));
  draft.event = { ...base, ...change };
}

function attendees(uri: string, element: string, type: AttendeeType): ItemProperty {
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

const first: ItemProperty = {
  uri: "calendar:FirstOccurrence",
  element: "FirstOccurrence",
  only: "item",
  read: (item, { mailbox }) => {
    const start = boundaries(item)[0];
    return start && occurrenceElement("FirstOccurrence", item, start, mailbox.changeKeyOf(item));
  },
};
const last: ItemProperty = {
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

const modified: ItemProperty = {
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
const deleted: ItemProperty = {
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

const recurrence: ItemProperty = {
  uri: "calendar:Recurrence",
  element: "Recurrence",
  only: "item",
  read: ({ event }) => event?.recurrence && recurrenceElement(event.recurrence),
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

function zone(uri: string, element: string, key: "startTimeZone" | "endTimeZone"): ItemProperty {
  return {
    uri,
    element,
    only: "item",
    read: ({ event }) => event && timeZoneElement(element, event[key], event.start.getUTCFullYear()),
    write: (draft, value) => changeEvent(draft, { [key]: readZone(value) }),
  };
}

/** A time zone by its id; Exchange knows no zones but its own. */
export function readZone(element: XmlElement): string {
  const id = element.attributes["Id"] ?? element.attributes["TimeZoneName"];
  if (id === undefined) throw schemaViolation(`The element '${element.name}' names no time zone.`);
  if (windowsZone(id) === undefined && childrenOf(element).length === 0) {
    throw new EwsError("ErrorTimeZone", `The time zone '${id}' could not be determined.`);
  }
  return windowsZone(id) ?? id;
}

const enhancedLocation: ItemProperty = {
  uri: "calendar:EnhancedLocation",
  element: "EnhancedLocation",
  only: "item",
  read: ({ event }) => {
    const place = event?.location;
    if (!place) return undefined;
    const { address } = place;
    return t(
      "EnhancedLocation",
      t("DisplayName", place.displayName),
      t("Annotation", place.annotation ?? ""),
      t(
        "PostalAddress",
        address?.street !== undefined ? t("Street", address.street) : undefined,
        address?.city !== undefined ? t("City", address.city) : undefined,
        address?.state !== undefined ? t("State", address.state) : undefined,
        address?.countryOrRegion !== undefined ? t("Country", address.countryOrRegion) : undefined,
        address?.postalCode !== undefined ? t("PostalCode", address.postalCode) : undefined,
        t("Type", "Business"),
        place.latitude !== undefined ? t("Latitude", String(place.latitude)) : undefined,
        place.longitude !== undefined ? t("Longitude", String(place.longitude)) : undefined,
        place.uri !== undefined ? t("LocationUri", place.uri) : undefined,
        t("LocationSource", address ? "Resource" : "None"),
      ),
    );
  },
  write: (draft, element) => {
    const postal = childOf(element, "PostalAddress");
    const address: PostalAddress = {};
    const parts = [
      ["street", "Street"],
      ["city", "City"],
      ["state", "State"],
      ["countryOrRegion", "Country"],
      ["postalCode", "PostalCode"],
    ] as const;
    for (const [key, name] of parts) {
      const value = childText(postal, name);
      if (value !== undefined) address[key] = value;
    }
    const annotation = childText(element, "Annotation");
    const uri = childText(postal, "LocationUri");
    const latitude = childText(postal, "Latitude");
    const longitude = childText(postal, "Longitude");
    changeEvent(draft, {
      location: {
        displayName: childText(element, "DisplayName") ?? "",
        ...(annotation !== undefined ? { annotation } : {}),
        ...(Object.keys(address).length > 0 ? { address } : {}),
        ...(uri !== undefined ? { uri } : {}),
        ...(latitude !== undefined ? { latitude: Number(latitude) } : {}),
        ...(longitude !== undefined ? { longitude: Number(longitude) } : {}),
      },
    });
  },
};

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

function neighbourCount(which: "conflicting" | "adjacent", name: string): ItemProperty {
  const element = `${name}MeetingCount`;
  return {
    uri: `calendar:${element}`,
    element,
    only: "item",
    read: (item, context) => t(element, String(neighbours(item, context, which).length)),
  };
}

function neighbourList(which: "conflicting" | "adjacent", name: string): ItemProperty {
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

const meetingStateBits = { meeting: 1, received: 2, cancelled: 4 };

function meetingState(event: EventDetails): number {
  return (
    (event.isMeeting ? meetingStateBits.meeting : 0) +
    (event.isMeeting && !event.isOrganizer ? meetingStateBits.received : 0) +
    (event.isCancelled ? meetingStateBits.cancelled : 0)
  );
}

/** Properties of calendar items, in schema order. */
export const calendarProperties: readonly ItemProperty[] = [
  text(
    "calendar:UID",
    "UID",
    (i) => i.event?.uid,
    (d, v) => changeEvent(d, { uid: v }),
  ),
  date("calendar:RecurrenceId", "RecurrenceId", (i) => i.event?.originalStart),
  date("calendar:DateTimeStamp", "DateTimeStamp", (i) => i.event?.stampedAt ?? i.modifiedAt),
  date(
    "calendar:Start",
    "Start",
    (i) => i.event?.start,
    (d, v) => changeEvent(d, { start: v }),
  ),
  date(
    "calendar:End",
    "End",
    (i) => i.event?.end,
    (d, v) => changeEvent(d, { end: v }),
  ),
  date("calendar:OriginalStart", "OriginalStart", (i) => i.event?.originalStart),
  flag(
    "calendar:IsAllDayEvent",
    "IsAllDayEvent",
    (i) => i.event?.isAllDay,
    (d, v) => changeEvent(d, { isAllDay: v }),
  ),
  choice(
    "calendar:LegacyFreeBusyStatus",
    "LegacyFreeBusyStatus",
    showAsNames,
    (i) => i.event?.showAs,
    (d, v) => changeEvent(d, { showAs: v }),
  ),
  text(
    "calendar:Location",
    "Location",
    (i) => i.event?.location?.displayName,
    (d, v) => changeEvent(d, { location: { displayName: v } }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { location: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  text(
    "calendar:When",
    "When",
    (i) => i.event?.when,
    (d, v) => changeEvent(d, { when: v }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { when: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  flag("calendar:IsMeeting", "IsMeeting", (i) => i.event?.isMeeting),
  flag("calendar:IsCancelled", "IsCancelled", (i) => i.event?.isCancelled),
  flag(
    "calendar:IsRecurring",
    "IsRecurring",
    (i) => i.event && i.event.type !== "single" && i.event.type !== "seriesMaster",
  ),
  flag("calendar:MeetingRequestWasSent", "MeetingRequestWasSent", (i) => i.event?.requestWasSent),
  flag(
    "calendar:IsResponseRequested",
    "IsResponseRequested",
    (i) => i.event?.isResponseRequested,
    (d, v) => changeEvent(d, { isResponseRequested: v }),
  ),
  choice("calendar:CalendarItemType", "CalendarItemType", eventTypeNames, (i) => i.event?.type),
  choice("calendar:MyResponseType", "MyResponseType", responseNames, (i) => i.event?.response),
  person("calendar:Organizer", "Organizer", (i) => i.event?.organizer),
  attendees("calendar:RequiredAttendees", "RequiredAttendees", "required"),
  attendees("calendar:OptionalAttendees", "OptionalAttendees", "optional"),
  attendees("calendar:Resources", "Resources", "resource"),
  neighbourCount("conflicting", "Conflicting"),
  neighbourCount("adjacent", "Adjacent"),
  neighbourList("conflicting", "Conflicting"),
  neighbourList("adjacent", "Adjacent"),
  text(
    "calendar:Duration",
    "Duration",
    (i) => i.event && printDuration(i.event.end.getTime() - i.event.start.getTime()),
  ),
  text("calendar:TimeZone", "TimeZone", (i) => i.event?.startTimeZone),
  date("calendar:AppointmentReplyTime", "AppointmentReplyTime", (i) => i.event?.repliedAt),
  integer("calendar:AppointmentSequenceNumber", "AppointmentSequenceNumber", (i) => i.event?.sequenceNumber),
  integer("calendar:AppointmentState", "AppointmentState", (i) => i.event && meetingState(i.event)),
  recurrence,
  first,
  last,
  modified,
  deleted,
  {
    uri: "calendar:MeetingTimeZone",
    element: "MeetingTimeZone",
    only: "item",
    write: (draft, value) => changeEvent(draft, { startTimeZone: readZone(value), endTimeZone: readZone(value) }),
  },
  zone("calendar:StartTimeZone", "StartTimeZone", "startTimeZone"),
  zone("calendar:EndTimeZone", "EndTimeZone", "endTimeZone"),
  integer(
    "calendar:ConferenceType",
    "ConferenceType",
    (i) => i.event?.conferenceType,
    (d, v) => changeEvent(d, { conferenceType: v }),
  ),
  flag(
    "calendar:AllowNewTimeProposal",
    "AllowNewTimeProposal",
    (i) => i.event?.allowNewTimeProposals,
    (d, v) => changeEvent(d, { allowNewTimeProposals: v }),
  ),
  flag(
    "calendar:IsOnlineMeeting",
    "IsOnlineMeeting",
    (i) => i.event?.isOnlineMeeting,
    (d, v) => changeEvent(d, { isOnlineMeeting: v }),
  ),
  text(
    "calendar:MeetingWorkspaceUrl",
    "MeetingWorkspaceUrl",
    (i) => i.event?.meetingWorkspaceUrl,
    (d, v) => changeEvent(d, { meetingWorkspaceUrl: v }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { meetingWorkspaceUrl: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  text(
    "calendar:NetShowUrl",
    "NetShowUrl",
    (i) => i.event?.netShowUrl,
    (d, v) => changeEvent(d, { netShowUrl: v }),
    {
      clear: (d) => {
        if (!d.event) return;
        const { netShowUrl: _, ...rest } = d.event;
        d.event = rest;
      },
    },
  ),
  enhancedLocation,
  text("calendar:StartWallClock", "StartWallClock", (i) => i.event && printDate(i.event.start), undefined, {
    only: "item",
  }),
  text("calendar:EndWallClock", "EndWallClock", (i) => i.event && printDate(i.event.end), undefined, { only: "item" }),
  text(
    "calendar:StartTimeZoneId",
    "StartTimeZoneId",
    (i) => i.event && (windowsZone(i.event.startTimeZone) ?? i.event.startTimeZone),
  ),
  text(
    "calendar:EndTimeZoneId",
    "EndTimeZoneId",
    (i) => i.event && (windowsZone(i.event.endTimeZone) ?? i.event.endTimeZone),
  ),
  choice("calendar:IntendedFreeBusyStatus", "IntendedFreeBusyStatus", showAsNames, (i) => i.event?.intendedShowAs),
  text("calendar:JoinOnlineMeetingUrl", "JoinOnlineMeetingUrl", (i) => i.event?.joinUrl),
  flag("calendar:IsOrganizer", "IsOrganizer", (i) => i.event?.isOrganizer),
  flag(
    "calendar:DoNotForwardMeeting",
    "DoNotForwardMeeting",
    (i) => i.event?.doNotForward,
    (d, v) => changeEvent(d, { doNotForward: v }),
  ),
];

/** Reads the proposal of an answer. */
export function readProposal(element: XmlElement, name: string, timeZone?: string): Date | undefined {
  const value = childText(element, name);
  return value === undefined ? undefined : readDate(value, timeZone);
}
