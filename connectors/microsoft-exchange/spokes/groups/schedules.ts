import { invalidQuery, type Row, type Value } from "#spi";
import { findMeetingTimes as findOnEws } from "../../procedures/ews/find-meeting-times.ts";
import { getSchedule as scheduleOnEws } from "../../procedures/ews/get-schedule.ts";
import { findMeetingTimes as findOnGraph, getSchedule as scheduleOnGraph } from "../../procedures/graph/scheduling.ts";
import {
  count,
  flag,
  instant,
  json,
  list,
  mailbox,
  onGraph,
  orNull,
  required,
  type SpokeAction,
  type SpokeParameter,
  text,
  user,
} from "../action.ts";
import { delegatedLoginRequired } from "../causes.ts";
import type { EwsWork } from "../ews-work.ts";
import type { GraphWork } from "../graph-work.ts";
import { Inputs } from "../inputs.ts";
import { checkRooms as checkOnEws } from "../rooms/ews-rooms.ts";
import { checkRooms as checkOnGraph } from "../rooms/graph-rooms.ts";

const zone = text("timeZone", "Zone of start and end when they have no offset; UTC when left out.");
const window: readonly SpokeParameter[] = [
  text("start", "Beginning of the window: with Z or offset, else on the clocks of timeZone.", required),
  text("end", "End of the window, at most 62 days later.", required),
  zone,
];
const interval = (name: string) => ({
  ...count(name, "Minutes each digit of the view stands for.", { default: 30 }),
  minimum: 5,
  maximum: 1440,
});

/** The members of input timeConstraint as inputs of their own. Errors: INVALID_QUERY. */
function constrained(inputs: Inputs): Inputs {
  const given = inputs.values["timeConstraint"];
  if (given === undefined) return inputs;
  const members = typeof given === "object" && given !== null && !Array.isArray(given) ? Object.entries(given) : [];
  const known = ["start", "end", "timeZone", "activityDomain"];
  if (members.length === 0 || members.some(([name]) => !known.includes(name)))
    throw invalidQuery(`timeConstraint takes an object with ${known.join(", ")}.`, { target: "timeConstraint" });
  const { activityDomain } = Object.fromEntries(members) as Readonly<Record<string, Value>>;
  if (activityDomain !== undefined && !["work", "unrestricted"].includes(String(activityDomain)))
    throw invalidQuery("timeConstraint: activityDomain is work or unrestricted.", { target: "timeConstraint" });
  return new Inputs({ ...inputs.values, ...Object.fromEntries(members) });
}

const windowOf = (inputs: Inputs): { readonly StartTime: string; readonly EndTime: string } => {
  const [StartTime = "", EndTime = ""] = ["start", "end"].map((name) => inputs.instant(name, inputs.text("timeZone")));
  if (EndTime <= StartTime) throw invalidQuery("end must lie after start.", { target: "end" });
  return { StartTime, EndTime };
};

interface Asked {
  readonly who: "rooms" | "mailboxes" | "schedules";
  readonly interval: string;
}

function schedules(work: EwsWork | GraphWork, asked: Asked): Promise<readonly Row[]> {
  const { inputs } = work;
  const addresses = inputs.addresses(asked.who) ?? [];
  if (addresses.length === 0) throw invalidQuery(`${asked.who} names nobody.`, { target: asked.who });
  const input = {
    Schedules: addresses.join(";"),
    ...windowOf(inputs),
    Interval: inputs.number(asked.interval) ?? 30,
  };
  return "caller" in work ? work.execute(scheduleOnEws, input) : work.execute(scheduleOnGraph, input);
}

const availabilityOutputs: readonly SpokeParameter[] = [
  text("address", "Whose times."),
  text("responseClass", "Success, or Error with the reason in error."),
  text("freeBusyViewType", "DetailedMerged: busy times and a digit for each interval."),
  text("mergedFreeBusy", "A digit for each interval: 0 free, 1 tentative, 2 busy, 3 away, 4 elsewhere."),
  json("busyBlocks", "The busy times."),
  json("workingHours", "Days and hours of work."),
  text("error", "Why nothing is known of this address."),
];

