import { previewOf } from "../../ews/body-text.ts";
import {
  type Attendee,
  type EventDetails,
  emptyEvent,
  emptyFields,
  graphId,
  guidOf,
  type Item,
  type ItemFields,
  namedAttendees,
  toWallClock,
} from "../../mailboxes/index.ts";
import { etagOf, type GraphCall, idOf, mailboxOf } from "../call.ts";
import { GraphError } from "../errors.ts";
import { expandExtended, printExtended, writeExtended } from "../extended-property-ids.ts";
import { EVENT_RULES } from "../odata/filter-rules.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { project, type Shape } from "../shape.ts";
import {
  invalidProperty,
  printEmailAddress,
  printFloating,
  printInstant,
  printRecipient,
  printZoned,
  readEmailAddress,
  readEnum,
  readRecipient,
  readZoned,
  shownZone,
  textOf,
} from "../values.ts";
import { printAttachment } from "./attachment.ts";
import { calendarShape } from "./calendar.ts";
import { printBody, readBody } from "./item-body.ts";
import { printLocation, readLocation } from "./location.ts";
import { printRecurrence, readRecurrence } from "./recurrence.ts";
import { webLink } from "./web-link.ts";

/** What the service writes for "never answered". */
const NO_TIME = "0001-01-01T00:00:00Z";
const types = {
  single: "singleInstance",
  occurrence: "occurrence",
  exception: "exception",
  seriesMaster: "seriesMaster",
};

/** How events are shown. */
export const eventShape: Shape<Item> = {
  type: "event",
  etag: (item, call) => etagOf(mailboxOf(call), item),
  rules: EVENT_RULES,
  hidden: ["cancelledOccurrences"],
  unsortable: ["body", "bodyPreview", "recurrence", "onlineMeeting", "webLink"],
  members: {
    id: (item, call) => idOf(call, item),
    createdDateTime: (item) => printInstant(item.createdAt),
    lastModifiedDateTime: (item) => printInstant(item.modifiedAt),
    changeKey: (item, call) => mailboxOf(call).changeKeyOf(item),
    categories: (item) => item.categories,
    transactionId: (item) => item.event?.transactionId,
    originalStart: (item) => printInstant(item.event?.originalStart),
    originalStartTimeZone: (item) => shownZone(detailsOf(item).startTimeZone),
    originalEndTimeZone: (item) => shownZone(detailsOf(item).endTimeZone),
    iCalUId: (item) => detailsOf(item).uid,
    reminderMinutesBeforeStart: (item) => item.reminder.minutesBeforeStart ?? 15,
    isReminderOn: (item) => item.reminder.isSet,
    hasAttachments: (item) => item.attachments.some((one) => !one.isInline),
    subject: (item) => item.subject ?? "",
    bodyPreview: (item) => previewOf(item.body),
    importance: (item) => item.importance,
    sensitivity: (item) => item.sensitivity,
    isAllDay: (item) => detailsOf(item).isAllDay,
    isCancelled: (item) => detailsOf(item).isCancelled,
    isOrganizer: (item) => detailsOf(item).isOrganizer,
    responseRequested: (item) => detailsOf(item).isResponseRequested,
    seriesMasterId: (item) => (item.event?.seriesMasterId === undefined ? null : graphId(item.event.seriesMasterId)),
    showAs: (item) => detailsOf(item).showAs,
    type: (item) => types[typeOf(item)],
    webLink: (item) => webLink(item, "/calendar/item"),
    onlineMeetingUrl: (item) => detailsOf(item).onlineMeetingUrl ?? null,
    isOnlineMeeting: (item) => detailsOf(item).isOnlineMeeting,
    onlineMeetingProvider: (item) => detailsOf(item).onlineMeetingProvider ?? "unknown",
    allowNewTimeProposals: (item) => detailsOf(item).allowNewTimeProposals,
    isDraft: (item) => isUnsent(detailsOf(item)),
    hideAttendees: (item) => detailsOf(item).hideAttendees,
    responseStatus: (item) => ({
      response: detailsOf(item).response,
      time: printInstant(item.event?.repliedAt) ?? NO_TIME,
    }),
    body: (item, call) => printBody(item, call),
    start: (item, call) => printTime(item, call, "start"),
    end: (item, call) => printTime(item, call, "end"),
    location: (item) => printLocation(item.event?.location),
    locations: (item) => placesOf(detailsOf(item)).map(printLocation),
    recurrence: (item) => printRecurrence(item.event?.recurrence, detailsOf(item).startTimeZone),
    attendees: (item) => detailsOf(item).attendees.map(printAttendee),
    organizer: (item, call) => printRecipient(item.event?.organizer ?? mailboxOf(call).owner),
    onlineMeeting: (item) => printOnlineMeeting(detailsOf(item)),
    cancelledOccurrences: (item) => cancelledIds(item),
  },
  expanders: {
    attachments: (item, call, expansion) =>
      Promise.all(item.attachments.map((one) => printAttachment(one, call, expansion))),
    singleValueExtendedProperties: (item, _call, { filter }) => expandExtended(item.extended, filter, false),
    multiValueExtendedProperties: (item, _call, { filter }) => expandExtended(item.extended, filter, true),
    extensions: () => [],
    calendar: (item, call, { select }) =>
      project(calendarShape, mailboxOf(call).folders.require(item.folderId), call, {
        expand: [],
        ...(select === undefined ? {} : { select }),
      }),
    exceptionOccurrences: (item, call, { select }) => exceptionsOf(item, call, select),
  },
  searchables: { singleValueExtendedProperties: (item) => printExtended(item.extended, false) },
};

