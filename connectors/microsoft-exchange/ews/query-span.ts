import { type Batch, type Row, unsupported } from "#spi";
import type { FolderReference } from "./folders.ts";
import type { ItemSource, Page } from "./item-source.ts";
import { largestPage, type Span, spanText } from "./plan.ts";
import { readPosition, writePosition } from "./position.ts";
import type { RowKey } from "./row-state.ts";

// CalendarView: at most two years, counted generously short of leap days.
const longestViewMs = 730 * 24 * 3600 * 1000;
const shortestViewMs = 1000;
const viewsLimit = 50;

/** What begins before a piece belongs to the piece before it. */
function startingFrom(page: Page, ms: number): Page {
  const kept = page.keys.flatMap((key, at) => (key.start !== undefined && Date.parse(key.start) < ms ? [] : [at]));
  if (kept.length === page.keys.length) return page;
  return pick(page, kept);
}

const pick = (page: Page, places: readonly number[]): Page => ({
  ...page,
  rows: places.map((at) => page.rows[at] as Row),
  keys: places.map((at) => page.keys[at] as RowKey),
});

const without = (page: Page, count: number): Page =>
  count === 0
    ? page
    : pick(
        page,
        [...page.keys.keys()].filter((at) => at >= count),
      );

/**
 * All that overlaps a span, series expanded into occurrences. One view spans at most two years and answers at most
 * 1000, so the span is cut into pieces, shorter where the calendar is full.
 */
export async function* querySpan(
  source: ItemSource,
  folders: readonly FolderReference[],
  span: Span,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const [folder, ...more] = folders;
  if (folder === undefined) return;
  if (more.length > 0) throw unsupported("Occurrences are read from one folder at a time: give one ParentFolderId.");
  // Items that begin or end exactly at the bounds must be inside; a view leaves out what only touches it.
  const firstMs = span.startMs - 1000;
  const endMs = span.endMs + 1000;
  if (endMs - firstMs > viewsLimit * longestViewMs) {
    throw unsupported(`Start and End lie more than ${viewsLimit * 2} years apart; ask for a shorter span.`);
  }
  const from = readPosition(source.query.from, "time");
  let skip = from?.skip ?? 0;
  let lengthMs = longestViewMs;
  for (let at = from?.time ?? firstMs; at < endMs; ) {
    const untilMs = Math.min(at + lengthMs, endMs);
    const view = { start: spanText(at), end: spanText(untilMs), count: largestPage };
    const page = await source.find(folder, view, signal);
    if (!page.isLast || page.keys.length >= largestPage) {
      if (untilMs - at <= shortestViewMs)
        throw unsupported("More than 1000 occurrences overlap one second of the calendar.");
      lengthMs = Math.max(shortestViewMs, Math.floor((untilMs - at) / 2000) * 1000);
      continue;
    }
    const own = without(at === firstMs ? page : startingFrom(page, at), skip);
    const skipped = skip;
    const pieceMs = at;
    const end = untilMs < endMs ? writePosition({ time: untilMs, skip: 0 }) : undefined;
    yield* source.deliver(own, (index) => writePosition({ time: pieceMs, skip: skipped + index }), end, signal);
    skip = 0;
    at = untilMs;
    lengthMs = Math.min(lengthMs * 2, longestViewMs);
  }
}
