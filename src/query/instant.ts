/** ISO 8601 calendar dates and times, extended and basic; the time zone is `Z`, an offset, or absent (then UTC). */
const isoTime =
  /^(\d{4})(-?)(\d{2})\2(\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const minuteMs = 60_000;

/** Milliseconds since the epoch of an ISO 8601 time, or undefined when it is none. Digits after milliseconds are dropped. */
export function parseInstant(text: string): number | undefined {
  const match = isoTime.exec(text.trim());
  if (match === null) return undefined;
  const [, year, , month, day, hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const ms = Number(fraction.padEnd(3, "0").slice(0, 3));
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  date.setUTCHours(Number(hour), Number(minute), Number(second), ms);
  const offset = offsetMinutes(zone);
  return offset === undefined ? undefined : date.getTime() - offset * minuteMs;
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2) || "0");
  if (hours > 14 || minutes > 59) return undefined;
  return (zone[0] === "-" ? -1 : 1) * (hours * 60 + minutes);
}

/** The one form times have in answers and bound queries: UTC with `Z`, milliseconds only when there are some. */
export function formatInstant(ms: number): string | undefined {
  const text = new Date(ms).toISOString();
  // Years outside 0000 to 9999 are printed with a sign and six digits: no server takes them.
  if (text.length !== 24) return undefined;
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text;
}

/** Does a time tell its own place in time, by `Z` or an offset? */
const tellsInstant = (text: string): boolean => /[T ].*(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(text.trim());

/** A time on the clocks of a zone that stands beside it: without `Z`, which would make an instant of it. */
export const clockTime = (given: unknown, typed: string): string =>
  typeof given !== "string" || tellsInstant(given) ? typed : typed.replace(/Z$/, "");