type Setter = (draft: ItemFields, event: EventDetails, value: unknown, call: GraphCall) => void;

const setters: Readonly<Record<string, Setter>> = {
  subject: (draft, _event, value) => {
    draft.subject = value === null ? "" : String(value);
  },
  body: (draft, _event, value) => {
    const body = readBody(value);
    if (body === undefined) delete draft.body;
    else draft.body = body;
  },
  importance: (draft, _event, value) => {
    draft.importance = value === null ? "normal" : readEnum(value, ["low", "normal", "high"]);
  },
  sensitivity: (draft, _event, value) => {
    draft.sensitivity = value === null ? "normal" : readEnum(value, ["normal", "personal", "private", "confidential"]);
  },
  categories: (draft, _event, value) => {
    draft.categories = [...(value as string[])];
  },
  isReminderOn: (draft, _event, value) => {
    draft.reminder = { ...draft.reminder, isSet: value === true };
  },
  reminderMinutesBeforeStart: (draft, _event, value) => {
    draft.reminder = { ...draft.reminder, minutesBeforeStart: Number(value ?? 15) };
  },
  showAs: (_draft, event, value) => {
    event.showAs = readEnum(value ?? "busy", ["unknown", "free", "tentative", "busy", "oof", "workingElsewhere"]);
  },
  isAllDay: (_draft, event, value) => {
    event.isAllDay = value === true;
  },
  responseRequested: (_draft, event, value) => {
    event.isResponseRequested = value === true;
  },
  allowNewTimeProposals: (_draft, event, value) => {
    event.allowNewTimeProposals = value === true;
  },
  hideAttendees: (_draft, event, value) => {
    event.hideAttendees = value === true;
  },
  transactionId: (_draft, event, value) => setText(event, "transactionId", value),
  location: (_draft, event, value) => {
    const place = readLocation(value, event.location);
    delete event.locations;
    if (place === undefined) delete event.location;
    else event.location = place;
  },
  locations: (_draft, event, value) => {
    const places = (value as unknown[]).flatMap((one) => readLocation(one) ?? []);
    event.locations = places;
    if (places[0] === undefined) delete event.location;
    else event.location = { ...places[0], displayName: places.map((one) => one.displayName).join("; ") };
  },
  attendees: (_draft, event, value, call) => {
    event.attendees = readAttendees(value as unknown[], event.attendees, call);
    event.isMeeting = event.attendees.length > 0 || event.requestWasSent;
  },
  organizer: (_draft, event, value) => {
    if (value !== null) event.organizer = readRecipient(value);
  },
  isOnlineMeeting: (_draft, event, value) => setOnline(event, value === true),
  onlineMeetingProvider: (_draft, event, value) => setText(event, "onlineMeetingProvider", value),
  singleValueExtendedProperties: (draft, _event, value) => writeExtended(draft.extended, value),
  multiValueExtendedProperties: (draft, _event, value) => writeExtended(draft.extended, value),
};

