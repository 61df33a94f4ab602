import {
  answerMeeting,
  attendee,
  type Item,
  type MeetingAnswer,
  sendCancellations,
  sendMeetingRequests,
} from "../../mailboxes/index.ts";
import { accepted, type GraphCall, type GraphResult, idOf, jsonBody, mailboxOf, optionalBody } from "../call.ts";
import { commentOf } from "../entities/event.ts";
import { printLocation } from "../entities/location.ts";
import { webLink } from "../entities/web-link.ts";
import { badRequest, GraphError } from "../errors.ts";
import { checkParameters, type JsonObject } from "../schema/validate-body.ts";
import { printZoned, readRecipients, readZoned } from "../values.ts";
import { findEvent } from "./events.ts";
import { type Handler, type Route, routes } from "./route.ts";

/** Actions on events. */
export const eventActionRoutes: readonly Route[] = [
  ...routes("calendar.read", "calendar.write", {
    "POST events/*/accept": answer("accepted"),
    "POST events/*/tentativelyAccept": answer("tentativelyAccepted"),
    "POST events/*/decline": answer("declined"),
    "POST events/*/cancel": (call, id) => cancel(call, id),
    "POST events/*/forward": (call, id) => forward(call, id),
    "POST events/*/dismissReminder": (call, id) => dismiss(call, id),
    "POST events/*/snoozeReminder": (call, id) => snooze(call, id),
  }),
];

function answer(kind: MeetingAnswer): Handler {
  return (call, id) => {
    const parameters: Record<string, string> = { Comment: "string?", SendResponse: "boolean?" };
    if (kind !== "accepted") parameters["ProposedNewTime"] = "timeSlot?";
    const given = checkParameters(parameters, optionalBody(call));
    const item = findEvent(call, id);
    refuseOwnMeeting(item);
    const comment = commentOf(given);
    const mailbox = mailboxOf(call);
    answerMeeting(call.service.organisation, mailbox, item.id, kind, {
      send: given["SendResponse"] !== false,
      ...(comment === undefined ? {} : { comment }),
      ...proposalOf(given["ProposedNewTime"]),
      saveTo: mailbox.folders.requireWellKnown("sentitems").id,
    });
    return accepted;
  };
}

function refuseOwnMeeting(item: Item): void {
  if (item.event?.isOrganizer !== true) return;
  throw new GraphError(
    400,
    "ErrorInvalidRequest",
    "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
  );
}

function proposalOf(value: unknown): { proposedStart?: Date; proposedEnd?: Date } {
  if (typeof value !== "object" || value === null) return {};
  const { start, end } = value as { start?: unknown; end?: unknown };
  const [from, to] = [readZoned(start)?.at, readZoned(end)?.at];
  return from === undefined || to === undefined ? {} : { proposedStart: from, proposedEnd: to };
}

function cancel(call: GraphCall, id: string): GraphResult {
  const comment = commentOf(checkParameters({ Comment: "string?" }, optionalBody(call)));
  const mailbox = mailboxOf(call);
  const item = findEvent(call, id);
  if (item.event?.isOrganizer !== true) {
    throw new GraphError(
      400,
      "ErrorInvalidRequest",
      "Your request can't be completed. You need to be an organizer to cancel a meeting.",
    );
  }
  sendCancellations(call.service.organisation, mailbox, item.id, {
    ...(comment === undefined ? {} : { comment }),
    saveTo: mailbox.folders.requireWellKnown("sentitems").id,
  });
  mailbox.deleteItem(item.id, "moveToDeletedItems");
  return accepted;
}

/** Forwarding adds people to the meeting and sends them its request. */
function forward(call: GraphCall, id: string): GraphResult {
  const given = checkParameters({ ToRecipients: "recipient[]", Comment: "string?" }, jsonBody(call));
  const mailbox = mailboxOf(call);
  const item = findEvent(call, id);
  const people = readRecipients(given["ToRecipients"]);
  if (people.length === 0) throw new GraphError(400, "ErrorInvalidRecipients", "No recipients are specified.");
  if (item.event?.isOrganizer !== true) {
    throw new GraphError(
      400,
      "ErrorInvalidRequest",
      "The sandbox forwards meetings from their organizer's calendar only.",
    );
  }
  const addresses = people.map((one) => (one.address ?? "").toLowerCase());
  mailbox.changeItem(item.id, (draft) => {
    if (!draft.event) return;
    const present = new Set(draft.event.attendees.map((one) => one.address?.toLowerCase()));
    const added = people
      .filter((one) => one.address !== undefined && !present.has(one.address.toLowerCase()))
      .map((one) => attendee(one.address ?? "", one.name, "optional"));
    draft.event = { ...draft.event, attendees: [...draft.event.attendees, ...added], isMeeting: true };
  });
  sendMeetingRequests(call.service.organisation, mailbox, item.id, addresses);
  return accepted;
}

function dismiss(call: GraphCall, id: string): GraphResult {
  mailboxOf(call).changeItem(findEvent(call, id).id, (draft) => {
    draft.reminder = { ...draft.reminder, isSet: false };
  });
  return { status: 200 };
}

function snooze(call: GraphCall, id: string): GraphResult {
  const given = checkParameters({ NewReminderTime: "dateTimeTimeZone" }, jsonBody(call));
  const time = readZoned(given["NewReminderTime"])?.at;
  if (time === undefined) throw badRequest("The newReminderTime parameter is required.");
  mailboxOf(call).changeItem(findEvent(call, id).id, (draft) => {
    const start = draft.event?.start ?? call.now;
    const minutesBeforeStart = Math.round((start.getTime() - time.getTime()) / 60_000);
    draft.reminder = { isSet: true, minutesBeforeStart, dueBy: time };
  });
  return { status: 200 };
}

/** `reminderView(StartDateTime='…',EndDateTime='…')`. */
export function reminderView(call: GraphCall, from: Date, to: Date): JsonObject[] {
  const mailbox = mailboxOf(call);
  const calendar = mailbox.folders.requireWellKnown("calendar").id;
  return mailbox
    .calendarView(calendar, from, new Date(to.getTime() + 86_400_000))
    .filter((item) => item.reminder.isSet && item.event !== undefined)
    .map((item) => ({ item, at: reminderTime(item) }))
    .filter(({ at }) => at >= from && at <= to)
    .map(({ item, at }) => ({
      eventId: idOf(call, item),
      changeKey: mailbox.changeKeyOf(item),
      eventSubject: item.subject ?? "",
      eventLocation: printLocation(item.event?.location),
      eventWebLink: webLink(item, "/calendar/item"),
      eventStartTime: printZoned(item.event?.start ?? at, call.prefer.timeZone ?? "UTC"),
      eventEndTime: printZoned(item.event?.end ?? at, call.prefer.timeZone ?? "UTC"),
      reminderFireTime: printZoned(at, call.prefer.timeZone ?? "UTC"),
    }));
}

function reminderTime(item: Item): Date {
  const start = item.event?.start.getTime() ?? 0;
  return new Date(start - (item.reminder.minutesBeforeStart ?? 15) * 60_000);
}
