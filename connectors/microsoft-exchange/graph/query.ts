import type { Batch, RecordStream, Value } from "#spi";
import type { GraphCalls } from "./call.ts";
import { fillItems } from "./fill-items.ts";
import { readItems } from "./read-items.ts";
import { readLists } from "./read-lists.ts";
import { rowReader } from "./read-row.ts";
import { type GraphQuery, ownerOf, type RawPage, type Reading } from "./reading.ts";
import type { GraphResource } from "./resource.ts";
import { rootsOf } from "./roots.ts";
import { shapeOf } from "./shape.ts";
import { walkTree } from "./tree.ts";

/** Answers a query page by page. */
export async function* runQuery(
  calls: GraphCalls,
  resource: GraphResource,
  query: GraphQuery,
  signal: AbortSignal,
): RecordStream {
  const reading: Reading = { calls, resource, query, owner: ownerOf(calls.config, resource, query), signal };
  // A position was reached after the offset: it is not skipped again.
  let skip = query.from === undefined ? (query.offset ?? 0) : 0;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for await (const page of pagesOf(reading)) {
    const items = skip === 0 && left >= page.items.length ? page.items : page.items.slice(skip, skip + left);
    skip = Math.max(0, skip - page.items.length);
    left -= items.length;
    yield await toBatch(reading, page, items, left > 0);
    if (left <= 0) return;
  }
}

async function toBatch(reading: Reading, page: RawPage, items: readonly Value[], goesOn: boolean): Promise<Batch> {
  const filled = await fillItems(reading, items, page.address);
  const read = rowReader(reading.query.columns, page.address);
  const warnings = [...page.warnings, ...filled.warnings];
  return {
    rows: filled.items.map((item) => read(item)),
    ...(page.position === undefined || !goesOn ? {} : { position: page.position }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function pagesOf(reading: Reading): AsyncIterable<RawPage> {
  const { calls, resource, query, owner, signal } = reading;
  const shape = shapeOf(resource, query.columns, query.where);
  if (shape.kind === "items") return readItems(reading, shape.ids, shape.parents);
  if (shape.kind === "tree") return walkTree(reading);
  return readLists(reading, () => rootsOf(calls, resource, shape, owner, signal));
}
