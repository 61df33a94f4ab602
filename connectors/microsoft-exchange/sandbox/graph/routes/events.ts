import {
  type EventDetails,
  eventsWithin,
  type Folder,
  type Item,
  sendCancellations,
  sendMeetingRequests,
} from "../../mailboxes/index.ts";
import { checkIfMatch, etagOf, type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerCollection, answerCount, answerEntity } from "../collection.ts";
import { itemDelta } from "../delta.ts";
import { calendarShape } from "../entities/calendar.ts";
import { applyEvent, eventShape, newEvent } from "../entities/event.ts";
import { readAttachment } from "../entities/read-attachment.ts";
import { badRequest, GraphError, itemNotFound } from "../errors.ts";
import { findItem } from "../item-ids.ts";
import { checkEntity, type JsonObject } from "../schema/validate-body.ts";
import { folderNamed } from "../well-known-folders.ts";
import { routes } from "./route.ts";

/** Requests for events, in the default calendar or one named by the path. */
export const eventRoutes = routes("calendar.read", "calendar.write", {
  "GET events": (call) => answerCollection(eventShape, eventsIn(call), call),
  "GET events/$count": (call) => answerCount(eventShape, eventsIn(call), call),
  "GET events/delta": (call) => itemDelta(eventShape, call, calendarOf(call).id, isEvent),
  "POST events": (call) => createEvent(call),
  "GET events/*": (call, id) => answerEntity(eventShape, findEvent(call, id), call),
  "PATCH events/*": (call, id) => updateEvent(call, id),
  "DELETE events/*": (call, id) => deleteEvent(call, id, "moveToDeletedItems"),
  "POST events/*/permanentDelete": (call, id) => deleteEvent(call, id, "hard"),
  "GET events/*/calendar": (call, id) =>
    answerEntity(calendarShape, mailboxOf(call).folders.require(findEvent(call, id).folderId), call),
  "GET events/*/instances": (call, id) => listInstances(call, id),
  "GET calendarView": (call) => listCalendarView(call),
  "GET calendarView/delta": (call) =>
    itemDelta(eventShape, call, calendarOf(call).id, isEvent, { expand: eventsWithin }),
});

/** An event, series or occurrence by id. */
export function findEvent(call: GraphCall, id: string): Item {
  const item = findItem(mailboxOf(call), id);
  if (!isEvent(item)) throw itemNotFound();
  if (call.scope.calendar !== undefined && item.folderId !== calendarOf(call).id) throw itemNotFound();
  return item;
}

/** The calendar the path names; the default one when it names none. */
export function calendarOf(call: GraphCall): Folder {
  const { calendar } = call.scope;
  if (calendar === undefined) return mailboxOf(call).folders.requireWellKnown("calendar");
  const folder = folderNamed(call, calendar);
  if (folder.folderClass?.startsWith("IPF.Appointment") !== true) throw itemNotFound();
  return folder;
}

function isEvent(item: Item): boolean {
  return item.kind === "event";
}

/** Without `$orderby` the service gives the most recently created first. */
function eventsIn(call: GraphCall): Item[] {
  const items = mailboxOf(call).items(calendarOf(call).id).filter(isEvent);
  return items.sort(
    (one, other) => other.createdAt.getTime() - one.createdAt.getTime() || other.entryNumber - one.entryNumber,
  );
}

function listCalendarView(call: GraphCall): Promise<GraphResult> {
  const [from, to] = windowOf(call);
  return answerCollection(
    eventShape,
    mailboxOf(call).calendarView(calendarOf(call).id, from, to).filter(isEvent),
    call,
  );
}

function listInstances(call: GraphCall, id: string): Promise<GraphResult> {
  const [from, to] = windowOf(call);
  const series = findEvent(call, id);
  if (series.event?.recurrence === undefined) {
    throw new GraphError(
      400,
      "ErrorInvalidRequest",
      "Your request can't be completed. Instances are only supported for series masters.",
    );
  }
  return answerCollection(eventShape, eventsWithin(series, from, to), call);
}

/** The window of a calendar view, which must be given. */
export function windowOf(call: GraphCall): [from: Date, to: Date] {
  const read = (name: string): Date => {
    const text = call.query.custom.get(name) ?? call.query.custom.get(name.toLowerCase());
    if (text === undefined) throw missingWindow(name);
    const hasZone = /Z$|[+-]\d\d:\d\d$/i.test(text) || !text.includes("T");
    const at = new Date(hasZone ? text : `${text}Z`);
    if (Number.isNaN(at.getTime())) {
      throw new GraphError(
        400,
        "ErrorInvalidParameter",
        `The value '${text}' for the parameter '${name}' is not valid.`,
      );
    }
    return at;
  };
  const window: [Date, Date] = [read("startDateTime"), read("endDateTime")];
  if (window[0] > window[1]) {
    throw new GraphError(400, "ErrorInvalidParameter", "The end of the time window is before its start.");
  }
  return window;
}

