import { invalidQuery, type Row, type Value } from "#spi";
import { parseRecipients } from "../../../common/recipients.ts";
import { responseError } from "../../ews/errors.ts";
import { identityOf } from "../../ews/identity.ts";
import { type AskedMailbox, getUserAvailability, type Suggestion } from "../../ews/operations/get-user-availability.ts";
import { isError, wordOf } from "../../ews/response-messages.ts";
import { formatDateTime } from "../../ews/values.ts";
import { availabilityWindow } from "./availability-window.ts";
import { definition, impersonationInputs, optional, output, required, textInput } from "./parameters.ts";

/** What Exchange calls a time, as the share of attendees schema MSGraph tells. */
const confidences: Readonly<Record<string, number>> = { Excellent: 100, Good: 75, Fair: 50, Poor: 25 };

/** Proposals Exchange gives for one day at most (MaximumResultsByDay). */
const mostPerDay = 48;

function attendees(
  list: string | undefined,
  about: string,
  attendeeType: AskedMailbox["attendeeType"],
): AskedMailbox[] {
  const parsed = list === undefined ? [] : parseRecipients(list, about);
  return parsed.map(({ address }) => ({ address, attendeeType, excludeConflicts: false }));
}

function organizer(user: string | undefined): AskedMailbox[] {
  const isAddress = user?.includes("@") === true;
  return isAddress && user !== undefined ? [{ address: user, attendeeType: "Organizer", excludeConflicts: false }] : [];
}

/** Availability in words as schema MSGraph has them. */
const availability = (busyType: string | undefined): string =>
  ({ Free: "free", Tentative: "tentative", Busy: "busy", OOF: "oof", WorkingElsewhere: "workingElsewhere" })[
    busyType ?? ""
  ] ?? "unknown";

function proposal(suggestion: Suggestion, asked: readonly AskedMailbox[], durationMinutes: number): Row {
  const start = suggestion.time ?? "";
  const own = asked.findIndex(({ attendeeType }) => attendeeType === "Organizer");
  return {
    StartTime: start,
    EndTime: formatDateTime(Date.parse(start) + durationMinutes * 60_000),
    Confidence: confidences[suggestion.quality ?? ""] ?? null,
    OrganizerAvailability: own < 0 ? null : availability(suggestion.conflicts[own]),
    AttendeeAvailability: asked.flatMap(({ address, attendeeType }, at): Value[] =>
      attendeeType === "Organizer" ? [] : [{ address, availability: availability(suggestion.conflicts[at]) }],
    ),
    SuggestionReason: suggestion.quality,
  };
}

/** FindMeetingTimes: times that suit people, by the suggestions of GetUserAvailability. */
export const findMeetingTimes = definition(
  {
    name: "FindMeetingTimes",
    description: "Proposes times for a meeting within a window, by the calendars of the attendees; the best first.",
    writes: false,
    inputs: [
      optional("Attendees", "string", "Addresses of the people needed, separated by semicolons or commas."),
      optional("OptionalAttendees", "string", "Addresses of people who may come."),
      required("StartTime", "datetime", "Beginning, in UTC."),
      required("EndTime", "datetime", "End, in UTC; at most 62 days after the beginning."),
      optional("DurationMinutes", "integer", "Length of the meeting.", { default: 30, minimum: 30, maximum: 1440 }),
      optional("MaxCandidates", "integer", "Most proposals wanted.", { default: 20, minimum: 1, maximum: 1000 }),
      optional("ActivityDomain", "string", "Hours considered: those of work, or all.", {
        default: "work",
        allowed: ["work", "unrestricted"],
      }),
      ...impersonationInputs,
    ],
    outputs: [
      output("StartTime", "datetime", "Begin of the time proposed."),
      output("EndTime", "datetime", "End."),
      output("Confidence", "double", "How well it suits: 100 excellent, 75 good, 50 fair, 25 poor."),
      output("OrganizerAvailability", "string", "How the signed-in user stands to it, when known by address."),
      output("AttendeeAvailability", "json", "How each attendee stands to it."),
      output("SuggestionReason", "string", "What Exchange calls it: Excellent, Good, Fair or Poor."),
    ],
  },
  async ({ caller, input, signal }) => {
    const { config } = caller;
    const asked = [
      ...organizer(textInput(input["ImpersonationUser"]) ?? config.impersonation?.user ?? config.user),
      ...attendees(textInput(input["Attendees"]), "Attendees", "Required"),
      ...attendees(textInput(input["OptionalAttendees"]), "OptionalAttendees", "Optional"),
    ];
    if (asked.length === 0)
      throw invalidQuery(
        "Attendees names nobody, and the connection's User is no address to stand for the organizer.",
        {
          target: "Attendees",
        },
      );
    const durationMinutes = Number(input["DurationMinutes"] ?? 30);
    const operation = getUserAvailability(asked, availabilityWindow(input), {
      suggestions: {
        durationMinutes,
        perDay: mostPerDay,
        afterHours: input["ActivityDomain"] === "work" ? 0 : mostPerDay,
      },
    });
    const state = await caller.call(operation, identityOf(config, input), signal);
    const failed = state.messages.findIndex(isError);
    const message = state.messages[failed];
    if (message !== undefined)
      throw responseError("GetUserAvailability", wordOf(message)).with({
        target: "Attendees",
        evidence: { address: asked[failed]?.address ?? null },
      });
    const proposals = state.suggestions.map((each) => proposal(each, asked, durationMinutes));
    proposals.sort((a, b) => Number(b["Confidence"] ?? 0) - Number(a["Confidence"] ?? 0));
    return proposals.slice(0, Number(input["MaxCandidates"] ?? 20));
  },
);
