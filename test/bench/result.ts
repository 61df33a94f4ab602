import type { Spread } from "./statistics.ts";

/** One line of the table. */
export interface Result {
  readonly what: string;
  readonly figure: string;
  readonly ratio?: Spread;
  /** The goal's number and words, and whether it was met. */
  readonly goal?: { readonly id: string; readonly text: string; readonly isMet: boolean };
}

/** A result whose ratio must not be above, or not below, a limit. */
export function ratioResult(
  what: string,
  figure: string,
  ratio: Spread,
  goal: { readonly id: string } & ({ readonly atMost: number } | { readonly atLeast: number }),
): Result {
  const isMet = "atMost" in goal ? ratio.median <= goal.atMost : ratio.median >= goal.atLeast;
  const text = "atMost" in goal ? `ratio <= ${goal.atMost}` : `ratio >= ${goal.atLeast}`;
  return { what, figure, ratio, goal: { id: goal.id, text, isMet } };
}

/** A result whose figure must not be above a limit. */
export const limitResult = (
  what: string,
  value: number,
  unit: string,
  goal: { readonly id: string; readonly atMost: number },
  ratio?: Spread,
): Result => ({
  what,
  figure: `${shown(value)} ${unit}`,
  ...(ratio && { ratio }),
  goal: { id: goal.id, text: `<= ${goal.atMost} ${unit}`, isMet: value <= goal.atMost },
});

/** A number with as many places as help. */
export const shown = (value: number): string => {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const columns = ["what", "figure", "ratio (min..max)", "goal", "met"] as const;

function cells({ what, figure, ratio, goal }: Result): readonly string[] {
  const range = ratio && `${shown(ratio.median)} (${shown(ratio.min)}..${shown(ratio.max)})`;
  return [what, figure, range ?? "", goal ? `${goal.id}: ${goal.text}` : "", goal ? (goal.isMet ? "yes" : "NO") : ""];
}

/** The results as a table of text. */
export function table(results: readonly Result[]): string {
  const rows = [columns, ...results.map(cells)];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(columns), widths.map((width) => "-".repeat(width)).join("  "), ...rows.slice(1).map(line)].join("\n");
}
