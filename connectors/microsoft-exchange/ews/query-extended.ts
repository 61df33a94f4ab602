import type { Batch, Row } from "#spi";
import type { EwsBinding } from "./binding.ts";
import { fieldOf } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import { responseError, saysNoSuchId } from "./errors.ts";
import { type ExtendedProperty, extendedField, extendedProperty, extendedText } from "./extended-property.ts";
import { type FolderReference, folderGiven } from "./folders.ts";
import { identityOf } from "./identity.ts";
import { chunks } from "./in-order.ts";
import { conjuncts, isPlainComparison, type Plain, withoutNot } from "./normal-form.ts";
import { type ExtendedItem, findExtended, getExtended } from "./operations/read-extended.ts";
import { type EwsPushdown, type EwsQuery, idsPerGetItem, pageOf, readPlan } from "./plan.ts";
import { readPosition, writePosition } from "./position.ts";
import { nextOffset } from "./query-pages.ts";
import { resolveFolder } from "./resolve-folder.ts";
import { isError, wordOf } from "./response-messages.ts";
import { element, isWritable, type Xml } from "./write-xml.ts";

/** FindItem cuts texts after this many characters: longer ones are read again by GetItem. */
const listTextLimit = 255;

function rowsOf(item: ExtendedItem, properties: readonly ExtendedProperty[], query: EwsQuery): Row[] {
  return properties.flatMap((property) => {
    const value = extendedText(property, item.found);
    if (value === undefined) return [];
    const whole: Row = {
      ItemId: item.id,
      ItemChangeKey: item.changeKey,
      ParentFolderId: item.parentFolderId,
      Id: property.id,
      Value: value,
    };
    return [Object.fromEntries(query.columns.map(({ name }) => [name, whole[name] ?? null]))];
  });
}

/** Values of named properties: of the items named, or of those in a folder that have them. */
export async function* queryExtended(caller: EwsCaller, query: EwsQuery, signal: AbortSignal): AsyncGenerator<Batch> {
  const plan = readPlan(query);
  const properties = (plan.arguments["Id"] ?? []).map((id) => extendedProperty(id, "Id"));
  if (properties.length === 0) return;
  if (plan.ids !== undefined) yield* ofItems(caller, query, plan.ids, properties, signal);
  else yield* ofFolders(caller, query, plan.folders, properties, signal);
}

async function* ofItems(
  caller: EwsCaller,
  query: EwsQuery,
  ids: readonly string[],
  properties: readonly ExtendedProperty[],
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const identity = identityOf(caller.config, query.pseudo);
  let done = readPosition(query.from, "done")?.done ?? 0;
  for (const part of chunks(ids.slice(done), idsPerGetItem)) {
    const state = await caller.call(getExtended(part, properties), identity, signal);
    const failed = state.messages.find((message) => isError(message) && !saysNoSuchId(message.responseCode));
    if (failed !== undefined) throw responseError("GetItem", wordOf(failed));
    done += part.length;
    const rows = state.items.flatMap((item) => rowsOf(item, properties, query));
    yield { rows, ...(done < ids.length ? { position: writePosition({ done }) } : {}) };
  }
}

