import { type ColumnType, nearestHint, type Value } from "#spi";
import { formatInstant, parseInstant } from "./instant.ts";

/** A value of the wanted type, or what is wrong with it. */
export type Typed = { readonly value: Value } | { readonly mistake: string };

const ok = (value: Value): Typed => ({ value });
const wrong = (mistake: string): Typed => ({ mistake });

/** Deeper arrays and objects are refused: no server has them, and walking them would cost the stack. */
const jsonDepthLimit = 64;
const base64 = /^[A-Za-z0-9+/]*={0,2}$/;
const integerText = /^[+-]?\d{1,16}$/;
const numberText = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?$/i;

/** What was given, short enough for a message. */
export function shown(value: Value): string {
  const text = JSON.stringify(value) ?? "null";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function textOf(value: Value): Typed {
  if (typeof value === "string") return ok(value);
  if (typeof value === "number") return ok(String(value));
  return wrong(`${shown(value)} is not text.`);
}

function idOf(value: Value): Typed {
  return typeof value === "string" ? ok(value) : wrong(`${shown(value)} is not an id: ids are text.`);
}

function integerOf(value: Value): Typed {
  const number = typeof value === "string" && integerText.test(value.trim()) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) return wrong(`${shown(value)} is not a whole number.`);
  return Number.isSafeInteger(number) ? ok(number + 0) : wrong(`${shown(value)} is too large for a whole number.`);
}

function doubleOf(value: Value): Typed {
  const number = typeof value === "string" && numberText.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? ok(number) : wrong(`${shown(value)} is not a number.`);
}

function booleanOf(value: Value): Typed {
  if (typeof value === "boolean") return ok(value);
  const text = typeof value === "string" ? value.trim().toLowerCase() : value;
  if (text === 1 || text === "1" || text === "true") return ok(true);
  if (text === 0 || text === "0" || text === "false") return ok(false);
  return wrong(`${shown(value)} is neither true nor false (1 and 0 are understood too).`);
}

function datetimeOf(value: Value): Typed {
  const ms = typeof value === "string" ? parseInstant(value) : undefined;
  const text = ms === undefined ? undefined : formatInstant(ms);
  return text === undefined
    ? wrong(`${shown(value)} is not an ISO 8601 time such as "2026-03-01T09:30:00Z".`)
    : ok(text);
}

function dateOf(value: Value): Typed {
  const ms = typeof value === "string" ? parseInstant(value) : undefined;
  const text = ms === undefined ? undefined : formatInstant(ms);
  if (text === undefined || !text.endsWith("T00:00:00Z"))
    return wrong(`${shown(value)} is not a date such as "2026-03-01".`);
  return ok(text.slice(0, 10));
}

function binaryOf(value: Value): Typed {
  const isBase64 = typeof value === "string" && value.length % 4 === 0 && base64.test(value);
  return isBase64 ? ok(value) : wrong(`${shown(value)} is not binary in base64.`);
}

function jsonOf(value: Value): Typed {
  let parsed: unknown = value;
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value);
    } catch {
      return wrong(`${shown(value)} is neither an array nor an object, nor JSON text of one.`);
    }
  }
  if (typeof parsed !== "object" || parsed === null) return wrong(`${shown(value)} is neither an array nor an object.`);
  return depthOf(parsed, 0) > jsonDepthLimit
    ? wrong(`The value is nested more than ${jsonDepthLimit} deep.`)
    : ok(parsed as Value);
}

function depthOf(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null || depth > jsonDepthLimit) return depth;
  let deepest = depth + 1;
  for (const member of Object.values(value)) deepest = Math.max(deepest, depthOf(member, depth + 1));
  return deepest;
}

const readers: Readonly<Record<ColumnType, (value: Value) => Typed>> = {
  string: textOf,
  id: idOf,
  integer: integerOf,
  double: doubleOf,
  boolean: booleanOf,
  datetime: datetimeOf,
  date: dateOf,
  binary: binaryOf,
  json: jsonOf,
};

/** Reads a value, not NULL, as a column type; `allowed` values are found ignoring case and get their own spelling. */
export function typedValue(type: ColumnType, value: Value, allowed?: readonly string[]): Typed {
  const typed = readers[type](value);
  if (allowed === undefined || "mistake" in typed || typeof typed.value !== "string") return typed;
  const text = typed.value;
  const exact = allowed.find((choice) => choice === text);
  const found = exact ?? allowed.find((choice) => choice.toLowerCase() === text.toLowerCase());
  return found === undefined
    ? wrong(`${shown(text)} is not one of ${listed(allowed)}.${nearestHint(text, allowed)}`)
    : ok(found);
}

function listed(allowed: readonly string[]): string {
  const first = allowed.slice(0, 12).join(", ");
  return allowed.length > 12 ? `${first}, ...` : first;
}
