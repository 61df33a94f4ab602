import { invalidQuery } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { formatDateTime, timeOf } from "../../ews/values.ts";
import { clockInstant, requireIanaZone } from "../../time/zones.ts";
import { textInput } from "./parameters.ts";

const dayMs = 86_400_000;
// 42 days until Exchange 2013, 62 since.
const longestDays = 62;

/** The window's times in the zone the request states, which is UTC: without offset. */
const wallClock = (ms: number): string => formatDateTime(ms).slice(0, 19);

/** StartTime and EndTime of an input, on the clock of an input Timezone where there is one. Errors: INVALID_QUERY. */
export function availabilityWindow(input: ProcedureRun["input"]): { readonly start: string; readonly end: string } {
  const zone = textInput(input["Timezone"]) ?? "UTC";
  const iana = requireIanaZone(zone, "Timezone");
  const at = (name: string) => clockInstant(iana, timeOf(input[name] ?? null, name));
  const [startMs, endMs] = [at("StartTime"), at("EndTime")];
  if (endMs <= startMs) throw invalidQuery("EndTime must lie after StartTime.", { target: "EndTime" });
  if (endMs - startMs > longestDays * dayMs) {
    throw invalidQuery(
      `EndTime lies ${Math.ceil((endMs - startMs) / dayMs)} days after StartTime; Exchange answers at most ${longestDays} (42 before 2013). Ask for parts.`,
      { target: "EndTime" },
    );
  }
  return { start: wallClock(startMs), end: wallClock(endMs) };
}
