import { type BusyTime, busyTimes, type Mailbox, offsetMinutes, weekdays } from "../mailboxes/index.ts";
import { readInteger } from "./dates.ts";
import { EwsError } from "./ews-error.ts";
import { childText, t, type XmlElement } from "./xml.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Exchange proposes times on the half hour. */
const gridMs = 30 * minuteMs;

interface Candidate {
  at: Date;
  isWorkTime: boolean;
  /** How busy each attendee is then. */
  busy: string[];
  quality: number;
}

const qualities = ["Excellent", "Good", "Fair", "Poor"];
const busyNames: Record<string, string> = {
  free: "Free",
  tentative: "Tentative",
  busy: "Busy",
  oof: "OOF",
  workingElsewhere: "WorkingElsewhere",
  unknown: "NoData",
};

export interface SuggestionRequest {
  /** Attendees in the order asked; undefined where nobody is known at the address. */
  attendees: readonly (Mailbox | undefined)[];
  from: Date;
  to: Date;
  /** Prints an instant on the request's clock. */
  print(at: Date): string;
}

/** The days of SuggestionDayResultArray: times that suit the attendees, the best of each day first. */
export function suggestedDays(options: XmlElement, request: SuggestionRequest): XmlElement[] {
  const number = (name: string, otherwise: number) => readInteger(childText(options, name) ?? String(otherwise));
  const lengthMs = number("MeetingDurationInMinutes", 60) * minuteMs;
  const [perDay, afterHours] = [number("MaximumResultsByDay", 10), number("MaximumNonWorkHourResultsByDay", 0)];
  const least = qualities.indexOf(childText(options, "MinimumSuggestionQuality") ?? "Fair");
  if (lengthMs < gridMs || lengthMs > dayMs)
    throw new EwsError("ErrorInvalidArgument", "MeetingDurationInMinutes must be from 30 to 1440.", { isFault: true });
  if (perDay > 48 || afterHours > 48)
    throw new EwsError("ErrorInvalidArgument", "At most 48 suggestions a day can be asked for.", { isFault: true });
  const schedules = request.attendees.map(
    (one) => one && busyTimes(one, request.from, new Date(request.to.getTime() + lengthMs)),
  );
  const days: XmlElement[] = [];
  for (let day = request.from.getTime(); day < request.to.getTime(); day += dayMs) {
    const end = Math.min(day + dayMs, request.to.getTime());
    const all = candidates(request, schedules, day, end, lengthMs).filter(({ quality }) => quality <= least);
    all.sort((a, b) => a.quality - b.quality || a.at.getTime() - b.at.getTime());
    const chosen = [
      ...all.filter((one) => one.isWorkTime).slice(0, perDay),
      ...all.filter((one) => !one.isWorkTime).slice(0, afterHours),
    ];
    days.push(dayElement(request, new Date(day), chosen));
  }
  return days;
}

function candidates(
  { attendees }: SuggestionRequest,
  schedules: readonly (readonly BusyTime[] | undefined)[],
  fromMs: number,
  toMs: number,
  lengthMs: number,
): Candidate[] {
  const found: Candidate[] = [];
  for (let at = Math.ceil(fromMs / gridMs) * gridMs; at + lengthMs <= toMs; at += gridMs) {
    const busy = schedules.map((times) => (times ? stateAt(times, at, at + lengthMs) : "NoData"));
    const conflicts = busy.filter((state) => state === "Busy" || state === "OOF").length;
    const share = busy.length === 0 ? 0 : conflicts / busy.length;
    const isWorkTime = attendees.every((one) => !one || worksAt(one, at, at + lengthMs));
    found.push({
      at: new Date(at),
      isWorkTime,
      busy,
      quality: share === 0 ? 0 : share <= 0.25 ? 1 : share < 0.5 ? 2 : 3,
    });
  }
  return found;
}

function stateAt(times: readonly BusyTime[], fromMs: number, toMs: number): string {
  const within = times.filter(({ start, end }) => start.getTime() < toMs && end.getTime() > fromMs);
  const order = ["free", "workingElsewhere", "tentative", "busy", "oof"];
  const states = within.map(({ showAs }) => showAs as string);
  const most = states.reduce((worst, one) => (order.indexOf(one) > order.indexOf(worst) ? one : worst), "free");
  return busyNames[most] ?? "NoData";
}

function worksAt({ workingHours: hours }: Mailbox, fromMs: number, toMs: number): boolean {
  const clock = new Date(fromMs + offsetMinutes(hours.timeZone, new Date(fromMs)) * minuteMs);
  const minutes = clock.getUTCHours() * 60 + clock.getUTCMinutes();
  const day = weekdays[clock.getUTCDay()];
  const isDay = day !== undefined && (hours.days as readonly string[]).includes(day);
  return isDay && minutes >= hours.startMinutes && minutes + (toMs - fromMs) / minuteMs <= hours.endMinutes;
}

function dayElement({ print }: SuggestionRequest, day: Date, chosen: readonly Candidate[]): XmlElement {
  const best = chosen.reduce((least, { quality }) => Math.min(least, quality), qualities.length - 1);
  return t(
    "SuggestionDayResult",
    t("Date", print(day)),
    t("DayQuality", qualities[best] ?? "Poor"),
    t(
      "SuggestionArray",
      chosen.map((one) => suggestion(one, print)),
    ),
  );
}

function suggestion({ at, isWorkTime, busy, quality }: Candidate, print: (at: Date) => string): XmlElement {
  const conflicts = busy.map((state) =>
    state === "NoData" ? t("UnknownAttendeeConflictData") : t("IndividualAttendeeConflictData", t("BusyType", state)),
  );
  return t(
    "Suggestion",
    t("MeetingTime", print(at)),
    t("IsWorkTime", String(isWorkTime)),
    t("SuggestionQuality", qualities[quality] ?? "Poor"),
    t("AttendeeConflictDataArray", conflicts),
  );
}
