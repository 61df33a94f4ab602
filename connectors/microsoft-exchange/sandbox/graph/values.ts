import {
  type EmailAddress,
  fromWallClock,
  ianaZone,
  toWallClock,
  type WallClock,
  windowsZone,
} from "../mailboxes/index.ts";
import { GraphError } from "./errors.ts";
import { unknownTimeZone } from "./preferences.ts";
import type { JsonObject } from "./schema/validate-body.ts";

/** An instant as Edm.DateTimeOffset; milliseconds only when there are some. */
export function printInstant(at: Date | undefined): string | null {
  return at === undefined ? null : at.toISOString().replace(".000Z", "Z");
}

/** A dateTimeTimeZone in a zone, with the seven decimals the service writes. */
export function printZoned(at: Date, zone: string): { dateTime: string; timeZone: string } {
  return { dateTime: `${toWallClock(zone, at)}.${milliseconds(at)}0000`, timeZone: zone };
}

/** A wall-clock time that belongs to no zone in particular, under a zone's name: all-day events, due dates. */
export function printFloating(wall: WallClock, zone: string): { dateTime: string; timeZone: string } {
  return { dateTime: `${wall.slice(0, 19)}.0000000`, timeZone: zone };
}

/** Reads a dateTimeTimeZone; a `Z` or an offset in the text wins over the zone. */
export function readZoned(value: unknown): { at: Date; timeZone: string } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { dateTime, timeZone } = value as { dateTime?: unknown; timeZone?: unknown };
  const text = String(dateTime ?? "");
  const zone = typeof timeZone === "string" && timeZone !== "" ? timeZone : "UTC";
  if (ianaZone(zone) === undefined) throw unknownTimeZone(zone);
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/i.exec(text);
  if (!match) throw invalidProperty(`The value '${text}' is not a valid date and time.`);
  const wall = `${match[1]}T${match[2] ?? "00:00"}${match[3] ?? ":00"}${(match[4] ?? "").slice(0, 4)}`;
  const at = match[5] === undefined ? fromWallClock(zone, wall) : new Date(`${wall}${match[5].toUpperCase()}`);
  if (Number.isNaN(at.getTime())) throw invalidProperty(`The value '${text}' is not a valid date and time.`);
  return { at, timeZone: zone };
}

/** The name under which a zone is shown: Windows', as Exchange stores it, else as given. */
export function shownZone(zone: string): string {
  return windowsZone(zone) ?? zone;
}

/** The refusal of a property whose value makes no sense. */
export function invalidProperty(message: string): GraphError {
  return new GraphError(400, "ErrorPropertyValidationFailure", `At least one property failed validation. ${message}`);
}

/** An address as emailAddress. */
export function printEmailAddress(one: EmailAddress): { name: string | null; address: string | null } {
  return { name: one.name ?? null, address: one.address ?? null };
}

/** An address as recipient. */
export function printRecipient(one: EmailAddress | undefined): unknown {
  return one === undefined ? null : { emailAddress: printEmailAddress(one) };
}

/** Reads an emailAddress; empty members are left out. */
export function readEmailAddress(value: unknown): EmailAddress {
  const { name, address } = (value ?? {}) as { name?: string | null; address?: string | null };
  return {
    ...(name == null || name === "" ? {} : { name }),
    ...(address == null || address === "" ? {} : { address }),
    routingType: "SMTP",
  };
}

/** Reads a recipient. */
export function readRecipient(value: unknown): EmailAddress {
  return readEmailAddress((value as { emailAddress?: unknown } | null)?.emailAddress);
}

/** Reads a list of recipients; those without any address are refused. */
export function readRecipients(value: unknown): EmailAddress[] {
  const list = Array.isArray(value) ? value.map(readRecipient) : [];
  if (list.every((one) => one.address !== undefined || one.name !== undefined)) return list;
  throw new GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.");
}

/** The member of an enumeration as the metadata spells it. */
export function readEnum<T extends string>(value: unknown, members: readonly T[]): T {
  const text = String(value).toLowerCase();
  const found = members.find((one) => one.toLowerCase() === text);
  if (found === undefined) throw invalidProperty(`'${String(value)}' is not one of ${members.join(", ")}.`);
  return found;
}

/** A text member, `undefined` for null and for nothing. */
export function textOf(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === "string" ? value : undefined;
}

function milliseconds(at: Date): string {
  return String(at.getUTCMilliseconds()).padStart(3, "0");
}
