import type { Batch, Row, Value } from "#spi";
import { BytePacker } from "./pack.ts";

export const csvType = "text/csv";

const needsQuotes = /[",\r\n]|^\s|\s$/;
// Leading characters that spreadsheets take for a formula; tab and CR lead to one after trimming.
const startsFormula = /^[=+\-@\t\r]/;

function textField(text: string): string {
  if (text === "") return '""';
  const guarded = startsFormula.test(text) ? `'${text}` : text;
  return needsQuotes.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One RFC 4180 field: NULL is empty, an empty string is `""`, formulas are guarded, numbers stay numbers. */
export function csvField(value: Value | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return textField(value);
  if (typeof value === "object") return textField(JSON.stringify(value));
  return String(value);
}

export const csvLine = (values: readonly (Value | undefined)[]): string => `${values.map(csvField).join(",")}\r\n`;

const rowLine = (names: readonly string[], row: Row): string => csvLine(names.map((name) => row[name]));

/** A CSV answer with its header line. CSV has no frame for errors: one after the first byte cuts the connection. */
export async function* csvLines(
  names: readonly string[],
  batches: AsyncIterable<Batch>,
  rows: (count: number) => void,
): AsyncGenerator<Buffer> {
  const packer = new BytePacker();
  packer.write(csvLine(names));
  let count = 0;
  try {
    for await (const batch of batches) {
      for (const row of batch.rows) packer.write(rowLine(names, row));
      count += batch.rows.length;
      yield* packer.takeAll();
    }
  } finally {
    rows(count);
  }
  yield* packer.takeAll();
}
