import type { Row, Value } from "#spi";
import { parseRecipients } from "../../../common/recipients.ts";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { getUserAvailability, type MailboxAvailability } from "../../ews/operations/get-user-availability.ts";
import { isError, type ResponseMessage, wordOf } from "../../ews/response-messages.ts";
import { availabilityWindow } from "./availability-window.ts";
import { definition, impersonationInputs, optional, output, required, textInput } from "./parameters.ts";

/** Mailboxes Exchange answers for in one call. */
const mostMailboxes = 100;

/** Free and busy times in the words of schema MSGraph, which has the procedure of this name. */
const statuses: Readonly<Record<string, string>> = {
  Free: "free",
  Tentative: "tentative",
  Busy: "busy",
  OOF: "oof",
  WorkingElsewhere: "workingElsewhere",
  NoData: "unknown",
};

const hours = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;

function scheduleRow(
  address: string,
  found: MailboxAvailability | undefined,
  message: ResponseMessage | undefined,
): Row {
  const failed = message !== undefined && isError(message);
  const [working] = found?.working ?? [];
  return {
    ScheduleId: address,
    AvailabilityView: failed ? null : (found?.merged ?? null),
    ScheduleItems: (found?.events ?? []).map(
      (event): Value => ({
        status: statuses[event.BusyType ?? ""] ?? "unknown",
        start: event.StartTime,
        end: event.EndTime,
        subject: event.Subject,
        location: event.Location,
        isPrivate: event.IsPrivate ?? false,
      }),
    ),
    WorkingHours:
      working === undefined
        ? null
        : {
            daysOfWeek: working.days.toLowerCase().split(/\s+/),
            startTime: hours(working.startMinutes),
            endTime: hours(working.endMinutes),
            biasMinutes: found?.bias ?? null,
          },
    Error: failed ? message.text || message.responseCode : null,
  };
}

/** GetSchedule: free and busy times, one row for each address. */
export const getSchedule = definition(
  {
    name: "GetSchedule",
    description: "Free and busy times of people and rooms; one row for each address.",
    writes: false,
    inputs: [
      required("Schedules", "string", "Addresses of people, rooms or lists, separated by semicolons or commas."),
      required("StartTime", "datetime", "Beginning, in UTC."),
      required("EndTime", "datetime", "End, in UTC; at most 62 days after the beginning."),
      optional("Interval", "integer", "Minutes each digit of AvailabilityView stands for.", {
        default: 30,
        minimum: 5,
        maximum: 1440,
      }),
      ...impersonationInputs,
    ],
    outputs: [
      output("ScheduleId", "string", "The address asked about."),
      output(
        "AvailabilityView",
        "string",
        "One digit for each interval: 0 free, 1 tentative, 2 busy, 3 away, 4 elsewhere.",
      ),
      output("ScheduleItems", "json", "The busy times."),
      output("WorkingHours", "json", "Days and hours of work, and minutes west of Greenwich."),
      output("Error", "string", "Why nothing is known of this address."),
    ],
  },
  async ({ caller, input, signal }) => {
    const addresses = parseRecipients(textInput(input["Schedules"]) ?? "", "Schedules").map(({ address }) => address);
    const rows: Row[] = [];
    for (let at = 0; at < addresses.length; at += mostMailboxes) {
      const asked = addresses.slice(at, at + mostMailboxes);
      const mailboxes = asked.map((address) => ({
        address,
        attendeeType: "Required" as const,
        excludeConflicts: false,
      }));
      const operation = getUserAvailability(mailboxes, availabilityWindow(input), {
        intervalMinutes: Number(input["Interval"] ?? 30),
      });
      const state = await caller.call(operation, identityOf(caller.config, input), signal);
      const busy = state.messages.find((message) => isError(message) && message.responseCode === "ErrorServerBusy");
      if (busy !== undefined) throw responseError("GetUserAvailability", wordOf(busy));
      rows.push(...asked.map((address, each) => scheduleRow(address, state.mailboxes[each], state.messages[each])));
    }
    return rows;
  },
);
