import { windowsZones } from "./windows-zones.ts";

/** A wall-clock time without a zone: "2026-01-31T09:00:00". */
export type WallClock = string;

const ianaByWindows = new Map(windowsZones.map(([name, , preferred]) => [name.toLowerCase(), preferred]));
const windowsByIana = new Map(
  windowsZones.flatMap(([name, , preferred, others]) =>
    [preferred, ...others.split(" ")].filter((zone) => zone !== "").map((zone) => [zone.toLowerCase(), name]),
  ),
);
const aliases: Record<string, string> = {
  utc: "Etc/UTC",
  z: "Etc/UTC",
  gmt: "Etc/UTC",
  "tzone://microsoft/utc": "Etc/UTC",
};
const formatters = new Map<string, Intl.DateTimeFormat | undefined>();

/** The IANA name of a zone given by Windows or IANA name; undefined when nobody knows it. */
export function ianaZone(zone: string): string | undefined {
  const key = zone.toLowerCase();
  const offset = /^utc([+-]\d\d:\d\d)$/.exec(key)?.[1];
  const name = aliases[key] ?? ianaByWindows.get(key) ?? offset ?? zone;
  return formatter(name) ? name : undefined;
}

/** The Windows name of a zone given by Windows or IANA name; undefined when nobody knows it. */
export function windowsZone(zone: string): string | undefined {
  const key = zone.toLowerCase();
  if (ianaByWindows.has(key)) return windowsZones.find(([name]) => name.toLowerCase() === key)?.[0];
  if (aliases[key]) return "UTC";
  return windowsByIana.get(key);
}

/** Minutes east of Greenwich at that instant; unknown zones count as UTC. */
export function offsetMinutes(zone: string, at: Date): number {
  const format = formatter(ianaZone(zone) ?? "Etc/UTC");
  if (!format) return 0;
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const wall = Date.UTC(part["year"]!, part["month"]! - 1, part["day"], part["hour"], part["minute"], part["second"]);
  return Math.round((wall - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
}

/** What a clock on the wall in that zone shows at that instant. */
export function toWallClock(zone: string, at: Date): WallClock {
  return new Date(at.getTime() + offsetMinutes(zone, at) * 60_000).toISOString().slice(0, 19);
}

/**
 * The instant at which a wall clock in that zone shows this time; in a spring gap, the time moved forward; of a time that
 * comes twice in autumn the second, in standard time, as Windows has it.
 */
export function fromWallClock(zone: string, wall: WallClock): Date {
  const asUtc = Date.parse(`${wall.slice(0, 23).replace(/Z$/, "")}Z`);
  const dayMs = 86_400_000;
  const before = offsetMinutes(zone, new Date(asUtc - dayMs));
  const after = offsetMinutes(zone, new Date(asUtc + dayMs));
  const at = (offset: number) => new Date(asUtc - offset * 60_000);
  const shows = (offset: number) => offsetMinutes(zone, at(offset)) === offset;
  const fitting = [before, after].filter(shows);
  return at(fitting.length === 0 ? before : Math.min(...fitting));
}

function formatter(iana: string): Intl.DateTimeFormat | undefined {
  if (formatters.has(iana)) return formatters.get(iana);
  let made: Intl.DateTimeFormat | undefined;
  try {
    made = new Intl.DateTimeFormat("en-US", {
      timeZone: iana,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    made = undefined; // Intl throws RangeError for a name it does not know: that is the answer here
  }
  formatters.set(iana, made);
  return made;
}