/** The fields of a new event; `applyEvent` fills in the rest. */
export function newEvent(body: JsonObject, call: GraphCall): ItemFields {
  if (!body["start"] || !body["end"]) throw invalidProperty("An event needs start and end.");
  const mailbox = mailboxOf(call);
  const uid = guidOf(`${mailbox.guid} ${mailbox.log.number} ${call.now.getTime()} ${Math.random()}`);
  const event = emptyEvent(call.now, `040000008200E00074C5B7101A82E008${uid.replaceAll("-", "").toUpperCase()}`);
  return {
    ...emptyFields("event"),
    reminder: { isSet: true, minutesBeforeStart: 15 },
    event: { ...event, organizer: { ...mailbox.owner } },
  };
}

/** Writes a body's members to an event; read-only ones are passed over, as the service does. */
export function applyEvent(draft: ItemFields, body: JsonObject, call: GraphCall): void {
  const event: EventDetails = { ...(draft.event ?? emptyEvent(call.now, "")) };
  draft.extended = new Map(draft.extended);
  for (const [name, value] of Object.entries(body)) setters[name]?.(draft, event, value, call);
  applyTimes(event, body);
  if ("recurrence" in body) applyRecurrence(event, body["recurrence"]);
  draft.event = event;
}

function applyTimes(event: EventDetails, body: JsonObject): void {
  const start = readZoned(body["start"]);
  const end = readZoned(body["end"]);
  const lengthMs = event.end.getTime() - event.start.getTime();
  if (start !== undefined) {
    event.start = start.at;
    event.startTimeZone = start.timeZone;
    if (end === undefined) event.end = new Date(start.at.getTime() + lengthMs);
  }
  if (end !== undefined) {
    event.end = end.at;
    event.endTimeZone = end.timeZone;
  }
  if (event.end < event.start) {
    throw new GraphError(
      400,
      "ErrorCalendarEndDateIsEarlierThanStartDate",
      "The end date of the calendar item is earlier than its start date.",
    );
  }
  if (event.isAllDay && ("start" in body || "end" in body || "isAllDay" in body)) checkAllDay(event);
}

function checkAllDay(event: EventDetails): void {
  for (const side of ["start", "end"] as const) {
    const zone = side === "start" ? event.startTimeZone : event.endTimeZone;
    if (toWallClock(zone, event[side]).endsWith("T00:00:00")) continue;
    const name = side === "start" ? "Start" : "End";
    throw new GraphError(
      400,
      "ErrorPropertyValidationFailure",
      `The Event.${name} property for an all-day event needs to be set to midnight.`,
    );
  }
  if (event.end.getTime() <= event.start.getTime()) {
    throw new GraphError(
      400,
      "ErrorCalendarDurationIsTooShort",
      "The duration of an event marked as All day must be at least 24 hours.",
    );
  }
}

function applyRecurrence(event: EventDetails, value: unknown): void {
  const recurrence = readRecurrence(value, toWallClock(event.startTimeZone, event.start).slice(0, 10));
  delete event.exceptions;
  delete event.deletedOccurrences;
  if (recurrence === undefined) delete event.recurrence;
  else event.recurrence = recurrence;
  event.type = recurrence === undefined ? "single" : "seriesMaster";
}

function readAttendees(list: readonly unknown[], before: readonly Attendee[], call: GraphCall): Attendee[] {
  const read = list.map((value): Attendee => {
    const given = value as JsonObject;
    const person = readEmailAddress(given["emailAddress"]);
    if (person.address === undefined) throw invalidProperty("An attendee needs an e-mail address.");
    const known = before.find((one) => one.address?.toLowerCase() === person.address?.toLowerCase());
    const type = readEnum(given["type"] ?? known?.type ?? "required", ["required", "optional", "resource"] as const);
    return { response: "none", ...known, ...person, type };
  });
  return namedAttendees(call.service.organisation, read);
}

