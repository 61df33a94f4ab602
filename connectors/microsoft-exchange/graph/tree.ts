import type { Value } from "#spi";
import { type Part, runParts } from "./batch.ts";
import { itemsOf } from "./call.ts";
import { allComparisons } from "./conditions.ts";
import { type JsonObject, member } from "./errors.ts";
import { segment } from "./mailbox.ts";
import { queryString } from "./odata.ts";
import { absoluteLink, LinkWatch, nextLink, readPage } from "./paging.ts";
import { type RawPage, type Reading, selection } from "./reading.ts";

/** Folders whose children are asked for in one batch. */
const AT_ONCE = 20;
/** Folders in one page: a tree seldom has more children in one place. */
const PAGE = 100;

/**
 * Walks folders level by level, parents before children. Goes on after a position by walking again and leaving out
 * what was handed on: a tree is small, and its order stays while it does not change.
 */
export async function* walkTree(reading: Reading): AsyncIterable<RawPage> {
  const skip = Number.parseInt(reading.query.from ?? "0", 10) || 0;
  const deepest = reading.calls.config.folderDepth;
  let seen = 0;
  let level = await readChildren(reading, [undefined]);
  for (let depth = 1; level.length > 0; depth += 1) {
    const parents = deepest >= 0 && depth >= deepest ? [] : level.filter(hasChildren).map(idOf);
    const fresh = level.slice(Math.max(0, skip - seen));
    seen += level.length;
    if (fresh.length > 0) {
      const isLast = parents.length === 0;
      yield { items: fresh, address: {}, warnings: [], ...(isLast ? {} : { position: String(seen) }) };
    }
    level = await readChildren(reading, parents);
  }
}

const idOf = (folder: Value): string => String(member(folder, "id"));
const hasChildren = (folder: Value): boolean => member(folder, "childFolderCount") !== 0;

/** The children of folders, `undefined` being the root; in the order of the parents. */
async function readChildren(reading: Reading, parents: readonly (string | undefined)[]): Promise<readonly Value[]> {
  const folders: Value[] = [];
  for (let at = 0; at < parents.length; at += AT_ONCE) {
    folders.push(...(await readChunk(reading, parents.slice(at, at + AT_ONCE))));
  }
  return folders;
}

async function readChunk(reading: Reading, parents: readonly (string | undefined)[]): Promise<readonly Value[]> {
  const { calls, owner, resource, query, signal } = reading;
  const options = { operation: `GET ${resource.collection}`, mailbox: owner.mailbox, repeatable: true };
  const select = [...new Set([...selection(resource, query), "childFolderCount"])].join(",");
  const wantsHidden = allComparisons(query.where).some(({ column }) => column.name === "isHidden");
  const tail = queryString({ $select: select, $top: PAGE, ...(wantsHidden ? { includeHiddenFolders: "true" } : {}) });
  const parts = parents.map((id): Part => {
    const below = id === undefined ? "" : `/${segment(id)}/childFolders`;
    return { method: "GET", path: `${owner.path}/mailFolders${below}${tail}` };
  });
  const folders: Value[] = [];
  for (const result of await runParts(calls, parts, options, signal)) {
    // A folder deleted since its parent was read has no children.
    if (result.error?.code === "NOT_FOUND") continue;
    if (result.error !== undefined) throw result.error;
    folders.push(...(await withFurtherPages(reading, result.answer.body as JsonObject)));
  }
  return folders;
}

async function withFurtherPages(reading: Reading, first: JsonObject): Promise<readonly Value[]> {
  const { calls, owner, signal } = reading;
  const request = { method: "GET", path: "", operation: "GET childFolders", mailbox: owner.mailbox } as const;
  const folders = [...itemsOf(first)];
  const watch = new LinkWatch();
  let link = nextLink(first, calls.config.baseUrl, request);
  while (link !== undefined) {
    watch.follow(link, request.operation);
    const page = await readPage(calls, { ...request, path: absoluteLink(link, calls.config.baseUrl, request) }, signal);
    folders.push(...page.items);
    link = page.next;
  }
  return folders;
}
