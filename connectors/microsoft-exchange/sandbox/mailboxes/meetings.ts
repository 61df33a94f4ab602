import { receive, resolve } from "./delivery.ts";
import { MailboxError } from "./errors.ts";
import { busyTimes } from "./free-busy.ts";
import { cloneFields } from "./item-copy.ts";
import { emptyFields, emptyMeeting } from "./item-defaults.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Attendee, Body, EventDetails, Item, ItemFields, MeetingDetails, ResponseStatus } from "./model.ts";
import type { Organisation } from "./organisation.ts";

type EventItem = Item & { event: EventDetails };

/** Answers an attendee may give. */
export type MeetingAnswer = "accepted" | "tentativelyAccepted" | "declined";

/** Sends requests for a meeting to its attendees (all, or the named ones) and marks it as sent. */
export function sendMeetingRequests(
  organisation: Organisation,
  mailbox: Mailbox,
  id: string,
  only?: readonly string[],
): Item {
  const isUpdate = requireEvent(mailbox, id).event.requestWasSent;
  const item = mailbox.changeItem(id, (draft) => {
    if (!draft.event) return;
    const sequenceNumber = isUpdate ? draft.event.sequenceNumber + 1 : draft.event.sequenceNumber;
    draft.event = { ...draft.event, requestWasSent: true, isMeeting: true, sequenceNumber };
  });
  for (const attendee of requireEvent(mailbox, id).event.attendees) {
    if (only && !only.includes((attendee.address ?? "").toLowerCase())) continue;
    invite(organisation, mailbox, requireEvent(mailbox, id), attendee, isUpdate);
  }
  return mailbox.item(id) ?? item;
}

/** Tells attendees that a meeting is off; their calendars show it as cancelled. */
export function sendCancellations(
  organisation: Organisation,
  mailbox: Mailbox,
  id: string,
  options: { only?: readonly string[]; comment?: Body; saveTo?: string } = {},
): void {
  const item = requireEvent(mailbox, id);
  const subject = `Canceled: ${item.subject ?? ""}`;
  for (const attendee of item.event.attendees) {
    const target = organisation.mailbox(attendee.address ?? "");
    if (options.only && !options.only.includes((attendee.address ?? "").toLowerCase())) continue;
    if (!target || target === mailbox) continue;
    const theirs = findByUid(target, item);
    if (theirs) {
      target.changeItem(theirs.id, (draft) => {
        draft.subject = subject;
        if (draft.event) draft.event = { ...draft.event, isCancelled: true, showAs: "free" };
      });
    }
    const fields = meetingMessage(mailbox, item, subject, attendee, {
      ...emptyMeeting(),
      ...(theirs ? { associatedEventId: theirs.id } : {}),
    });
    fields.itemClass = "IPM.Schedule.Meeting.Canceled";
    fields.event = { ...fields.event!, isCancelled: true };
    if (options.comment) fields.body = options.comment;
    receive(organisation, target, "meetingCancellation", fields);
  }
  if (options.saveTo) {
    const fields = meetingMessage(mailbox, item, subject, undefined, emptyMeeting());
    mailbox.createItem("meetingCancellation", options.saveTo, {
      ...fields,
      itemClass: "IPM.Schedule.Meeting.Canceled",
      isRead: true,
    });
  }
}

/** Answers a meeting, given the request message or the event; tells the organiser when `send` says so. */
export function answerMeeting(
  organisation: Organisation,
  mailbox: Mailbox,
  id: string,
  answer: MeetingAnswer,
  options: { send: boolean; comment?: Body; proposedStart?: Date; proposedEnd?: Date; saveTo?: string } = {
    send: true,
  },
): { event?: Item; response?: Item } {
  const source = mailbox.requireItem(id);
  const event = source.kind === "event" ? source : eventOfMessage(mailbox, source);
  if (!event?.event) throw new MailboxError("ErrorCalendarIsCancelledForAccept", "There is no meeting to answer.");
  if (event.event.isOrganizer) {
    throw new MailboxError("ErrorCalendarIsOrganizerForAccept", "The organizer cannot answer their own meeting.");
  }
  if (event.event.isCancelled) throw new MailboxError("ErrorCalendarIsCancelledForAccept", "The meeting is cancelled.");
  const changed = mailbox.changeItem(event.id, (draft) => {
    if (draft.event)
      draft.event = {
        ...draft.event,
        response: answer,
        repliedAt: mailbox.clock(),
        showAs: shownAs(draft.event, answer),
      };
  });
  const response = options.send ? sendAnswer(organisation, mailbox, changed as EventItem, answer, options) : undefined;
  if (source.kind === "meetingRequest") mailbox.deleteItem(source.id, "moveToDeletedItems");
  const kept = answer === "declined" ? mailbox.deleteItem(changed.id, "moveToDeletedItems") : changed;
  return { ...(kept ? { event: kept } : {}), ...(response ? { response } : {}) };
}

