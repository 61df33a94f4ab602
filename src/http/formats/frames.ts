import type { Row, RowOutcome, Warning } from "#spi";
import type { ResultColumn, WriteSummary } from "../../runtime/use-cases.ts";
import type { ProblemDocument } from "../problem.ts";

/** One line of an NDJSON answer. Exactly one `end` or `error` frame comes last; without it the answer was cut. */
export type Frame =
  | {
      readonly type: "columns";
      readonly columns: readonly ResultColumn[];
      readonly connectionRequested?: string;
      readonly connectionUsed?: string;
    }
  | { readonly type: "record"; readonly record: Row }
  | { readonly type: "outcome"; readonly outcome: RowOutcome }
  | { readonly type: "warning"; readonly code: string; readonly detail: string }
  | { readonly type: "end"; readonly count: number; readonly summary?: WriteSummary }
  | { readonly type: "error"; readonly problem: ProblemDocument };

// Line separators JSON leaves raw, on which some line readers split: U+0085, U+2028, U+2029.
const lineSeparators = /[\u0085\u2028\u2029]/;
const allLineSeparators = /[\u0085\u2028\u2029]/g;
const escapeSeparator = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** JSON on exactly one line for every reader. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value);
  return lineSeparators.test(text) ? text.replace(allLineSeparators, escapeSeparator) : text;
}

export const frameLine = (frame: Frame): string => `${jsonLine(frame)}\n`;

/** A record frame, the row serialised once and nothing else built around it. */
export const recordLine = (row: Row): string => `{"type":"record","record":${jsonLine(row)}}\n`;

export const warningFrame = (warning: Warning): Frame => ({
  type: "warning",
  code: warning.code,
  detail: warning.detail,
});
