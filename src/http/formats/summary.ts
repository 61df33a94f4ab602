import type { RowOutcome } from "#spi";
import type { WriteSummary } from "../../runtime/use-cases.ts";

export const emptySummary: WriteSummary = { succeeded: 0, failed: 0, notAttempted: 0, indeterminate: 0 };

const memberOf = {
  succeeded: "succeeded",
  failed: "failed",
  "not-attempted": "notAttempted",
  indeterminate: "indeterminate",
} as const satisfies Record<RowOutcome["status"], keyof WriteSummary>;

/** The summary with one more outcome counted. */
export function addOutcome(summary: WriteSummary, outcome: RowOutcome): WriteSummary {
  const member = memberOf[outcome.status];
  return { ...summary, [member]: summary[member] + 1 };
}

export const summarize = (outcomes: readonly RowOutcome[]): WriteSummary => outcomes.reduce(addOutcome, emptySummary);
