import { invalidQuery, type Row } from "#spi";
import type { JsonObject } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { clockOf, ianaZone, requireWindowsZone } from "../../time/zones.ts";
import { act } from "./messages.ts";
import {
  type Execution,
  flag,
  instant,
  mailboxProcedure,
  required,
  statusOutput,
  success,
  text,
  userId,
} from "./procedure.ts";
import { recipients } from "./send-mail.ts";

const eventId = (what: string) => text("EventId", what, required);
const eventPath = (execution: Execution): string => `events/${segment(execution.text("EventId") ?? "")}`;
const comment = ({ text: input }: Execution): JsonObject => {
  const given = input("Comment");
  return given === undefined ? {} : { comment: given };
};

async function respond(execution: Execution, action: "accept" | "decline" | "tentativelyAccept"): Promise<Row> {
  const body = { ...comment(execution), sendResponse: execution.flag("SendResponse") };
  await act(execution, `${eventPath(execution)}/${action}`, body);
  return success;
}

const answering = [
  flag("SendResponse", "Tell the organiser.", { default: true }),
  text("Comment", "Note to the organiser."),
  userId,
];

/** Answers an invitation. */
export const respondToEvent = mailboxProcedure({
  name: "RespondToEvent",
  description: "Accepts or declines an invitation.",
  writes: true,
  inputs: [
    eventId("Event answered."),
    text("ResponseType", "The answer.", { ...required, allowed: ["Accept", "Decline"] }),
    ...answering,
  ],
  outputs: [statusOutput],
  run: (execution) => respond(execution, execution.text("ResponseType") === "Accept" ? "accept" : "decline"),
});

/** Accepts an invitation tentatively. */
export const tentativelyAcceptEvent = mailboxProcedure({
  name: "TentativelyAcceptEvent",
  description: "Accepts an invitation tentatively.",
  writes: true,
  inputs: [eventId("Event answered."), ...answering],
  outputs: [statusOutput],
  run: (execution) => respond(execution, "tentativelyAccept"),
});

/** Cancels a meeting. */
export const cancelEvent = mailboxProcedure({
  name: "CancelEvent",
  description: "Cancels a meeting of one's own and tells the attendees.",
  writes: true,
  inputs: [eventId("Meeting to cancel."), text("Comment", "Note to the attendees."), userId],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    await act(execution, `${eventPath(execution)}/cancel`, comment(execution));
    return success;
  },
});

/** Forwards an invitation. */
export const forwardEvent = mailboxProcedure({
  name: "ForwardEvent",
  description: "Forwards an invitation.",
  writes: true,
  inputs: [
    eventId("Event to forward."),
    text("ToRecipients", "Addresses, separated by semicolons or commas.", required),
    text("Comment", "Text above the invitation."),
    userId,
  ],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    const toRecipients = recipients(execution.text("ToRecipients"), "ToRecipients");
    if (toRecipients === undefined) throw invalidQuery("ToRecipients names nobody.", { target: "ToRecipients" });
    await act(execution, `${eventPath(execution)}/forward`, { ...comment(execution), toRecipients });
    return success;
  },
});

/** Drops a reminder. */
export const dismissEventReminder = mailboxProcedure({
  name: "DismissEventReminder",
  description: "Drops the reminder of an event.",
  writes: true,
  inputs: [eventId("Event whose reminder is dropped."), userId],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    await act(execution, `${eventPath(execution)}/dismissReminder`);
    return success;
  },
});

/** Postpones a reminder. */
export const snoozeEventReminder = mailboxProcedure({
  name: "SnoozeEventReminder",
  description: "Postpones the reminder of an event.",
  writes: true,
  inputs: [
    eventId("Event whose reminder is postponed."),
    {
      ...instant(
        "DateTime",
        "New time of the reminder: on the clocks of TimeZone without Z or offset, else an instant.",
        required,
      ),
      clock: true,
    },
    text("TimeZone", "Zone of DateTime, such as UTC or W. Europe Standard Time.", required),
    userId,
  ],
  outputs: [statusOutput],
  run: async (execution): Promise<Row> => {
    const timeZone = requireWindowsZone(execution.text("TimeZone") ?? "UTC", "TimeZone");
    const newReminderTime = { dateTime: onClocksOf(timeZone, execution.text("DateTime") ?? ""), timeZone };
    await act(execution, `${eventPath(execution)}/snoozeReminder`, { newReminderTime });
    return success;
  },
});

/** A time as the clocks of a zone show it. */
function onClocksOf(zone: string, time: string): string {
  if (!time.endsWith("Z")) return time;
  const iana = ianaZone(zone) ?? "UTC";
  return new Date(clockOf(iana, Date.parse(time))).toISOString().replace(/(?:\.000)?Z$/, "");
}
