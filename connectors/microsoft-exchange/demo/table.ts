/** A column of a printed table. */
export interface TableColumn {
  readonly name: string;
  /** Ids differ at their end, so that is what a narrow column keeps. */
  readonly keepsEnd?: boolean;
}

const gap = "  ";
const narrowest = 6;
const widestId = 17;

/** Rows as aligned lines, none wider than `width`: header, rule, rows. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
  width: number,
): readonly string[] {
  const cells = rows.map((row) => columns.map(({ name }) => cellText(row[name])));
  const natural = columns.map(({ name, keepsEnd }, at) => {
    const full = longest([name, ...cells.map((row) => row[at] ?? "")]);
    return keepsEnd === true ? Math.min(full, widestId) : full;
  });
  const widths = fitted(natural, width - gap.length * (columns.length - 1));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const cell = shortened(text, widths[at] ?? 0, columns[at]?.keepsEnd === true);
        return cell + " ".repeat((widths[at] ?? 0) - [...cell].length);
      })
      .join(gap)
      .trimEnd();
  const rule = widths.map((each) => "─".repeat(each)).join(gap);
  return [line(columns.map(({ name }) => name)), rule, ...cells.map(line)];
}

/** At most `width` characters of a text; `…` stands for what is missing. */
export function shortened(text: string, width: number, keepsEnd = false): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  if (width <= 1) return "…".slice(0, width);
  return keepsEnd ? `…${characters.slice(1 - width).join("")}` : `${characters.slice(0, width - 1).join("")}…`;
}

// Text from a mailbox may hold anything, also what would move the cursor or recolour the terminal.
/** Text safe to print on one line. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "·");

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}

const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => [...text].length));

/** Takes from the widest column until all fit. */
function fitted(natural: readonly number[], available: number): readonly number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each, 0) - available;
  for (; excess > 0; excess -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= narrowest) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
