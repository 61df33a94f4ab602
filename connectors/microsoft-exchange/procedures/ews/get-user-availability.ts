import type { Row } from "#spi";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { getUserAvailability as read } from "../../ews/operations/get-user-availability.ts";
import { isError, wordOf } from "../../ews/response-messages.ts";
import { askedMailboxes } from "./availability-mailboxes.ts";
import { availabilityWindow } from "./availability-window.ts";
import { definition, optional, output, required } from "./parameters.ts";

/** GetUserAvailability: busy times of users, rooms and resources. */
export const getUserAvailability = definition(
  {
    name: "GetUserAvailability",
    description: "Busy times of users, rooms and resources in a window.",
    writes: false,
    inputs: [
      required(
        "Mailboxes",
        "json",
        "Whose: `<Row><Address/><AttendeeType/><ExcludeConflicts/></Row>` elements, a JSON array of objects with these members or of addresses, or addresses separated by semicolons.",
        { orText: true },
      ),
      required("StartTime", "datetime", "Begin of the window."),
      required("EndTime", "datetime", "End of the window; Exchange allows 42 or 62 days."),
      optional(
        "Timezone",
        "string",
        "Zone on whose clock StartTime and EndTime are, by Windows or IANA name; busy times are answered in UTC.",
        { default: "UTC" },
      ),
    ],
    outputs: [
      output("Id", "string", "Id of the entry, where the caller may see it."),
      output("Subject", "string", "Subject, where the caller may see it."),
      output("Location", "string", "Place, where the caller may see it."),
      output("StartTime", "datetime", "Begin."),
      output("EndTime", "datetime", "End."),
      output("BusyType", "string", "Free, Tentative, Busy, OOF, WorkingElsewhere or NoData."),
      output("IsMeeting", "boolean", "A meeting."),
      output("IsRecurring", "boolean", "Part of a series."),
      output("IsException", "boolean", "A changed occurrence."),
      output("IsReminderSet", "boolean", "Has a reminder."),
      output("IsPrivate", "boolean", "Private."),
    ],
  },
  async ({ caller, input, signal }) => {
    const mailboxes = askedMailboxes(input["Mailboxes"]);
    const operation = read(mailboxes, availabilityWindow(input));
    const state = await caller.call(operation, identityOf(caller.config, {}), signal);
    // A mailbox that cannot be asked has no row of its own to say so: it must not look free.
    const failed = state.messages.findIndex(isError);
    const message = state.messages[failed];
    if (message !== undefined) {
      const error = responseError("GetUserAvailability", wordOf(message));
      throw error.with({ target: "Mailboxes", evidence: { address: mailboxes[failed]?.address ?? null } });
    }
    return state.mailboxes.flatMap(({ events }) => events.map((event): Row => ({ ...event })));
  },
);
