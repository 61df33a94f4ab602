import { printable, type TableColumn, tableLines } from "./table.ts";

/** Where the demo prints. */
export interface Screen {
  readonly width: number;
  step(number: number, of: number, title: string, explanation: string): void;
  request(method: string, path: string, body: string | undefined): void;
  answer(status: number, statusText: string, durationMs: number): void;
  table(columns: readonly TableColumn[], rows: readonly Readonly<Record<string, unknown>>[]): void;
  /** A check that held. */
  passed(text: string): void;
  note(text: string): void;
  failed(text: string): void;
  line(text?: string): void;
}

export interface ScreenOptions {
  write(text: string): void;
  /** Of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  readonly hasColour: boolean;
}

const narrowestScreen = 80;
const widestScreen = 120;
const indent = "  ";
const bodyLinesLimit = 4;

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Colour = keyof typeof codes;

/** A screen of 80 to 120 columns; colours only where they are wanted. */
export function createScreen({ write, columns = 100, hasColour }: ScreenOptions): Screen {
  const width = Math.min(Math.max(columns, narrowestScreen), widestScreen);
  const inner = width - indent.length;
  const paint = (colour: Colour, text: string): string =>
    hasColour ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text;
  const line = (text = ""): void => write(`${text}\n`);
  const marked = (mark: string, colour: Colour, text: string): void => {
    for (const [at, part] of wrap(text, inner - 2).entries())
      line(paint(colour, `${indent}${at === 0 ? mark : " "} ${part}`));
  };
  return {
    width,
    line,
    step(number, of, title, explanation) {
      line();
      line(paint("bold", `[${number}/${of}] ${"■".repeat(number)}${"□".repeat(of - number)} ${title}`));
      for (const part of wrap(explanation, inner)) line(paint("dim", `${indent}${part}`));
    },
    request(method, path, body) {
      line();
      line(`${indent}${paint("cyan", `${method} ${path}`)}`);
      if (body === undefined) return;
      const lines = wrap(body, inner);
      for (const part of lines.slice(0, bodyLinesLimit)) line(`${indent}${part}`);
      if (lines.length > bodyLinesLimit) line(`${indent}…`);
    },
    answer(status, statusText, durationMs) {
      const text = `→ ${status} ${statusText}, ${Math.round(durationMs)} ms`;
      line(`${indent}${paint(status < 400 ? "green" : "red", text)}`);
    },
    table(tableColumns, rows) {
      if (rows.length === 0) return line(`${indent}(no rows)`);
      const [header = "", ...rest] = tableLines(tableColumns, rows, inner);
      line(`${indent}${paint("bold", header)}`);
      for (const each of rest) line(`${indent}${each}`);
    },
    passed: (text) => marked("✓", "green", text),
    note: (text) => marked("·", "dim", text),
    failed: (text) => {
      for (const part of text.split("\n")) marked("✗", "red", part);
    },
  };
}

/** Breaks after a space or a comma where there is one, else anywhere. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = [...printable(text)];
  while (rest.length > width) {
    const window = rest.slice(0, width + 1);
    const at = Math.max(window.lastIndexOf(" "), window.slice(0, -1).lastIndexOf(",")) + 1;
    const end = at > 0 ? at : width;
    lines.push(rest.slice(0, end).join("").trimEnd());
    rest = rest.slice(end);
  }
  return [...lines, rest.join("")];
}