/** The calendar item a meeting message belongs to. */
export function eventOfMessage(mailbox: Mailbox, message: Item): Item | undefined {
  const linked = message.meeting?.associatedEventId ? mailbox.item(message.meeting.associatedEventId) : undefined;
  return linked ?? (message.event ? findByUid(mailbox, { ...message, event: message.event }) : undefined);
}

function invite(
  organisation: Organisation,
  mailbox: Mailbox,
  item: EventItem,
  attendee: Attendee,
  isUpdate: boolean,
): void {
  const target = organisation.mailbox(attendee.address ?? "");
  if (!target || target === mailbox) return;
  const theirs = putIntoCalendar(target, item, mailbox);
  if (organisation.account(attendee.address ?? "")?.kind === "room") {
    answerForRoom(organisation, mailbox, target, theirs);
    return;
  }
  const details: MeetingDetails = {
    ...emptyMeeting(),
    associatedEventId: theirs.id,
    requestType: isUpdate ? "fullUpdate" : "newMeetingRequest",
    response: "notResponded",
    hasBeenProcessed: true,
  };
  const fields = meetingMessage(mailbox, item, item.subject ?? "", attendee, details);
  fields.event = {
    ...fields.event!,
    showAs: "tentative",
    intendedShowAs: item.event.showAs,
    isOrganizer: false,
    response: "notResponded",
  };
  receive(organisation, target, "meetingRequest", fields);
}

/** The attendee's own copy, tentative until answered; an update keeps nothing but the reminder and the id. */
function putIntoCalendar(target: Mailbox, item: EventItem, organiser: Mailbox): EventItem {
  const { id, folderId, ...copied } = { ...cloneFields(item), id: "", folderId: "" };
  const event: EventDetails = {
    ...item.event,
    organizer: { ...organiser.owner },
    isOrganizer: false,
    isMeeting: true,
    response: "notResponded",
    showAs: "tentative",
    intendedShowAs: item.event.showAs,
    requestWasSent: false,
  };
  const existing = findByUid(target, item);
  if (existing) {
    const keptId = existing.event?.seriesMasterId;
    const changed = target.changeItem(existing.id, (draft) => {
      draft.event = keptId ? { ...event, seriesMasterId: keptId } : event;
      if (copied.subject !== undefined) draft.subject = copied.subject;
      if (copied.body) draft.body = copied.body;
    });
    return { ...changed, event: changed.event ?? event };
  }
  const { from, sender, ...fields } = copied;
  const calendar = target.folders.requireWellKnown("calendar");
  const made = target.createItem("event", calendar.id, { ...fields, event, isRead: true, categories: [] });
  return { ...made, event };
}

function answerForRoom(organisation: Organisation, organiser: Mailbox, room: Mailbox, theirs: EventItem): void {
  const { start, end } = theirs.event;
  const others = busyTimes(room, start, end).filter(
    (t) => t.item.event?.uid !== theirs.event.uid && t.showAs !== "free",
  );
  answerMeeting(organisation, room, theirs.id, others.length > 0 ? "declined" : "accepted", {
    send: organiser !== room,
  });
}

function sendAnswer(
  organisation: Organisation,
  mailbox: Mailbox,
  event: EventItem,
  answer: MeetingAnswer,
  options: { comment?: Body; proposedStart?: Date; proposedEnd?: Date; saveTo?: string },
): Item | undefined {
  const { prefix, itemClass } = answers[answer];
  const details: MeetingDetails = { ...emptyMeeting(), response: answer, hasBeenProcessed: true };
  if (options.proposedStart) details.proposedStart = options.proposedStart;
  if (options.proposedEnd) details.proposedEnd = options.proposedEnd;
  const fields = meetingMessage(mailbox, event, `${prefix}: ${event.subject ?? ""}`, event.event.organizer, details);
  fields.itemClass = itemClass;
  fields.body = options.comment ?? { type: "text", content: "" };
  const organiser = organisation.mailbox(event.event.organizer?.address ?? "");
  if (organiser) {
    recordAnswer(organiser, event, mailbox.owner.address, answer, details);
    const calendarItem = findByUid(organiser, event);
    if (calendarItem) fields.meeting = { ...details, associatedEventId: calendarItem.id };
    receive(organisation, organiser, "meetingResponse", fields);
  }
  if (!options.saveTo) return undefined;
  return mailbox.createItem("meetingResponse", options.saveTo, { ...fields, isRead: true, isFromMe: true });
}