const availabilityRow = (row: Row): Row => ({
  address: orNull(row["ScheduleId"]),
  responseClass: row["Error"] === null ? "Success" : "Error",
  freeBusyViewType: row["Error"] === null ? "DetailedMerged" : "None",
  mergedFreeBusy: orNull(row["AvailabilityView"]),
  busyBlocks: orNull(row["ScheduleItems"]),
  workingHours: orNull(row["WorkingHours"]),
  error: orNull(row["Error"]),
});

const scheduleRow = (row: Row): Row => ({
  scheduleId: orNull(row["ScheduleId"]),
  availabilityView: orNull(row["AvailabilityView"]),
  scheduleItems: orNull(row["ScheduleItems"]),
  workingHours: orNull(row["WorkingHours"]),
  error: orNull(row["Error"]),
});

// ---- meeting times -------------------------------------------------------------------------------------------------

type Attendee = { readonly address: string; readonly type: string };

function attendees(inputs: Inputs): readonly Attendee[] {
  const given = inputs.values["mailboxes"] ?? inputs.values["attendees"];
  const name = inputs.has("mailboxes") ? "mailboxes" : "attendees";
  if (typeof given === "string" || !Array.isArray(given))
    return (inputs.addresses(name) ?? []).map((address) => ({ address, type: "Required" }));
  return (given as readonly Value[]).map((each): Attendee => {
    if (typeof each === "string") return { address: each, type: "Required" };
    const { address, attendeeType = "Required" } = each as { address?: Value; attendeeType?: Value };
    if (typeof address === "string" && ["Required", "Optional"].includes(String(attendeeType)))
      return { address, type: String(attendeeType) };
    throw invalidQuery(`${name}: give addresses, or objects with address and attendeeType Required or Optional.`, {
      target: name,
    });
  });
}

function meetingInput(given: Inputs): Readonly<Record<string, Value>> {
  const inputs = constrained(given);
  const all = attendees(inputs);
  const of = (type: string) =>
    all
      .filter((each) => each.type === type)
      .map(({ address }) => address)
      .join(";");
  return {
    Attendees: of("Required"),
    OptionalAttendees: of("Optional"),
    ...windowOf(inputs),
    DurationMinutes: inputs.number("durationMinutes") ?? inputs.number("duration") ?? 30,
    ActivityDomain: inputs.text("activityDomain") ?? "work",
  };
}

const propose = (work: EwsWork | GraphWork, more: Readonly<Record<string, Value>>): Promise<readonly Row[]> => {
  const input = { ...meetingInput(work.inputs), ...more };
  return "caller" in work ? work.execute(findOnEws, input) : work.execute(findOnGraph, input);
};

/** What Exchange calls a time, by the share of attendees it suits. */
const qualities = [
  ["Excellent", 100],
  ["Good", 75],
  ["Fair", 50],
  ["Poor", 25],
] as const;
const qualityOf = (confidence: Value | undefined): string =>
  qualities.find(([, least]) => Number(confidence ?? 0) >= least)?.[0] ?? "Poor";

/** Proposals of the best quality first, a number for each day. */
async function suggestions(work: EwsWork | GraphWork): Promise<readonly Row[]> {
  const least = qualities.find(([name]) => name === (work.inputs.text("minimumQuality") ?? "Fair"))?.[1] ?? 0;
  const perDay = work.inputs.number("maxResultsByDay") ?? 10;
  const days = new Map<string, number>();
  return (await propose(work, { MaxCandidates: 1000 })).flatMap((row) => {
    const time = String(row["StartTime"]);
    const day = time.slice(0, 10);
    const sofar = days.get(day) ?? 0;
    const quality = qualityOf(row["Confidence"]);
    // Where nothing suits, one row says why.
    if ((row["StartTime"] ?? null) === null) return [];
    if (Number(row["Confidence"] ?? 0) < least || sofar >= perDay) return [];
    days.set(day, sofar + 1);
    const conflicts = (row["AttendeeAvailability"] as readonly { availability?: string }[] | null) ?? [];
    const conflictCount = conflicts.filter(({ availability }) => availability !== "free").length;
    return [{ day, time, endTime: orNull(row["EndTime"]), quality, conflictCount }];
  });
}

