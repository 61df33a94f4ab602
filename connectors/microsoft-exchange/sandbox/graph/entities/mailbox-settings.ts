import { ianaZone, type Mailbox, type Weekday, weekdays } from "../../mailboxes/index.ts";
import { folderIdOf, type GraphCall, mailboxOf } from "../call.ts";
import { unknownTimeZone } from "../preferences.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { invalidProperty, printZoned, readEnum, readZoned, textOf } from "../values.ts";

const statuses = { disabled: "disabled", enabled: "alwaysEnabled", scheduled: "scheduled" } as const;
const audiences = { none: "none", known: "contactsOnly", all: "all" } as const;
/** Languages the sandbox knows by name. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  "en-US": "English (United States)",
  "en-GB": "English (United Kingdom)",
  "de-DE": "German (Germany)",
  "fr-FR": "French (France)",
  "es-ES": "Spanish (Spain)",
  "it-IT": "Italian (Italy)",
  "ja-JP": "Japanese (Japan)",
};

/** A mailbox's settings as JSON. */
export function printMailboxSettings(call: GraphCall): Record<string, unknown> {
  const mailbox = mailboxOf(call);
  const { settings } = call.service.mailboxes.of(mailbox);
  const archive = mailbox.folders.wellKnown("archive");
  return {
    archiveFolder: archive === undefined ? null : folderIdOf(archive),
    timeZone: settings.timeZone,
    delegateMeetingMessageDeliveryOptions: "sendToDelegateOnly",
    dateFormat: settings.dateFormat,
    timeFormat: settings.timeFormat,
    userPurpose: call.owner?.kind === "room" ? "room" : "user",
    automaticRepliesSetting: printReplies(mailbox),
    language: { locale: settings.locale, displayName: LANGUAGES[settings.locale] ?? settings.locale },
    workingHours: printWorkingHours(mailbox),
  };
}

/** Working hours as JSON. */
export function printWorkingHours({ workingHours }: Mailbox): Record<string, unknown> {
  return {
    daysOfWeek: workingHours.days,
    startTime: clock(workingHours.startMinutes),
    endTime: clock(workingHours.endMinutes),
    timeZone: { name: workingHours.timeZone },
  };
}

/** Writes a body's members to a mailbox's settings. */
export function applyMailboxSettings(body: JsonObject, call: GraphCall): void {
  const mailbox = mailboxOf(call);
  const { settings } = call.service.mailboxes.of(mailbox);
  const timeZone = textOf(body, "timeZone");
  if (timeZone !== undefined) {
    if (ianaZone(timeZone) === undefined) throw unknownTimeZone(timeZone);
    settings.timeZone = timeZone;
  }
  settings.dateFormat = textOf(body, "dateFormat") ?? settings.dateFormat;
  settings.timeFormat = textOf(body, "timeFormat") ?? settings.timeFormat;
  if (body["language"]) settings.locale = textOf(body["language"] as JsonObject, "locale") ?? settings.locale;
  if (body["automaticRepliesSetting"]) applyReplies(mailbox, body["automaticRepliesSetting"] as JsonObject);
  if (body["workingHours"]) applyWorkingHours(mailbox, body["workingHours"] as JsonObject);
}

function printReplies({ oof, clock: now }: Mailbox): Record<string, unknown> {
  return {
    status: statuses[oof.state],
    externalAudience: audiences[oof.externalAudience],
    internalReplyMessage: oof.internalReply,
    externalReplyMessage: oof.externalReply,
    scheduledStartDateTime: printZoned(oof.start ?? now(), "UTC"),
    scheduledEndDateTime: printZoned(oof.end ?? new Date(now().getTime() + 86_400_000), "UTC"),
  };
}

function applyReplies(mailbox: Mailbox, given: JsonObject): void {
  const oof = { ...mailbox.oof };
  if (given["status"]) oof.state = keyOf(statuses, readEnum(given["status"], Object.values(statuses)));
  if (given["externalAudience"]) {
    oof.externalAudience = keyOf(audiences, readEnum(given["externalAudience"], Object.values(audiences)));
  }
  oof.internalReply = textOf(given, "internalReplyMessage") ?? oof.internalReply;
  oof.externalReply = textOf(given, "externalReplyMessage") ?? oof.externalReply;
  const start = readZoned(given["scheduledStartDateTime"])?.at;
  const end = readZoned(given["scheduledEndDateTime"])?.at;
  if (start !== undefined) oof.start = start;
  if (end !== undefined) oof.end = end;
  if (oof.start !== undefined && oof.end !== undefined && oof.end <= oof.start) {
    throw invalidProperty("The end of the scheduled replies is not after their start.");
  }
  mailbox.oof = oof;
}

function applyWorkingHours(mailbox: Mailbox, given: JsonObject): void {
  const hours = { ...mailbox.workingHours };
  if (Array.isArray(given["daysOfWeek"])) {
    hours.days = given["daysOfWeek"].map((day) => readEnum<Weekday>(day, weekdays));
  }
  hours.startMinutes = minutes(textOf(given, "startTime")) ?? hours.startMinutes;
  hours.endMinutes = minutes(textOf(given, "endTime")) ?? hours.endMinutes;
  const zone = given["timeZone"] ? textOf(given["timeZone"] as JsonObject, "name") : undefined;
  if (zone !== undefined) {
    if (ianaZone(zone) === undefined) throw unknownTimeZone(zone);
    hours.timeZone = zone;
  }
  mailbox.workingHours = hours;
}

function keyOf<K extends string, V extends string>(table: Readonly<Record<K, V>>, value: V): K {
  return (Object.keys(table) as K[]).find((key) => table[key] === value) as K;
}

function clock(minutesOfDay: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(minutesOfDay / 60))}:${two(minutesOfDay % 60)}:00.0000000`;
}

function minutes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [hour = "0", minute = "0"] = text.split(":");
  return Number(hour) * 60 + Number(minute);
}