function missingWindow(name: string): GraphError {
  return new GraphError(
    400,
    "ErrorInvalidParameter",
    `This request requires a time window specified by the query string parameters StartDateTime and EndDateTime: ${name} is missing.`,
  );
}

async function createEvent(call: GraphCall): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const body = checkEntity("event", jsonBody(call));
  const calendar = calendarOf(call);
  const known = sameTransaction(call, calendar, body["transactionId"]);
  if (known !== undefined) return answerEntity(eventShape, known, call, 201);
  const draft = newEvent(body, call);
  applyEvent(draft, body, call);
  const attachments = Array.isArray(body["attachments"]) ? (body["attachments"] as JsonObject[]) : [];
  draft.attachments = attachments.map((one) => ({
    isInline: false,
    kind: "file",
    ...readAttachment(one, call),
    id: "",
    modifiedAt: call.now,
  }));
  const item = mailbox.createItem("event", calendar.id, draft);
  const isMeeting = (item.event?.attendees.length ?? 0) > 0;
  const made = isMeeting ? sendMeetingRequests(call.service.organisation, mailbox, item.id) : item;
  return answerEntity(eventShape, made, call, 201);
}

/** A repeated creation with the same transaction id gives the event made the first time. */
function sameTransaction(call: GraphCall, calendar: Folder, transactionId: unknown): Item | undefined {
  if (typeof transactionId !== "string") return undefined;
  return mailboxOf(call)
    .items(calendar.id)
    .find((item) => item.event?.transactionId === transactionId);
}

function updateEvent(call: GraphCall, id: string): Promise<GraphResult> {
  const mailbox = mailboxOf(call);
  const item = findEvent(call, id);
  const body = checkEntity("event", jsonBody(call));
  checkIfMatch(call, etagOf(mailbox, item));
  if (item.event?.type !== "single" && item.event?.seriesMasterId !== undefined && "recurrence" in body) {
    throw badRequest("The recurrence of an occurrence cannot be changed.");
  }
  applyEvent({ ...item }, body, call);
  const before = item.event;
  const changed = mailbox.changeItem(item.id, (draft) => applyEvent(draft, body, call));
  return answerEntity(eventShape, announced(call, changed, before, body), call);
}

/** Changes of a meeting go to its attendees; those left out are told it is off for them. */
function announced(call: GraphCall, changed: Item, before: Item["event"], body: JsonObject): Item {
  const { organisation } = call.service;
  const mailbox = mailboxOf(call);
  if (changed.event?.isOrganizer !== true || !isAnnounced(body)) return changed;
  const now = new Set(changed.event.attendees.map((one) => one.address?.toLowerCase()));
  const dropped = (before?.attendees ?? [])
    .map((one) => one.address?.toLowerCase() ?? "")
    .filter((one) => !now.has(one));
  if (dropped.length > 0 && before?.requestWasSent === true) dropAttendees(call, changed.id, before, dropped);
  return now.size === 0 ? mailbox.requireItem(changed.id) : sendMeetingRequests(organisation, mailbox, changed.id);
}

/** The cancellation is written from the list that still names those who are dropped. */
function dropAttendees(call: GraphCall, id: string, before: EventDetails, dropped: readonly string[]): void {
  const mailbox = mailboxOf(call);
  const { attendees = [] } = mailbox.requireItem(id).event ?? {};
  const setAttendees = (list: EventDetails["attendees"]) =>
    mailbox.changeItem(id, (draft) => {
      if (draft.event) draft.event = { ...draft.event, attendees: list };
    });
  setAttendees(before.attendees);
  sendCancellations(call.service.organisation, mailbox, id, { only: dropped });
  setAttendees(attendees);
}

/** Members only the organiser's own calendar shows: nobody is told of those. */
const privateMembers: readonly string[] = [
  "categories",
  "isReminderOn",
  "reminderMinutesBeforeStart",
  "singleValueExtendedProperties",
  "multiValueExtendedProperties",
  "showAs",
];

function isAnnounced(body: JsonObject): boolean {
  return Object.keys(body).some((name) => !name.includes("@") && !privateMembers.includes(name));
}

function deleteEvent(call: GraphCall, id: string, disposal: "moveToDeletedItems" | "hard"): GraphResult {
  const mailbox = mailboxOf(call);
  const item = findEvent(call, id);
  checkIfMatch(call, etagOf(mailbox, item));
  if (item.event?.isOrganizer === true && item.event.attendees.length > 0 && !item.event.isCancelled) {
    sendCancellations(call.service.organisation, mailbox, item.id);
  }
  mailbox.deleteItem(item.id, disposal);
  return noContent;
}