/** The organiser's calendar item tracks who answered what. */
function recordAnswer(
  organiser: Mailbox,
  event: EventItem,
  address: string,
  answer: ResponseStatus,
  details: MeetingDetails,
): void {
  const original = findByUid(organiser, event);
  if (!original?.event) return;
  organiser.changeItem(original.id, (draft) => {
    if (!draft.event) return;
    const attendees = draft.event.attendees.map((one) =>
      one.address?.toLowerCase() === address.toLowerCase()
        ? {
            ...one,
            response: answer,
            respondedAt: organiser.clock(),
            ...(details.proposedStart ? { proposedStart: details.proposedStart } : {}),
            ...(details.proposedEnd ? { proposedEnd: details.proposedEnd } : {}),
          }
        : one,
    );
    draft.event = { ...draft.event, attendees };
  });
}

const answers: Record<MeetingAnswer, { prefix: string; itemClass: string }> = {
  accepted: { prefix: "Accepted", itemClass: "IPM.Schedule.Meeting.Resp.Pos" },
  tentativelyAccepted: { prefix: "Tentative", itemClass: "IPM.Schedule.Meeting.Resp.Tent" },
  declined: { prefix: "Declined", itemClass: "IPM.Schedule.Meeting.Resp.Neg" },
};

function meetingMessage(
  mailbox: Mailbox,
  item: EventItem,
  subject: string,
  to: { name?: string; address?: string } | undefined,
  meeting: MeetingDetails,
): ItemFields {
  const now = mailbox.clock();
  const fields: ItemFields = {
    ...emptyFields("meetingRequest"),
    isRead: false,
    subject,
    importance: item.importance,
    sensitivity: item.sensitivity,
    from: { ...mailbox.owner },
    sender: { ...mailbox.owner },
    to: to
      ? [{ ...(to.name ? { name: to.name } : {}), ...(to.address ? { address: to.address } : {}) }]
      : item.event.attendees.map(plain),
    internetMessageId: `<${item.event.uid.slice(-24)}.${now.getTime()}@${mailbox.owner.address.split("@")[1]}>`,
    sentAt: now,
    receivedAt: now,
    conversationTopic: item.subject ?? "",
    isResponseRequested: item.event.isResponseRequested,
    event: { ...item.event, organizer: item.event.organizer ?? { ...mailbox.owner } },
    meeting,
    attachments: item.attachments,
  };
  if (item.body) fields.body = item.body;
  return fields;
}

function plain({ name, address }: Attendee): { name?: string; address?: string } {
  return { ...(name ? { name } : {}), ...(address ? { address } : {}) };
}

/** The item of the same meeting in another calendar: the same occurrence when it is one. */
function findByUid(mailbox: Mailbox, item: Item & { event: EventDetails }): Item | undefined {
  const calendar = mailbox.folders.requireWellKnown("calendar");
  const found = mailbox.items(calendar.id).find((one) => one.event?.uid === item.event.uid);
  const { originalStart } = item.event;
  if (!found?.event?.recurrence || !originalStart) return found;
  const to = new Date(originalStart.getTime() + 366 * 86_400_000);
  const from = new Date(originalStart.getTime() - 366 * 86_400_000);
  const view = mailbox.calendarView(calendar.id, from, to);
  return view.find(
    (one) => one.event?.uid === item.event.uid && one.event.originalStart?.getTime() === originalStart.getTime(),
  );
}

function shownAs(event: EventDetails, answer: MeetingAnswer): EventDetails["showAs"] {
  if (answer === "accepted") return event.intendedShowAs ?? "busy";
  return answer === "declined" ? "free" : "tentative";
}

function requireEvent(mailbox: Mailbox, id: string): EventItem {
  const item = mailbox.requireItem(id);
  if (!item.event) throw new MailboxError("ErrorCalendarIsNotOrganizer", "The item is not a meeting.");
  return { ...item, event: item.event };
}

/** Attendees with the names the directory knows. */
export function namedAttendees(organisation: Organisation, attendees: readonly Attendee[]): Attendee[] {
  return attendees.map((one) => ({ ...one, ...resolve(organisation, one) }));
}
