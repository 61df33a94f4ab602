import {
  type BusyTime,
  busyTimes,
  type Mailbox,
  mergedFreeBusy,
  toWallClock,
  zoneRules,
} from "../../mailboxes/index.ts";
import type { EwsCall, Operation } from "../call.ts";
import { readDate, readInteger } from "../dates.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { suggestedDays } from "../meeting-suggestions.ts";
import { showAsNames } from "../properties/names.ts";
import { failure } from "../soap.ts";
import { childOf, childrenOf, childText, m, t, type XmlElement } from "../xml.ts";

/** GetUserAvailability: free/busy of people and rooms, in the wall-clock time of the zone the request gives. */
export const getUserAvailability: Operation = (call) => {
  const options = childOf(call.request, "FreeBusyViewOptions");
  const people = childrenOf(childOf(call.request, "MailboxDataArray"), "MailboxData");
  if (people.length > 100)
    throw new EwsError("ErrorInvalidRequest", "At most 100 mailboxes can be asked for at once.", { isFault: true });
  const window = options && readWindow(call, options);
  const answers = people.map((person) => (window ? answerFor(call, person, window) : undefined));
  const suggestions = childOf(call.request, "SuggestionsViewOptions");
  return m(
    "GetUserAvailabilityResponse",
    window ? m("FreeBusyResponseArray", answers) : undefined,
    suggestions ? suggest(call, suggestions, people) : undefined,
  );
};

function suggest(call: EwsCall, options: XmlElement, people: readonly XmlElement[]): XmlElement {
  const zone = readRequestZone(childOf(call.request, "TimeZone"));
  const window = childOf(options, "DetailedSuggestionsWindow");
  const days = suggestedDays(options, {
    attendees: people.map((person) => call.organisation.mailbox(childText(childOf(person, "Email"), "Address") ?? "")),
    from: fromWall(zone, childText(window, "StartTime")),
    to: fromWall(zone, childText(window, "EndTime")),
    print: (at) => toWall(zone, at),
  });
  return m("SuggestionsResponse", message(), m("SuggestionDayResultArray", days));
}

interface Window {
  from: Date;
  to: Date;
  intervalMinutes: number;
  view: string;
  zone: RequestZone;
}

function readWindow(call: EwsCall, options: XmlElement): Window {
  const zone = readRequestZone(childOf(call.request, "TimeZone"));
  const times = childOf(options, "TimeWindow");
  const from = fromWall(zone, childText(times, "StartTime"));
  const to = fromWall(zone, childText(times, "EndTime"));
  const intervalMinutes = readInteger(childText(options, "MergedFreeBusyIntervalInMinutes") ?? "30");
  if (to <= from) throw new EwsError("ErrorInvalidTimeInterval", "The time window is empty.", { isFault: true });
  const daysMax = 62;
  if (to.getTime() - from.getTime() > daysMax * 86_400_000) {
    throw new EwsError("ErrorTimeIntervalTooBig", `The time window is longer than ${daysMax} days.`, { isFault: true });
  }
  if (intervalMinutes < 5 || intervalMinutes > 1440) {
    throw new EwsError("ErrorInvalidMergedFreeBusyInterval", "The interval must be from 5 to 1440 minutes.", {
      isFault: true,
    });
  }
  return { from, to, intervalMinutes, view: childText(options, "RequestedView") ?? "FreeBusy", zone };
}

function answerFor(call: EwsCall, person: XmlElement, window: Window): XmlElement {
  const address = childText(childOf(person, "Email"), "Address") ?? "";
  try {
    const mailbox = call.organisation.mailbox(address);
    if (!mailbox)
      throw new EwsError(
        "ErrorMailRecipientNotFound",
        `Unable to resolve e-mail address ${address} to an Active Directory object.`,
      );
    return m("FreeBusyResponse", message(), view(call, mailbox, window));
  } catch (error) {
    const refusal = failure("ResponseMessage", entryError(error));
    return m("FreeBusyResponse", refusal, m("FreeBusyView", t("FreeBusyViewType", "None")));
  }
}

function view(call: EwsCall, mailbox: Mailbox, window: Window): XmlElement {
  const times = busyTimes(mailbox, window.from, window.to);
  const isDetailed = window.view.startsWith("Detailed") && call.organisation.mayOpen(call.account, mailbox);
  const hasMerged = window.view !== "FreeBusy" && window.view !== "Detailed";
  const viewType = isDetailed ? window.view : window.view.replace("Detailed", "FreeBusy");
  const showsTimes = window.view !== "MergedOnly" && times.length > 0;
  return m(
    "FreeBusyView",
    t("FreeBusyViewType", viewType),
    hasMerged ? t("MergedFreeBusy", mergedFreeBusy(times, window.from, window.to, window.intervalMinutes)) : undefined,
    showsTimes
      ? t(
          "CalendarEventArray",
          times.map((one) => eventElement(one, window.zone, isDetailed)),
        )
      : undefined,
    window.view === "MergedOnly" ? undefined : workingHours(mailbox),
  );
}

