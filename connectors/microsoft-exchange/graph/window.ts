import type { Condition, Value, Warning } from "#spi";
import type { GraphBinding } from "./binding.ts";
import { comparisonsWith } from "./conditions.ts";

/** The time a calendar view is read for. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
  readonly warnings: readonly Warning[];
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;
/** Read when conditions describe no window, as in the connector this one replaces. */
const DEFAULT_DAYS = 30;
/** Read on the open side when conditions bound one side only: recurring events have no end. */
const OPEN_DAYS = 366;

interface Bounds {
  readonly from?: number;
  readonly to?: number;
}

/**
 * The smallest window that holds all events the conditions ask for. A view holds what overlaps its window, and an
 * event's end is never before its start, so each bound on either column bounds the window on that side.
 */
export function windowOf(where: Condition<GraphBinding> | undefined, nowMs: number): Window {
  const { from, to } = boundsOf(where);
  if (from === undefined && to === undefined) {
    return { startMs: nowMs - DEFAULT_DAYS * DAY_MS, endMs: nowMs, warnings: windowWarnings(where) };
  }
  const startMs = from ?? Math.min(to ?? nowMs, nowMs) - OPEN_DAYS * DAY_MS;
  const endMs = to ?? Math.max(from ?? nowMs, nowMs) + OPEN_DAYS * DAY_MS;
  return { startMs, endMs: Math.max(endMs, startMs + SECOND_MS), warnings: windowWarnings(where) };
}

/** What a reader should know about the window chosen. */
export function windowWarnings(where: Condition<GraphBinding> | undefined): readonly Warning[] {
  const { from, to } = boundsOf(where);
  if (from !== undefined && to !== undefined) return [];
  if (from === undefined && to === undefined) {
    return [warning(`No condition bounds start_dateTime or end_dateTime: the last ${DEFAULT_DAYS} days are read.`)];
  }
  const side = from === undefined ? "No lower" : "No upper";
  return [warning(`${side} bound on start_dateTime or end_dateTime: the view reaches ${OPEN_DAYS} days on that side.`)];
}

const warning = (detail: string): Warning => ({ code: "CALENDAR_WINDOW", detail });

function boundsOf(where: Condition<GraphBinding> | undefined): Bounds {
  const from: number[] = [];
  const to: number[] = [];
  for (const name of ["start_dateTime", "end_dateTime"]) {
    for (const { operator, value } of comparisonsWith(where, name)) {
      const [low, high] = limits(operator, value);
      if (low !== undefined) from.push(low - SECOND_MS);
      if (high !== undefined) to.push(high + SECOND_MS);
    }
  }
  return {
    ...(from.length === 0 ? {} : { from: Math.max(...from) }),
    ...(to.length === 0 ? {} : { to: Math.min(...to) }),
  };
}

function limits(operator: string, value: Value | undefined): readonly [number | undefined, number | undefined] {
  if (operator === "BETWEEN") {
    const [low, high] = Array.isArray(value) ? (value as readonly Value[]) : [];
    return [time(low), time(high)];
  }
  const at = time(value);
  if (operator === "=") return [at, at];
  if (operator === ">" || operator === ">=") return [at, undefined];
  return operator === "<" || operator === "<=" ? [undefined, at] : [undefined, undefined];
}

function time(value: Value | undefined): number | undefined {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