function setText(event: EventDetails, name: "transactionId" | "onlineMeetingProvider", value: unknown): void {
  if (value === null) delete event[name];
  else event[name] = String(value);
}

function setOnline(event: EventDetails, isOnline: boolean): void {
  event.isOnlineMeeting = isOnline;
  if (!isOnline) {
    delete event.joinUrl;
    return;
  }
  event.onlineMeetingProvider ??= "teamsForBusiness";
  event.joinUrl ??= `https://teams.microsoft.com/l/meetup-join/${guidOf(event.uid)}/0`;
}

function detailsOf(item: Item): EventDetails {
  return item.event ?? emptyEvent(item.createdAt, "");
}

function typeOf(item: Item): EventDetails["type"] {
  const { type, recurrence } = detailsOf(item);
  return recurrence === undefined ? type : "seriesMaster";
}

function isUnsent(event: EventDetails): boolean {
  return event.isMeeting && event.isOrganizer && !event.requestWasSent;
}

/** All-day events keep their days whatever zone they are shown in. */
function printTime(item: Item, call: GraphCall, side: "start" | "end"): { dateTime: string; timeZone: string } {
  const event = detailsOf(item);
  const zone = call.prefer.timeZone ?? "UTC";
  if (!event.isAllDay) return printZoned(event[side], zone);
  const own = side === "start" ? event.startTimeZone : event.endTimeZone;
  return printFloating(toWallClock(own, event[side]), zone);
}

function placesOf(event: EventDetails) {
  return event.locations ?? (event.location === undefined ? [] : [event.location]);
}

function printAttendee(one: Attendee): unknown {
  return {
    type: one.type,
    status: { response: one.response, time: printInstant(one.respondedAt) ?? NO_TIME },
    ...(one.proposedStart === undefined || one.proposedEnd === undefined
      ? {}
      : { proposedNewTime: { start: printZoned(one.proposedStart, "UTC"), end: printZoned(one.proposedEnd, "UTC") } }),
    emailAddress: printEmailAddress(one),
  };
}

function printOnlineMeeting(event: EventDetails): unknown {
  if (event.joinUrl === undefined) return null;
  const { dialIn } = event;
  if (dialIn === undefined) return { joinUrl: event.joinUrl };
  const numbers = [dialIn.tollNumber, ...dialIn.tollFreeNumbers];
  return { joinUrl: event.joinUrl, ...dialIn, phones: numbers.map((number) => ({ number, type: "business" })) };
}

/** `OID.{series}.{date}`: the service's form for removed occurrences. */
function cancelledIds(item: Item): string[] {
  return (item.event?.deletedOccurrences ?? []).map((start) => `OID.${graphId(item.id)}.${start.slice(0, 10)}`);
}

async function exceptionsOf(item: Item, call: GraphCall, select?: readonly string[]): Promise<unknown[]> {
  const mailbox = mailboxOf(call);
  const starts = [...(item.event?.exceptions?.keys() ?? [])].map((text) => new Date(text));
  const found = [];
  for (const start of starts) {
    const from = new Date(start.getTime() - 400 * 86_400_000);
    const to = new Date(start.getTime() + 400 * 86_400_000);
    const view = mailbox.calendarView(item.folderId, from, to);
    const one = view.find(
      ({ event }) => event?.seriesMasterId === item.id && event.originalStart?.getTime() === start.getTime(),
    );
    if (one === undefined) continue;
    found.push(await project(eventShape, one, call, { expand: [], ...(select === undefined ? {} : { select }) }));
  }
  return found;
}

/** The comment of a meeting action. */
export function commentOf(parameters: JsonObject): { type: "text"; content: string } | undefined {
  const text = textOf(parameters, "Comment") ?? textOf(parameters, "comment");
  return text === undefined || text === "" ? undefined : { type: "text", content: text };
}
