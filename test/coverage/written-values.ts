import { keyColumns, type Row, type TableDefinition, type Value } from "#spi";

type WriteActivity = "create" | "update";

interface Written {
  readonly activity: WriteActivity;
  readonly value: Value;
}

const instant = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/;

/** Whether a value that was read says all that was written. A server may add members, never change or drop them. */
export function says(read: Value | undefined, written: Value): boolean {
  if (read === written) return true;
  if (typeof read === "string" && typeof written === "string")
    return instant.test(read) && instant.test(written) && Date.parse(read) === Date.parse(written);
  if (typeof read !== "object" || typeof written !== "object" || read === null || written === null) return false;
  if (Array.isArray(written))
    return (
      Array.isArray(read) && read.length === written.length && written.every((each, index) => says(read[index], each))
    );
  if (Array.isArray(read)) return false;
  return Object.entries(written).every(([name, value]) => says((read as Record<string, Value>)[name], value));
}

/** Names the row by its key; undefined where a key column is missing from it. */
function rowName(table: TableDefinition, row: Row): string | undefined {
  const key = keyColumns(table).map(({ name }) => row[name]);
  return key.some((value) => value === undefined || value === null) ? undefined : JSON.stringify([table.name, ...key]);
}

/** Values written by the tests of one file, until a query reads them back. */
export class WrittenValues {
  readonly #rows = new Map<string, Map<string, Written>>();

  /** Notes a row that was written. What an update leaves as it was proves nothing and is not noted. */
  note(activity: WriteActivity, table: TableDefinition, given: Row, key: Row | undefined): void {
    const name = rowName(table, { ...given, ...key });
    if (name === undefined) return;
    const known = this.#rows.get(name) ?? new Map<string, Written>();
    this.#rows.set(name, known);
    const keys = keyColumns(table).map((column) => column.name);
    for (const [column, value] of Object.entries(given)) {
      // An update names its row by the key; it does not write it.
      if (activity === "update" && keys.includes(column)) continue;
      if (value === null) known.delete(column);
      else if (known.get(column)?.value !== value) known.set(column, { activity, value });
    }
  }

  /** Columns of a row that was read which say what was written, by the activity that wrote them. */
  confirmed(table: TableDefinition, row: Row): ReadonlyMap<WriteActivity, readonly string[]> {
    const confirmed = new Map<WriteActivity, string[]>();
    const name = this.#rows.size === 0 ? undefined : rowName(table, row);
    for (const [column, { activity, value }] of (name && this.#rows.get(name)) || [])
      if (says(row[column], value)) confirmed.set(activity, [...(confirmed.get(activity) ?? []), column]);
    return confirmed;
  }
}
