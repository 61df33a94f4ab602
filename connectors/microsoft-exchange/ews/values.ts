import { invalidQuery, type Value } from "#spi";

/** How the text of an element becomes a value. */
export type Scalar = "text" | "integer" | "double" | "boolean" | "datetime" | "date" | "language" | "base64";

const letterZ = 0x5a;
const hasOffset = /(?:Z|[+-]\d\d:\d\d)$/;

/** Exchange answers UTC with `Z` nearly always; only other forms pay for a Date. */
function datetime(text: string): string | null {
  if (text.length === 20 && text.charCodeAt(19) === letterZ) return text;
  if (text === "") return null;
  const time = Date.parse(hasOffset.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) ? text : formatDateTime(time);
}

const converters: Readonly<Record<Scalar, (text: string) => Value>> = {
  text: (text) => text,
  language: (text) => text,
  base64: (text) => text,
  integer: (text) => (text === "" ? null : Number(text)),
  double: (text) => (text === "" ? null : Number(text)),
  boolean: (text) => (text === "" ? null : text === "true" || text === "1"),
  datetime,
  // xs:date may carry an offset; the day as written is the day meant.
  date: (text) => (text === "" ? null : text.slice(0, 10)),
};

export const converter = (scalar: Scalar): ((text: string) => Value) => converters[scalar];

/** ISO 8601 in UTC, without a fraction of zero. */
export function formatDateTime(time: number): string {
  const iso = new Date(time).toISOString();
  return iso.endsWith(".000Z") ? `${iso.slice(0, -5)}Z` : iso;
}

/** Milliseconds of a datetime value. Errors: INVALID_QUERY. */
export function timeOf(value: Value, about: string): number {
  const time =
    typeof value === "string"
      ? Date.parse(hasOffset.test(value) || !value.includes("T") ? value : `${value}Z`)
      : Number.NaN;
  if (Number.isNaN(time)) throw invalidQuery(`${about}: ${JSON.stringify(value)} is not a time.`, { target: about });
  return time;
}

// xs:int, xs:language, xs:base64Binary.
export const largestInt = 2 ** 31 - 1;
const forms = {
  language: /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

/** A value as the text EWS takes for that scalar. Errors: INVALID_QUERY. */
export function wireText(scalar: Scalar, value: Value, about: string): string {
  switch (scalar) {
    case "datetime":
      return formatDateTime(timeOf(value, about));
    case "date":
      return formatDateTime(timeOf(value, about)).slice(0, 10);
    case "integer":
      if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > largestInt) break;
      return String(value);
    case "double":
      if (typeof value !== "number" || !Number.isFinite(value)) break;
      return String(value);
    case "boolean":
      if (typeof value !== "boolean") break;
      return value ? "true" : "false";
    case "text":
      if (typeof value === "object") break;
      return String(value);
    case "language":
    case "base64":
      if (typeof value !== "string" || !forms[scalar].test(value)) break;
      return value;
  }
  throw invalidQuery(`${about}: ${JSON.stringify(value)} is not of the form this property has.`, { target: about });
}
