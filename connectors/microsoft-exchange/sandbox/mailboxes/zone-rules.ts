import { type Weekday, weekdays } from "./recurrence.ts";
import { offsetMinutes } from "./time-zones.ts";

/** When a zone's clocks change, as a rule for every year. */
export interface ZoneTransition {
  month: number;
  weekday: Weekday;
  /** 1 to 4, or -1 for the last of the month. */
  week: number;
  /** Minutes after midnight on the clock before the change. */
  minutes: number;
}

export interface ZoneRules {
  /** Minutes east of Greenwich. */
  standardMinutes: number;
  daylightMinutes?: number;
  toDaylight?: ZoneTransition;
  toStandard?: ZoneTransition;
}

const hourMs = 3_600_000;

/** The rules of a zone as they are in a year; zones that change their clocks otherwise than twice count as fixed. */
export function zoneRules(zone: string, year: number): ZoneRules {
  const changes = offsetChanges(zone, year);
  const [first, second] = changes;
  if (changes.length !== 2 || !first || !second)
    return { standardMinutes: offsetMinutes(zone, new Date(Date.UTC(year, 0, 1))) };
  const [toDaylight, toStandard] = first.after > first.before ? [first, second] : [second, first];
  return {
    standardMinutes: toDaylight.before,
    daylightMinutes: toDaylight.after,
    toDaylight: ruleOf(toDaylight),
    toStandard: ruleOf(toStandard),
  };
}

interface OffsetChange {
  atMs: number;
  before: number;
  after: number;
}

function offsetChanges(zone: string, year: number): OffsetChange[] {
  const changes: OffsetChange[] = [];
  const end = Date.UTC(year + 1, 0, 1);
  let before = offsetMinutes(zone, new Date(Date.UTC(year, 0, 1)));
  for (let at = Date.UTC(year, 0, 1); at < end; at += 24 * hourMs) {
    const after = offsetMinutes(zone, new Date(at + 24 * hourMs));
    if (after === before) continue;
    let exact = at;
    while (offsetMinutes(zone, new Date(exact)) === before) exact += hourMs / 2;
    changes.push({ atMs: exact, before, after });
    before = after;
  }
  return changes;
}

function ruleOf({ atMs, before }: OffsetChange): ZoneTransition {
  const wall = new Date(atMs + before * 60_000);
  const day = wall.getUTCDate();
  const daysInMonth = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 0)).getUTCDate();
  return {
    month: wall.getUTCMonth() + 1,
    weekday: weekdays[wall.getUTCDay()]!,
    week: day + 7 > daysInMonth ? -1 : Math.ceil(day / 7),
    minutes: wall.getUTCHours() * 60 + wall.getUTCMinutes(),
  };
}
