/**
 * Several values in one text, as the reference's delimited columns have them: separated by semicolons (commas are read
 * too), a value in double quotes where it holds a separator, a quote or edge blanks. `parseList(joinList(x))` is x.
 */
const needsQuotes = /[;,"\r\n]|^\s|\s$/;

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

/** Joins values; an empty value keeps its place. */
export function joinList(values: readonly string[]): string {
  if (values.length === 1 && values[0] === "") return '""';
  return values.map((value) => (needsQuotes.test(value) ? quoted(value) : value)).join(";");
}

const separators = new Set([";", ","]);

/** Reads a list; blanks around unquoted values don't count. `undefined` when a quote is not closed. */
export function parseList(list: string): string[] | undefined {
  const values: string[] = [];
  if (list.trim() === "") return values;
  let at = 0;
  for (;;) {
    while (at < list.length && /\s/.test(list[at] as string)) at++;
    let value = "";
    if (list[at] === '"') {
      const end = closingQuote(list, at + 1);
      if (end < 0) return undefined;
      value = list.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
      while (at < list.length && /\s/.test(list[at] as string)) at++;
      if (at < list.length && !separators.has(list[at] as string)) return undefined;
    } else {
      const start = at;
      while (at < list.length && !separators.has(list[at] as string)) at++;
      value = list.slice(start, at).trim();
    }
    values.push(value);
    if (at >= list.length) return values;
    at++;
  }
}

function closingQuote(list: string, from: number): number {
  for (let at = from; at < list.length; at++) {
    if (list[at] !== '"') continue;
    if (list[at + 1] !== '"') return at;
    at++;
  }
  return -1;
}
