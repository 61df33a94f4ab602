import { type Batch, protocolError } from "#spi";
import type { FolderReference } from "./folders.ts";
import type { ItemSource, Page } from "./item-source.ts";
import { pageOf } from "./plan.ts";
import { readPosition, writePosition } from "./position.ts";

// A server that throttles may answer an empty page that is not the last; one that never ends must not hold us.
const emptyPagesLimit = 3;

const neverEnds = () =>
  protocolError("The server's pages do not advance: it neither moves the offset on nor says which page is the last.", {
    causeCode: "NOT_EWS_ANSWER",
    remote: { service: "EWS", operation: "FindItem" },
  });

/** Only what the server says about paging counts, never the number of rows: pages may be short. */
export function nextOffset(page: Pick<Page, "isLast" | "nextOffset">, offset: number): number | undefined {
  if (page.isLast) return undefined;
  if (page.nextOffset === undefined || page.nextOffset <= offset) throw neverEnds();
  return page.nextOffset;
}

/** All rows of some folders, one folder after the other, page by page. */
export async function* queryPages(
  source: ItemSource,
  folders: readonly FolderReference[],
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const { query } = source;
  const start = readPosition(query.from, "offset") ?? { folder: 0, offset: query.offset ?? 0 };
  const abort = new AbortController();
  const ends = AbortSignal.any([signal, abort.signal]);
  try {
    for (let at = start.folder; at < folders.length; at++) {
      yield* folderPages(source, folders, at, at === start.folder ? start.offset : 0, ends);
    }
  } finally {
    // A page asked for ahead is not wanted any more.
    abort.abort();
  }
}

/**
 * The pages of one folder. The next page is asked for while one is being delivered, but not before the reader came
 * back for a second: a caller that wants one page costs one call.
 */
async function* folderPages(
  source: ItemSource,
  folders: readonly FolderReference[],
  at: number,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const folder = folders[at] as FolderReference;
  const pageSize = pageOf(source.query, source.caller.config);
  const follows = at + 1 < folders.length ? writePosition({ folder: at + 1, offset: 0 }) : undefined;
  const ask = (offset: number, left: number): Promise<Page> => {
    const page = source.find(folder, { offset, count: Math.min(pageSize, left) }, signal);
    // Awaited when its turn comes; until then a failure must not count as unhandled.
    page.catch(() => undefined);
    return page;
  };
  let left = source.query.limit ?? Number.POSITIVE_INFINITY;
  let ahead: Promise<Page> | undefined;
  let empty = 0;
  if (left <= 0) return;
  for (let offset = from, first = true; ; first = false) {
    const page = await (ahead ?? ask(offset, left));
    const start = offset;
    const next = nextOffset(page, offset);
    left -= page.rows.length;
    empty = page.rows.length === 0 ? empty + 1 : 0;
    if (empty > emptyPagesLimit) throw neverEnds();
    ahead = next !== undefined && left > 0 && !first ? ask(next, left) : undefined;
    const end = next === undefined || left <= 0 ? follows : writePosition({ folder: at, offset: next });
    yield* source.deliver(page, (index) => writePosition({ folder: at, offset: start + index }), end, signal);
    if (next === undefined || left <= 0) return;
    offset = next;
  }
}
