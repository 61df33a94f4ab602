import { ConnectorError, type Row, type SortKey } from "#spi";
import { type ComparisonKey, keyReader } from "./compare.ts";

/** Rows that one local sort may hold; above it the caller must filter or limit. */
export const sortRowLimit = 100_000;
/** Characters of text that one local sort may hold, so that rows with bodies cannot exhaust the memory. */
export const sortTextLimit = 64 * 1024 * 1024;

interface Entry {
  readonly row: Row;
  readonly keys: readonly ComparisonKey[];
  readonly arrival: number;
  readonly textLength: number;
}

/** Collects rows and hands them out sorted: NULL smallest, ties in order of arrival. */
export interface RowSorter {
  add(rows: readonly Row[]): void;
  sorted(): readonly Row[];
}

/**
 * A sorter for these keys. With a capacity it keeps only the first rows of the order (in a heap); the others are let go.
 * Throws TOO_LARGE above the limits.
 */
export function createSorter(orderBy: readonly SortKey[], capacity = Number.POSITIVE_INFINITY): RowSorter {
  const readers = orderBy.map(({ column }) => keyReader(column));
  const compare = comparator(orderBy);
  /** A heap with the last entry of the order on top, once the capacity is reached. */
  const entries: Entry[] = [];
  let arrival = 0;
  let textLength = 0;
  const keep = (entry: Entry) => {
    if (entries.length < capacity) {
      entries.push(entry);
      textLength += entry.textLength;
      if (entries.length === capacity) heapify(entries, compare);
    } else if (capacity > 0 && compare(entry, entries[0]!) < 0) {
      textLength += entry.textLength - entries[0]!.textLength;
      entries[0] = entry;
      siftDown(entries, 0, compare);
    }
    if (entries.length > sortRowLimit || textLength > sortTextLimit) throw tooLarge();
  };
  return {
    add(rows) {
      for (const row of rows) {
        keep({ row, keys: readers.map((read) => read(row)), arrival: arrival++, textLength: textLengthOf(row) });
      }
    },
    sorted: () => entries.sort(compare).map((entry) => entry.row),
  };
}

function tooLarge(): ConnectorError {
  const detail = `The server cannot sort this way, and there is more to sort than the ${sortRowLimit} rows or ${sortTextLimit / 1024 / 1024} million characters this service holds: filter further, or set a smaller limit.`;
  return new ConnectorError("TOO_LARGE", detail);
}

function comparator(orderBy: readonly SortKey[]): (left: Entry, right: Entry) => number {
  const signs = orderBy.map(({ direction }) => (direction === "asc" ? 1 : -1));
  return (left, right) => {
    for (let i = 0; i < signs.length; i++) {
      const order = compareKeys(left.keys[i], right.keys[i]);
      if (order !== 0) return order * signs[i]!;
    }
    return left.arrival - right.arrival;
  };
}

/** NULL is the smallest; text by UTF-16 code units of the folded text. */
function compareKeys(left: ComparisonKey, right: ComparisonKey): number {
  if (left === right) return 0;
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  return left < right ? -1 : 1;
}

function heapify(entries: Entry[], compare: (left: Entry, right: Entry) => number): void {
  for (let i = (entries.length >> 1) - 1; i >= 0; i--) siftDown(entries, i, compare);
}

function siftDown(entries: Entry[], from: number, compare: (left: Entry, right: Entry) => number): void {
  let parent = from;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= entries.length) return;
    if (child + 1 < entries.length && compare(entries[child + 1]!, entries[child]!) > 0) child++;
    if (compare(entries[parent]!, entries[child]!) >= 0) return;
    [entries[parent], entries[child]] = [entries[child]!, entries[parent]!];
    parent = child;
  }
}

function textLengthOf(row: Row): number {
  let length = 0;
  for (const name in row) {
    const value = row[name];
    if (typeof value === "string") length += value.length;
    else if (typeof value === "object" && value !== null) length += JSON.stringify(value).length;
  }
  return length;
}
