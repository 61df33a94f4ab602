import type { ConnectorError, Value } from "#spi";
import { type Part, runParts } from "./batch.ts";
import { segment } from "./mailbox.ts";
import { queryString } from "./odata.ts";
import type { AddressValues } from "./read-row.ts";
import { type RawPage, type Reading, selection } from "./reading.ts";
import { parentRoot } from "./roots.ts";

/** Items read in one batch. */
const AT_ONCE = 20;

interface ItemPath {
  readonly path: string;
  readonly address: AddressValues;
}

/** Reads items by their ids, in the parents named or wherever they are; what is missing is no row. */
export async function* readItems(
  reading: Reading,
  ids: readonly string[],
  parents: readonly string[] | undefined,
): AsyncIterable<RawPage> {
  const paths = itemPaths(reading, ids, parents);
  const { from } = reading.query;
  for (let at = from === undefined ? 0 : Number.parseInt(from, 10) || 0; at < paths.length; at += AT_ONCE) {
    const next = at + AT_ONCE;
    const items = await readChunk(reading, paths.slice(at, next));
    yield { items, address: {}, warnings: [], ...(next < paths.length ? { position: String(next) } : {}) };
  }
}

function itemPaths(
  { resource, owner }: Reading,
  ids: readonly string[],
  parents: readonly string[] | undefined,
): readonly ItemPath[] {
  const sound = ids.filter((id) => id !== "" && id !== "." && id !== "..");
  const { parent } = resource;
  if (parents === undefined || parent === undefined) {
    return sound.map((id) => ({ path: `${owner.path}/${resource.collection}/${segment(id)}`, address: {} }));
  }
  return parents.flatMap((parentId) => {
    const { path, address } = parentRoot(parent, owner, parentId);
    return sound.map((id) => ({ path: `${path}/${segment(id)}`, address }));
  });
}

async function readChunk(reading: Reading, paths: readonly ItemPath[]): Promise<readonly Value[]> {
  const { calls, resource, query, owner, signal } = reading;
  const select = queryString({ $select: selection(resource, query).join(",") });
  const headers = resource.headers === undefined ? {} : { headers: resource.headers };
  const parts = paths.map(({ path }): Part => ({ method: "GET", path: `${path}${select}`, ...headers }));
  const options = { operation: `GET ${resource.collection}`, mailbox: owner.mailbox, repeatable: true };
  const results = await runParts(calls, parts, options, signal);
  return results.flatMap((result, index) => {
    if (isNoSuchItem(result.error)) return [];
    if (result.error !== undefined) throw result.error;
    return [{ ...(result.answer.body as { [name: string]: Value }), ...paths[index]?.address }];
  });
}

const isNoSuchItem = (error: ConnectorError | undefined): boolean =>
  error?.code === "NOT_FOUND" &&
  (error.causeCode === "GRAPH_ITEM_NOT_FOUND" || error.remote?.code === "Request_ResourceNotFound");
