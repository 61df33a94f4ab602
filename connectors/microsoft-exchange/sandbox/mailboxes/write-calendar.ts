import type { EventDetails, Item, ItemKind } from "./model.ts";
import type { Recurrence } from "./recurrence.ts";
import { ianaZone, toWallClock } from "./time-zones.ts";

const partStatus: Record<string, string> = {
  accepted: "ACCEPTED",
  tentativelyAccepted: "TENTATIVE",
  declined: "DECLINED",
};

/** An event (or meeting message) as iCalendar, RFC 5545. */
export function calendarText(item: Item, stampedAt: Date): string {
  const { event } = item;
  if (!event) return "";
  const lines = [
    "BEGIN:VCALENDAR",
    `METHOD:${methodOf(item.kind)}`,
    "PRODID:Microsoft Exchange Server 2010",
    "VERSION:2.0",
    "BEGIN:VEVENT",
    `UID:${event.uid}`,
    `SUMMARY:${escapeText(item.subject ?? "")}`,
    `DTSTAMP:${utc(stampedAt)}`,
    ...times(event),
    `CLASS:${item.sensitivity === "normal" ? "PUBLIC" : item.sensitivity === "confidential" ? "CONFIDENTIAL" : "PRIVATE"}`,
    `PRIORITY:${{ low: 9, normal: 5, high: 1 }[item.importance]}`,
    `TRANSP:${event.showAs === "free" ? "TRANSPARENT" : "OPAQUE"}`,
    `STATUS:${event.isCancelled ? "CANCELLED" : "CONFIRMED"}`,
    `SEQUENCE:${event.sequenceNumber}`,
    `X-MICROSOFT-CDO-BUSYSTATUS:${event.showAs.toUpperCase()}`,
  ];
  if (item.body) lines.push(`DESCRIPTION:${escapeText(plainText(item))}`);
  if (event.location?.displayName) lines.push(`LOCATION:${escapeText(event.location.displayName)}`);
  if (item.categories.length > 0) lines.push(`CATEGORIES:${item.categories.map(escapeText).join(",")}`);
  if (event.recurrence) lines.push(`RRULE:${ruleText(event.recurrence)}`);
  for (const date of event.deletedOccurrences ?? []) lines.push(`EXDATE:${utc(new Date(date))}`);
  lines.push(...participants(item, event));
  if (item.reminder.isSet)
    lines.push(
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      "DESCRIPTION:REMINDER",
      `TRIGGER:-PT${item.reminder.minutesBeforeStart ?? 15}M`,
      "END:VALARM",
    );
  lines.push("END:VEVENT", "END:VCALENDAR");
  return `${lines.map(fold).join("\r\n")}\r\n`;
}

function methodOf(kind: ItemKind): string {
  const methods: Partial<Record<ItemKind, string>> = {
    meetingRequest: "REQUEST",
    meetingResponse: "REPLY",
    meetingCancellation: "CANCEL",
  };
  return methods[kind] ?? "PUBLISH";
}

function times(event: EventDetails): string[] {
  if (!event.isAllDay) return [`DTSTART:${utc(event.start)}`, `DTEND:${utc(event.end)}`];
  const day = (zone: string, at: Date) =>
    toWallClock(ianaZone(zone) ?? "UTC", at)
      .slice(0, 10)
      .replaceAll("-", "");
  return [
    `DTSTART;VALUE=DATE:${day(event.startTimeZone, event.start)}`,
    `DTEND;VALUE=DATE:${day(event.endTimeZone, event.end)}`,
    "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
  ];
}

function participants(item: Item, event: EventDetails): string[] {
  if (!event.isMeeting) return [];
  const lines: string[] = [];
  const name = (text?: string) => (text ? `;CN="${text.replaceAll('"', "'")}"` : "");
  if (event.organizer?.address) lines.push(`ORGANIZER${name(event.organizer.name)}:mailto:${event.organizer.address}`);
  const answering = item.kind === "meetingResponse";
  for (const one of event.attendees) {
    if (answering && one.address?.toLowerCase() !== item.from?.address?.toLowerCase()) continue;
    const status = partStatus[answering ? (item.meeting?.response ?? "") : one.response] ?? "NEEDS-ACTION";
    const role =
      one.type === "optional" ? "OPT-PARTICIPANT" : one.type === "resource" ? "NON-PARTICIPANT" : "REQ-PARTICIPANT";
    lines.push(`ATTENDEE;ROLE=${role};PARTSTAT=${status};RSVP=TRUE${name(one.name)}:mailto:${one.address ?? ""}`);
  }
  return lines;
}

function ruleText({ pattern, range }: Recurrence): string {
  const frequency = {
    daily: "DAILY",
    weekly: "WEEKLY",
    absoluteMonthly: "MONTHLY",
    relativeMonthly: "MONTHLY",
    absoluteYearly: "YEARLY",
    relativeYearly: "YEARLY",
  };
  const parts = [`FREQ=${frequency[pattern.type]}`, `INTERVAL=${pattern.interval}`];
  const days = pattern.daysOfWeek?.map((day) => day.slice(0, 2).toUpperCase()).join(",");
  if (days) parts.push(`BYDAY=${days}`);
  if (pattern.type.startsWith("relative")) {
    parts.push(`BYSETPOS=${{ first: 1, second: 2, third: 3, fourth: 4, last: -1 }[pattern.index ?? "first"]}`);
  }
  if (pattern.dayOfMonth && pattern.type.startsWith("absolute")) parts.push(`BYMONTHDAY=${pattern.dayOfMonth}`);
  if (pattern.month && pattern.type.endsWith("Yearly")) parts.push(`BYMONTH=${pattern.month}`);
  if (pattern.firstDayOfWeek) parts.push(`WKST=${pattern.firstDayOfWeek.slice(0, 2).toUpperCase()}`);
  if (range.type === "numbered") parts.push(`COUNT=${range.numberOfOccurrences ?? 1}`);
  if (range.type === "endDate" && range.endDate) parts.push(`UNTIL=${range.endDate.replaceAll("-", "")}T235959Z`);
  return parts.join(";");
}

function plainText(item: Item): string {
  const content = item.body?.content ?? "";
  return item.body?.type === "html" ? content.replace(/<[^>]*>/g, "") : content;
}

function utc(at: Date): string {
  return `${at.toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
}

function escapeText(text: string): string {
  return text
    .replace(/\\/g, "\\\\")
    .replace(/;/g, "\\;")
    .replace(/,/g, "\\,")
    .replace(/\r?\n|\r/g, "\\n");
}

/** Lines longer than 75 bytes go on after CRLF and a blank, never within a character. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = "";
  for (const character of line) {
    if (Buffer.byteLength(part + character) > 74) {
      parts.push(part);
      part = "";
    }
    part += character;
  }
  return [...parts, part].join("\r\n ");
}