/** Microsoft Graph finds meeting times for people who signed in only. */
function requireLogin(work: GraphWork, action: string): void {
  if (work.calls.config.appOnly) throw delegatedLoginRequired(action, "Use Look up Schedules.");
}

const suggestionOutputs: readonly SpokeParameter[] = [
  text("day", "Day of the proposal."),
  instant("time", "Beginning proposed."),
  instant("endTime", "End."),
  text("quality", "Excellent, Good, Fair or Poor."),
  count("conflictCount", "Attendees who are not free then."),
];

const findRow = (row: Row): Row => ({
  start: orNull(row["StartTime"]),
  end: orNull(row["EndTime"]),
  confidence: orNull(row["Confidence"]),
  organizerAvailability: orNull(row["OrganizerAvailability"]),
  attendeeAvailability: orNull(row["AttendeeAvailability"]),
  locations: orNull(row["Locations"]),
  suggestionReason: orNull(row["SuggestionReason"]),
  emptySuggestionsReason: orNull(row["EmptySuggestionsReason"]),
});

const graphOptions = ({ inputs }: GraphWork): Readonly<Record<string, Value>> => ({
  ...(inputs.has("minimumAttendeePercentage")
    ? { MinimumAttendeePercentage: inputs.number("minimumAttendeePercentage") ?? 0 }
    : {}),
  IsOrganizerOptional: inputs.flag("isOrganizerOptional") === true,
  ...(inputs.has("locationConstraint") ? { LocationConstraint: inputs.values["locationConstraint"] ?? null } : {}),
});

async function find(work: EwsWork | GraphWork): Promise<readonly Row[]> {
  const more = { MaxCandidates: work.inputs.number("maxCandidates") ?? 20 };
  const rows = (await propose(work, "caller" in work ? more : { ...more, ...graphOptions(work) })).map(findRow);
  const tellsReasons = work.inputs.flag("returnSuggestionReasons") !== false;
  return tellsReasons ? rows : rows.map((row) => ({ ...row, suggestionReason: null }));
}

const availability = (asked: Asked, check: boolean) => ({
  ews: async (work: EwsWork) => {
    if (check) await checkOnEws(work, work.inputs.addresses(asked.who) ?? [], asked.who);
    return (await schedules(work, asked)).map(availabilityRow);
  },
  graph: async (work: GraphWork) => {
    if (check) await checkOnGraph(work, work.inputs.addresses(asked.who) ?? [], asked.who);
    return (await schedules(work, asked)).map(availabilityRow);
  },
});

const rooms = availability({ who: "rooms", interval: "intervalMinutes" }, true);
const people = availability({ who: "mailboxes", interval: "intervalMinutes" }, false);
const freeBusyCalls = "GetUserAvailability, 100 mailboxes a call";
const ofSchedules = { who: "schedules", interval: "availabilityViewInterval" } as const;

