import { invalidQuery } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { formatDateTime, timeOf } from "../../ews/values.ts";

const dayMs = 86_400_000;
// 42 days until Exchange 2013, 62 since.
const longestDays = 62;

/** The window's times in the zone the request states, which is UTC: without offset. */
const wallClock = (ms: number): string => formatDateTime(ms).slice(0, 19);

/** StartTime and EndTime of an input. Errors: INVALID_QUERY. */
export function availabilityWindow(input: ProcedureRun["input"]): { readonly start: string; readonly end: string } {
  const startMs = timeOf(input["StartTime"] ?? null, "StartTime");
  const endMs = timeOf(input["EndTime"] ?? null, "EndTime");
  if (endMs <= startMs) throw invalidQuery("EndTime must lie after StartTime.", { target: "EndTime" });
  if (endMs - startMs > longestDays * dayMs) {
    throw invalidQuery(
      `EndTime lies ${Math.ceil((endMs - startMs) / dayMs)} days after StartTime; Exchange answers at most ${longestDays} (42 before 2013). Ask for parts.`,
      { target: "EndTime" },
    );
  }
  return { start: wallClock(startMs), end: wallClock(endMs) };
}
