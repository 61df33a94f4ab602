import { type Batch, invalidQuery } from "#spi";
import type { EwsCaller } from "./call.ts";
import type { FindBudget } from "./find-budget.ts";
import { type DistinguishedFolder, type FolderReference, folderGiven, folderOfPlatform } from "./folders.ts";
import { ItemSource, present } from "./item-source.ts";
import { type EwsQuery, idsPerGetItem } from "./plan.ts";
import { readPosition, writePosition } from "./position.ts";
import { queryPages } from "./query-pages.ts";
import { querySpan } from "./query-span.ts";
import { relatedItem, resolveItem } from "./related-items.ts";
import { resolveFolder } from "./resolve-folder.ts";

/** Rows of a table of items: by id, by time span, or page by page through folders. */
export async function* queryItems(
  caller: EwsCaller,
  budget: FindBudget,
  query: EwsQuery,
  { folder: own, itemClass }: { readonly folder: DistinguishedFolder; readonly itemClass?: string },
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const source = new ItemSource(caller, budget, query, itemClass);
  if (source.plan.ids !== undefined) {
    yield* queryIds(source, source.plan.ids, signal);
    return;
  }
  const related = relatedItem(query.pseudo);
  if (related !== undefined) {
    yield* queryIds(source, [await resolveItem(caller, related, source.identity, signal)], signal);
    return;
  }
  const folders = await foldersOf(source, own, signal);
  if (source.plan.span !== undefined) yield* querySpan(source, folders, source.plan.span, signal);
  else yield* queryPages(source, folders, signal);
}

/** Folders to read, in order: named by id, by name, or the table's own. */
async function foldersOf(
  source: ItemSource,
  own: DistinguishedFolder,
  signal: AbortSignal,
): Promise<readonly FolderReference[]> {
  const { mailbox } = source.identity;
  const parentName = source.query.pseudo["ParentFolderName"];
  if (source.plan.folders !== undefined) {
    if (typeof parentName === "string") {
      throw invalidQuery("Give ParentFolderId or ParentFolderName, not both.", { target: "ParentFolderName" });
    }
    const { platform } = source.caller.config;
    return source.plan.folders.map((id) => folderOfPlatform(folderGiven(id, mailbox), platform, "ParentFolderId"));
  }
  if (typeof parentName === "string") return [await resolveFolder(source.caller, parentName, source.identity, signal)];
  return [mailbox === undefined ? { name: own } : { name: own, mailbox }];
}

/** Ids that name no item give no row. */
async function* queryIds(source: ItemSource, ids: readonly string[], signal: AbortSignal): AsyncGenerator<Batch> {
  let done = readPosition(source.query.from, "done")?.done ?? 0;
  const keys = ids.slice(done).map((id) => ({ id, changeKey: undefined, incomplete: false, start: undefined }));
  const size = Math.min(idsPerGetItem, source.query.batchSize ?? idsPerGetItem);
  for await (const { rows } of source.items(keys, size, signal)) {
    done += rows.length;
    yield source.batch(present(rows), done < ids.length ? writePosition({ done }) : undefined);
  }
}