/** Free and busy times, and times that suit. */
export const scheduleActions: readonly SpokeAction[] = [
  {
    name: "Look up Room Availability",
    spokes: ["Exchange Server"],
    group: "Mailbox management",
    description: "Free and busy times of rooms; one row for each. An address that is no room is refused.",
    writes: false,
    inputs: [mailbox, list("rooms", "SMTP addresses of the rooms.", required), ...window, interval("intervalMinutes")],
    outputs: availabilityOutputs,
    ews: { run: rooms.ews, calls: `${freeBusyCalls}; FindPeople for what is a room, from 2013 on` },
    graph: { run: rooms.graph, calls: "POST /users/{id}/calendar/getSchedule; GET /places/{id}" },
  },
  {
    name: "Look up User Availabilities",
    spokes: ["Exchange Server"],
    group: "Meeting management",
    description: "Free and busy times of people; one row for each.",
    writes: false,
    inputs: [mailbox, list("mailboxes", "SMTP addresses.", required), ...window, interval("intervalMinutes")],
    outputs: availabilityOutputs,
    ews: { run: people.ews, calls: freeBusyCalls },
    graph: { run: people.graph, calls: "POST /users/{id}/calendar/getSchedule" },
  },
  {
    name: "Look up Schedules",
    spokes: ["Exchange Online"],
    group: "Calendar",
    description: "Free and busy times of people and rooms; one row for each address.",
    writes: false,
    inputs: [
      user,
      list("schedules", "SMTP addresses of people, rooms or lists.", required),
      ...window,
      interval("availabilityViewInterval"),
    ],
    outputs: [
      text("scheduleId", "The address asked about."),
      text("availabilityView", "A digit for each interval: 0 free, 1 tentative, 2 busy, 3 away, 4 elsewhere."),
      json("scheduleItems", "The busy times."),
      json("workingHours", "Days and hours of work."),
      text("error", "Why nothing is known of this address."),
    ],
    ews: { run: async (work) => (await schedules(work, ofSchedules)).map(scheduleRow), calls: freeBusyCalls },
    graph: {
      run: async (work) => (await schedules(work, ofSchedules)).map(scheduleRow),
      calls: "POST /users/{u}/calendar/getSchedule",
    },
  },
  {
    name: "Look up Meeting Suggestions",
    spokes: ["Exchange Server"],
    group: "Meeting management",
    description: "Times of each day that suit the attendees, the best first.",
    writes: false,
    inputs: [
      mailbox,
      {
        ...json(
          "mailboxes",
          "Attendees: addresses, or objects with address and attendeeType (Required, Optional).",
          required,
        ),
        orText: true,
      },
      ...window,
      { ...count("durationMinutes", "Length of the meeting.", { default: 30 }), minimum: 30, maximum: 1440 },
      { ...count("maxResultsByDay", "Most proposals of one day.", { default: 10 }), minimum: 1, maximum: 48 },
      text("minimumQuality", "Worst quality wanted.", {
        default: "Fair",
        allowed: ["Excellent", "Good", "Fair", "Poor"],
      }),
    ],
    outputs: suggestionOutputs,
    ews: { run: suggestions, calls: "GetUserAvailability with SuggestionsViewOptions" },
    graph: {
      run: (work) => {
        requireLogin(work, "Look up Meeting Suggestions");
        return suggestions(work);
      },
      calls: "POST /users/{id}/findMeetingTimes; by a login only",
    },
  },
  {
    name: "Find Meeting Times",
    spokes: ["Exchange Online"],
    group: "Calendar",
    description: "Times that suit the attendees, the best first.",
    writes: false,
    inputs: [
      user,
      {
        ...json("attendees", "Addresses, or objects with address and attendeeType (Required, Optional).", required),
        orText: true,
      },
      json(
        "timeConstraint",
        "When: an object with start and end (with Z or offset, else on the clocks of timeZone), timeZone and activityDomain (work, unrestricted).",
        required,
      ),
      json("locationConstraint", "Places wanted: an object with isRequired, suggestLocation and locations.", onGraph),
      { ...count("duration", "Length of the meeting in minutes.", { default: 30 }), minimum: 30, maximum: 1440 },
      { ...count("maxCandidates", "Most proposals wanted.", { default: 20 }), minimum: 1, maximum: 1000 },
      {
        ...count("minimumAttendeePercentage", "Least share of attendees who can come.", onGraph),
        minimum: 0,
        maximum: 100,
      },
      flag("isOrganizerOptional", "The organizer need not come.", onGraph),
      flag("returnSuggestionReasons", "Tell why a time is proposed.", { default: true }),
    ],
    outputs: [
      instant("start", "Beginning proposed."),
      instant("end", "End."),
      { ...count("confidence", "How well it suits, in per cent."), type: "double" },
      text("organizerAvailability", "How the organizer stands to it."),
      json("attendeeAvailability", "How each attendee stands to it."),
      json("locations", "Places proposed.", onGraph),
      text("suggestionReason", "Why it is proposed."),
      text("emptySuggestionsReason", "Why nothing is proposed.", onGraph),
    ],
    ews: { run: find, calls: "GetUserAvailability with SuggestionsViewOptions" },
    graph: {
      run: (work) => {
        requireLogin(work, "Find Meeting Times");
        return find(work);
      },
      calls: "POST /users/{u}/findMeetingTimes; by a login only",
    },
  },
];
