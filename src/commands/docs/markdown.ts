/** Text for one cell of a table: pipes and line breaks would end it. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");

/** A table; columns in which no row has anything are left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const filled = heads.map((_, index) => index).filter((index) => rows.some((row) => row[index] !== ""));
  const line = (cells: readonly string[]) => `| ${filled.map((index) => cell(cells[index] ?? "")).join(" | ")} |`;
  return [line(heads), `|${filled.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

export const code = (text: string): string => `\`${text}\``;

export const codes = (names: readonly string[]): string => names.map(code).join(", ");

/** Blocks with an empty line between them; absent ones are left out. */
export const blocks = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "").join("\n\n");

/** The address of a heading on its page, as GitHub makes it. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
