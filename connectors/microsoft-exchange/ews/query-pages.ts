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
  for (let at = start.folder; at < folders.length; at++) {
    yield* folderPages(source, folders, at, at === start.folder ? start.offset : 0, signal);
  }
}

/** The pages of one folder, each asked for when the reader wants it; asking ahead is the runtime's business. */
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
  let left = source.query.limit ?? Number.POSITIVE_INFINITY;
  let empty = 0;
  if (left <= 0) return;
  for (let offset = from; ; ) {
    const start = offset;
    const positionAt = (index: number): string => writePosition({ folder: at, offset: start + index });
    const view = { offset, count: Math.min(pageSize, left) };
    const { page, before } = yield* source.arriving(folder, view, positionAt, signal);
    const next = nextOffset(page, offset);
    const count = before + page.rows.length;
    left -= count;
    empty = count === 0 ? empty + 1 : 0;
    if (empty > emptyPagesLimit) throw neverEnds();
    const end = next === undefined || left <= 0 ? follows : writePosition({ folder: at, offset: next });
    yield* source.deliver(page, (index) => positionAt(before + index), end, signal);
    if (next === undefined || left <= 0) return;
    offset = next;
  }
}
