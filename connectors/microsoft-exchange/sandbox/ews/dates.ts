import { fromWallClock, ianaZone } from "../mailboxes/index.ts";
import { schemaViolation } from "./ews-error.ts";

const dateTimeForm = /^\s*-?\d{4,}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?\s*$/;

/** Exchange prints instants in UTC to the second. */
export function printDate(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** Reads an xs:dateTime; without an offset it is wall-clock time in the zone of the request, else UTC. */
export function readDate(text: string, timeZone?: string): Date {
  const trimmed = text.trim();
  if (!dateTimeForm.test(trimmed)) throw schemaViolation(`'${text}' is not a valid xs:dateTime value.`);
  const hasOffset = /(Z|[+-]\d\d:\d\d)$/.test(trimmed);
  const full = trimmed.includes("T") ? trimmed : trimmed.replace(/^(\d{4,}-\d\d-\d\d)/, "$1T00:00:00");
  const zone = timeZone === undefined ? undefined : ianaZone(timeZone);
  const at = hasOffset ? new Date(full) : zone ? fromWallClock(zone, full) : new Date(`${full}Z`);
  if (Number.isNaN(at.getTime())) throw schemaViolation(`'${text}' is not a valid xs:dateTime value.`);
  return at;
}

/** "2026-01-31" out of an xs:date, whose offset Exchange ignores. */
export function readDay(text: string): string {
  const day = /^\s*(\d{4}-\d\d-\d\d)/.exec(text)?.[1];
  if (!day || Number.isNaN(Date.parse(day))) throw schemaViolation(`'${text}' is not a valid xs:date value.`);
  return day;
}

export function readBoolean(text: string): boolean {
  const value = text.trim();
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw schemaViolation(`'${text}' is not a valid xs:boolean value.`);
}

export function readInteger(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw schemaViolation(`'${text}' is not a valid xs:int value.`);
  return Number.parseInt(text, 10);
}

/** An ISO 8601 duration of days, hours, minutes and seconds in milliseconds. */
export function readDurationMs(text: string): number {
  const parts = /^\s*(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?\s*$/.exec(text);
  if (!parts) throw schemaViolation(`'${text}' is not a valid xs:duration value.`);
  const [, sign, days = "0", hours = "0", minutes = "0", seconds = "0"] = parts;
  const total = (Number(days) * 24 + Number(hours)) * 3600 + Number(minutes) * 60 + Number(seconds);
  return (sign ? -1 : 1) * total * 1000;
}

/** The duration as Exchange prints it: "PT1H", "P1D". */
export function printDuration(lengthMs: number): string {
  const minutes = Math.round(lengthMs / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  const time = `${hours ? `${hours}H` : ""}${rest ? `${rest}M` : ""}`;
  return `P${days ? `${days}D` : ""}${time || !days ? `T${time || "0S"}` : ""}`;
}
