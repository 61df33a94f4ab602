import { invalidQuery, nearestHint } from "#spi";
import { windowsZones } from "./windows-zones.ts";

const minuteMs = 60_000;

/** The tz database's own name for a zone, whichever of its names is given; undefined when it knows none. */
function canonical(zone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone.toLowerCase();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface ZoneNames {
  /** Windows names by their lower-case spelling. */
  readonly windows: ReadonlyMap<string, { readonly name: string; readonly iana: string }>;
  /** Windows names by canonical IANA name. */
  readonly byIana: ReadonlyMap<string, string>;
  readonly all: readonly string[];
}

let made: ZoneNames | undefined;

// Made on first use: some 400 zones are looked up, which costs ten milliseconds that most sessions never need.
function zoneNames(): ZoneNames {
  if (made !== undefined) return made;
  const windows = new Map<string, { name: string; iana: string }>();
  const byIana = new Map<string, string>();
  const all: string[] = [];
  for (const [name, preferred, others] of windowsZones) {
    windows.set(name.toLowerCase(), { name, iana: preferred });
    all.push(name);
    for (const zone of [preferred, ...others.split(" ")]) {
      if (zone === "") continue;
      all.push(zone);
      byIana.set(canonical(zone) ?? zone.toLowerCase(), name);
    }
  }
  made = { windows, byIana, all: [...all, ...Intl.supportedValuesOf("timeZone")] };
  return made;
}

/** The Windows name of a zone given by Windows or IANA name, in any spelling of letters; undefined when nobody knows it. */
export function windowsZone(zone: string): string | undefined {
  const { windows, byIana } = zoneNames();
  const known = windows.get(zone.toLowerCase());
  if (known !== undefined) return known.name;
  const iana = canonical(zone);
  return iana === undefined ? undefined : byIana.get(iana);
}

/** A zone that is nothing but an offset, such as `UTC+05:45`: minutes east of Greenwich; undefined for any other name. */
export function fixedOffset(zone: string): number | undefined {
  const match = /^UTC([+-])(\d{2}):(\d{2})$/i.exec(zone);
  if (match === null) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return Number(match[3]) > 59 || minutes > 14 * 60 ? undefined : match[1] === "-" ? -minutes : minutes;
}

/** The IANA name of a zone given by Windows or IANA name or as an offset; undefined when nobody knows it. */
export function ianaZone(zone: string): string | undefined {
  // Intl knows offsets as zones of their own.
  if (fixedOffset(zone) !== undefined) return zone.slice(3);
  const known = zoneNames().windows.get(zone.toLowerCase());
  if (known !== undefined) return known.iana;
  return canonical(zone) === undefined ? undefined : zone;
}

/** The Windows name of a zone. Errors: INVALID_QUERY naming the nearest zone. */
export function requireWindowsZone(zone: string, about: string): string {
  return windowsZone(zone) ?? unknownZone(zone, about);
}

/** The IANA name of a zone. Errors: INVALID_QUERY naming the nearest zone. */
export function requireIanaZone(zone: string, about: string): string {
  return ianaZone(zone) ?? unknownZone(zone, about);
}

function unknownZone(zone: string, about: string): never {
  throw invalidQuery(
    `${about}: there is no time zone "${zone}". Windows names such as "W. Europe Standard Time" and IANA names such as "Europe/Berlin" are understood, and offsets such as "UTC+05:45".${nearestHint(zone, zoneNames().all)}`,
    { target: about },
  );
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(iana: string): Intl.DateTimeFormat {
  const known = formatters.get(iana);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: iana,
    calendar: "iso8601",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(iana, format);
  return format;
}

/** Minutes east of Greenwich in an IANA zone at an instant. */
export function offsetMinutes(iana: string, atMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatter(iana).formatToParts(atMs)) part[type] = Number(value);
  const clock = Date.UTC(
    part["year"] ?? 0,
    (part["month"] ?? 1) - 1,
    part["day"],
    part["hour"],
    part["minute"],
    part["second"],
  );
  return Math.round((clock - Math.floor(atMs / 1000) * 1000) / minuteMs);
}

/** The clock of an IANA zone at an instant, as if it were UTC. */
export const clockOf = (iana: string, atMs: number): number => atMs + offsetMinutes(iana, atMs) * minuteMs;

/** The instant at which a day begins in an IANA zone; where midnight does not exist, the first moment of the day. */
export const dayStart = (iana: string, dayMs: number): number => clockInstant(iana, dayMs);

/** The instant at which a clock in an IANA zone shows a time; of one that comes twice the second, as Windows has it. */
export function clockInstant(iana: string, clockMs: number): number {
  const dayMs = 24 * 60 * minuteMs;
  const before = offsetMinutes(iana, clockMs - dayMs);
  const offsets = [before, offsetMinutes(iana, clockMs + dayMs)];
  const fitting = offsets.filter((offset) => offsetMinutes(iana, clockMs - offset * minuteMs) === offset);
  return clockMs - (fitting.length === 0 ? before : Math.min(...fitting)) * minuteMs;
}