async function foldersOf(
  caller: EwsCaller,
  query: EwsQuery,
  ids: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly FolderReference[]> {
  const identity = identityOf(caller.config, query.pseudo);
  const name = query.pseudo["ParentFolderName"];
  if (ids !== undefined) return ids.map((id) => folderGiven(id, identity.mailbox));
  if (typeof name === "string") return [await resolveFolder(caller, name, identity, signal)];
  return [identity.mailbox === undefined ? { name: "inbox" } : { name: "inbox", mailbox: identity.mailbox }];
}

/** Items that have one of the properties, and for text the value asked for. */
function restriction(query: EwsQuery, properties: readonly ExtendedProperty[]): Xml {
  const wanted = valuesWanted(query);
  const parts = properties.map((property) => {
    const present = element("t:Exists", undefined, extendedField(property));
    if (wanted === undefined || property.type !== "String" || !isWritable(wanted) || wanted === "") return present;
    return element(
      "t:Contains",
      { ContainmentMode: "FullString", ContainmentComparison: "IgnoreCase" },
      extendedField(property),
      element("t:Constant", { Value: wanted }),
    );
  });
  return parts.length === 1 ? (parts[0] as Xml) : element("t:Or", undefined, parts);
}

function valuesWanted(query: EwsQuery): string | undefined {
  const parts = query.where === undefined ? [] : conjuncts(withoutNot(query.where));
  const one = parts.find((part) => isPlainComparison(part) && part.column.name === "Value" && part.operator === "=");
  return one !== undefined && isPlainComparison(one) && typeof one.value === "string" ? one.value : undefined;
}

async function* ofFolders(
  caller: EwsCaller,
  query: EwsQuery,
  ids: readonly string[] | undefined,
  properties: readonly ExtendedProperty[],
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const identity = identityOf(caller.config, query.pseudo);
  const folders = await foldersOf(caller, query, ids, signal);
  const from = readPosition(query.from, "offset") ?? { folder: 0, offset: 0 };
  for (let at = from.folder; at < folders.length; at++) {
    const folder = folders[at] as FolderReference;
    const follows = at + 1 < folders.length ? writePosition({ folder: at + 1, offset: 0 }) : undefined;
    for (let offset: number | undefined = at === from.folder ? from.offset : 0; offset !== undefined; ) {
      const count = pageOf(query, caller.config);
      const request = { folder, properties, restriction: restriction(query, properties), offset, count };
      const page = await caller.call(findExtended(request), identity, signal);
      const items = await whole(caller, query, page.items, properties, signal);
      offset = nextOffset(page, offset);
      const position = offset === undefined ? follows : writePosition({ folder: at, offset });
      const rows = items.flatMap((item) => rowsOf(item, properties, query));
      yield { rows, ...(position === undefined ? {} : { position }) };
    }
  }
}

/** Items with a text that may have been cut, read by themselves. */
async function whole(
  caller: EwsCaller,
  query: EwsQuery,
  items: readonly ExtendedItem[],
  properties: readonly ExtendedProperty[],
  signal: AbortSignal,
): Promise<readonly ExtendedItem[]> {
  const cut = items.filter(({ found }) => found.some(({ value }) => (value ?? "").length >= listTextLimit));
  const read = new Map<string, ExtendedItem>();
  for (const part of chunks(cut, idsPerGetItem)) {
    const ids = part.map(({ id }) => id);
    const identity = identityOf(caller.config, query.pseudo);
    const state = await caller.call(getExtended(ids, properties), identity, signal);
    for (const item of state.items) read.set(item.id, item);
  }
  return items.map((item) => read.get(item.id) ?? item);
}

/** Keeps what chooses items and properties, and a value looked for; the rest is filtered here. */
export function acceptExtended(query: EwsQuery, proposed: EwsPushdown): EwsPushdown {
  const none = { exact: false, orderBy: [], limit: false, warnings: proposed.warnings };
  if (proposed.where === undefined) return none;
  const hasIds = readPlan({ ...query, where: proposed.where }).ids !== undefined;
  const kept: Plain<EwsBinding>[] = conjuncts(withoutNot(proposed.where)).filter((part: Plain<EwsBinding>) => {
    if (!isPlainComparison(part)) return false;
    const { by } = fieldOf(part.column).filter;
    const chooses = part.operator === "=" || part.operator === "IN";
    if (by === "folder-id") return chooses && !hasIds;
    if (by === "item-id" || by === "argument") return chooses;
    return part.column.name === "Value" && part.operator === "=";
  });
  if (kept.length === 0) return none;
  return { ...none, where: kept.length === 1 ? (kept[0] as Plain<EwsBinding>) : { and: kept } };
}
