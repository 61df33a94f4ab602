import { readInteger } from "./dates.ts";
import { EwsError } from "./ews-error.ts";
import { childOf, type XmlElement } from "./xml.ts";

/** Which part of a result a request wants. */
export interface Page {
  offset: number;
  maxEntries?: number;
  fromEnd: boolean;
  fraction?: { numerator: number; denominator: number };
  isIndexed: boolean;
}

/** Reads IndexedPage…View or FractionalPage…View; without one the result starts at its beginning. */
export function readPage(request: XmlElement, object: "Item" | "Folder"): Page {
  const indexed = childOf(request, `IndexedPage${object}View`);
  const fractional = childOf(request, `FractionalPage${object}View`);
  const max = (indexed ?? fractional)?.attributes["MaxEntriesReturned"];
  const page: Page = { offset: 0, fromEnd: false, isIndexed: indexed !== undefined };
  if (max !== undefined) page.maxEntries = readInteger(max);
  if (page.maxEntries !== undefined && page.maxEntries <= 0)
    throw invalidPaging("MaxEntriesReturned must be greater than zero.");
  if (indexed) {
    page.offset = readInteger(indexed.attributes["Offset"] ?? "0");
    page.fromEnd = indexed.attributes["BasePoint"] === "End";
    if (page.offset < 0) throw new EwsError("ErrorInvalidIndexedPagingParameters", "The offset must not be negative.");
  }
  if (fractional) {
    const numerator = readInteger(fractional.attributes["Numerator"] ?? "0");
    const denominator = readInteger(fractional.attributes["Denominator"] ?? "1");
    if (numerator < 0 || denominator <= 0 || numerator > denominator) {
      throw new EwsError(
        "ErrorInvalidFractionalPagingParameters",
        "The numerator must lie between zero and the denominator.",
      );
    }
    page.fraction = { numerator, denominator };
  }
  return page;
}

/** Cuts the page out of a result, with the attributes RootFolder carries. */
export function pageOf<T>(
  all: readonly T[],
  page: Page,
  limit: number,
): { entries: T[]; attributes: Record<string, string> } {
  const count = Math.min(page.maxEntries ?? limit, limit);
  const start = page.fraction
    ? Math.floor((all.length * page.fraction.numerator) / page.fraction.denominator)
    : page.offset;
  if (page.fromEnd) return fromEnd(all, start, count);
  const entries = all.slice(start, start + count);
  const end = start + entries.length;
  return {
    entries,
    attributes: {
      IndexedPagingOffset: String(Math.max(end, Math.min(start, all.length))),
      ...(page.fraction ? { NumeratorOffset: String(end), AbsoluteDenominator: String(Math.max(1, all.length)) } : {}),
      TotalItemsInView: String(all.length),
      IncludesLastItemInRange: String(end >= all.length),
    },
  };
}

/** Counted from the end: the page before the offset, in the result's own order. */
function fromEnd<T>(
  all: readonly T[],
  offset: number,
  count: number,
): { entries: T[]; attributes: Record<string, string> } {
  const end = Math.max(0, all.length - offset);
  const start = Math.max(0, end - count);
  return {
    entries: all.slice(start, end),
    attributes: {
      IndexedPagingOffset: String(offset + (end - start)),
      TotalItemsInView: String(all.length),
      IncludesLastItemInRange: String(start === 0),
    },
  };
}

function invalidPaging(message: string): EwsError {
  return new EwsError("ErrorInvalidPagingMaxRows", message);
}