function eventElement({ start, end, showAs, item }: BusyTime, zone: RequestZone, isDetailed: boolean): XmlElement {
  const { event } = item;
  const details = t(
    "CalendarEventDetails",
    t("ID", Buffer.from(item.id, "base64").subarray(43).toString("hex").toUpperCase()),
    t("Subject", item.subject ?? ""),
    t("Location", event?.location?.displayName ?? ""),
    t("IsMeeting", String(event?.isMeeting ?? false)),
    t("IsRecurring", String(event?.type === "occurrence" || event?.type === "exception")),
    t("IsException", String(event?.type === "exception")),
    t("IsReminderSet", String(item.reminder.isSet)),
    t("IsPrivate", String(item.sensitivity === "private")),
  );
  return t(
    "CalendarEvent",
    t("StartTime", toWall(zone, start)),
    t("EndTime", toWall(zone, end)),
    t("BusyType", Object.keys(showAsNames).find((name) => showAsNames[name] === showAs) ?? "Busy"),
    isDetailed ? details : undefined,
  );
}

function workingHours({ workingHours: hours, clock }: Mailbox): XmlElement {
  const rules = zoneRules(hours.timeZone, clock().getUTCFullYear());
  const standardBias = -rules.standardMinutes;
  const time = (name: string, bias: number, change = rules.toStandard) =>
    t(
      name,
      t("Bias", String(bias)),
      t("Time", clockText(change?.minutes ?? 0)),
      t("DayOrder", String(change ? (change.week === -1 ? 5 : change.week) : 0)),
      t("Month", String(change?.month ?? 0)),
      t("DayOfWeek", capital(change?.weekday ?? "sunday")),
    );
  const daylightBias = rules.daylightMinutes === undefined ? 0 : -(rules.daylightMinutes - rules.standardMinutes);
  return t(
    "WorkingHours",
    t(
      "TimeZone",
      t("Bias", String(standardBias)),
      time("StandardTime", 0),
      time("DaylightTime", daylightBias, rules.toDaylight),
    ),
    t(
      "WorkingPeriodArray",
      t(
        "WorkingPeriod",
        t("DayOfWeek", hours.days.map(capital).join(" ")),
        t("StartTimeInMinutes", String(hours.startMinutes)),
        t("EndTimeInMinutes", String(hours.endMinutes)),
      ),
    ),
  );
}

/** The zone a request describes by its biases, in minutes to add to local time to get UTC. */
interface RequestZone {
  bias: number;
  standard: Change;
  daylight: Change;
}

interface Change {
  bias: number;
  month: number;
  dayOrder: number;
  weekday: number;
  minutes: number;
}

const weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function readRequestZone(element: XmlElement | undefined): RequestZone {
  if (!element) throw schemaViolation("The element 'GetUserAvailabilityRequest' lacks its child 'TimeZone'.");
  return {
    bias: readInteger(childText(element, "Bias") ?? "0"),
    standard: readChange(childOf(element, "StandardTime")),
    daylight: readChange(childOf(element, "DaylightTime")),
  };
}

function readChange(element: XmlElement | undefined): Change {
  const [hours = "0", minutes = "0"] = (childText(element, "Time") ?? "00:00:00").split(":");
  return {
    bias: readInteger(childText(element, "Bias") ?? "0"),
    month: readInteger(childText(element, "Month") ?? "0"),
    dayOrder: readInteger(childText(element, "DayOrder") ?? "0"),
    weekday: Math.max(0, weekdayNames.indexOf((childText(element, "DayOfWeek") ?? "Sunday").trim())),
    minutes: Number(hours) * 60 + Number(minutes),
  };
}

function fromWall(zone: RequestZone, text: string | undefined): Date {
  if (text === undefined) throw schemaViolation("The element 'TimeWindow' has incomplete content.");
  // the request's times are wall-clock times whatever offset they carry, unless that is UTC
  const wall = readDate(text.trim().replace(/[+-]\d\d:\d\d$/, ""));
  if (/Z\s*$/.test(text)) return wall;
  return new Date(wall.getTime() + biasAt(zone, wall) * 60_000);
}

function toWall(zone: RequestZone, at: Date): string {
  const standard = new Date(at.getTime() - (zone.bias + zone.standard.bias) * 60_000);
  return toWallClock("UTC", new Date(at.getTime() - biasAt(zone, standard) * 60_000));
}

/** Minutes to add to a wall-clock time, by the zone's two changes in its year. */
function biasAt(zone: RequestZone, wall: Date): number {
  const { standard, daylight, bias } = zone;
  if (standard.month === 0 || daylight.month === 0) return bias + standard.bias;
  const [toDaylight, toStandard] = [
    changeTime(daylight, wall.getUTCFullYear()),
    changeTime(standard, wall.getUTCFullYear()),
  ];
  const at = wall.getTime();
  const isDaylight =
    toDaylight < toStandard ? at >= toDaylight && at < toStandard : at >= toDaylight || at < toStandard;
  return bias + (isDaylight ? daylight.bias : standard.bias);
}

function changeTime({ month, dayOrder, weekday, minutes }: Change, year: number): number {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  let day = 1 + ((weekday - first + 7) % 7) + (Math.max(1, dayOrder) - 1) * 7;
  while (day > days) day -= 7;
  return Date.UTC(year, month - 1, day, 0, minutes);
}

function message(): XmlElement {
  return m("ResponseMessage", { ResponseClass: "Success" }, m("ResponseCode", "NoError"));
}

function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}:00`;
}

function capital(day: string): string {
  return day.slice(0, 1).toUpperCase() + day.slice(1);
}
