import type { Batch, Row } from "#spi";
import type { EwsColumn } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import type { CallIdentity } from "./envelope.ts";
import { responseError, saysNoSuchId } from "./errors.ts";
import { type FolderReference, folderGiven } from "./folders.ts";
import { identityOf } from "./identity.ts";
import { chunks } from "./in-order.ts";
import { findFolder } from "./operations/find-folder.ts";
import { getFolder } from "./operations/get-folder.ts";
import { type EwsQuery, idsPerGetItem, largestPage, readPlan } from "./plan.ts";
import { readPosition, writePosition } from "./position.ts";
import { folderShape } from "./properties.ts";
import { nextOffset } from "./query-pages.ts";
import { resolveFolder } from "./resolve-folder.ts";
import { isError, wordOf } from "./response-messages.ts";
import { RowReader } from "./row-reader.ts";

const childCount = "\0ChildFolderCount";

/** Tells a walk whether to look below a folder. */
const childCountColumn: EwsColumn = {
  name: childCount,
  type: "integer",
  nullable: true,
  key: false,
  mutability: "read-only",
  operators: {},
  sortable: false,
  sortsExactly: false,
  read: "list",
  description: "Folders directly below.",
  binding: {
    kind: "field",
    path: { uri: "folder:ChildFolderCount" },
    read: { from: "text", at: ["ChildFolderCount"], as: "integer" },
    filter: { by: "none" },
  },
};

interface Found {
  readonly id: string;
  readonly row: Row;
  readonly hasChildren: boolean;
}

/** Rows of the table Folders: by id, below some folders, or a walk of the mailbox level by level. */
export async function* queryFolders(caller: EwsCaller, query: EwsQuery, signal: AbortSignal): AsyncGenerator<Batch> {
  const plan = readPlan(query);
  const identity = identityOf(caller.config, query.pseudo);
  const walk = new FolderWalk(caller, identity, query.columns, signal);
  const at = identity.mailbox === undefined ? {} : { mailbox: identity.mailbox };
  const parentName = query.pseudo["ParentFolderName"];
  let batches: AsyncGenerator<readonly Row[]>;
  if (plan.ids !== undefined) batches = walk.byId(plan.ids);
  else if (plan.folders !== undefined)
    batches = walk.below(
      plan.folders.map((id) => folderGiven(id, identity.mailbox)),
      1,
    );
  else if (typeof parentName === "string") {
    batches = walk.below([await resolveFolder(caller, parentName, identity, signal)], 1);
  } else batches = walk.below([{ name: "msgfolderroot", ...at }], caller.config.folderDepth);
  yield* counted(batches, readPosition(query.from, "done")?.done ?? 0);
}

/** A walk has no place of its own to go on from: going on repeats it and leaves out the rows already delivered. */
async function* counted(batches: AsyncGenerator<readonly Row[]>, skip: number): AsyncGenerator<Batch> {
  let done = 0;
  let pending: readonly Row[] | undefined;
  for await (const rows of batches) {
    if (pending !== undefined) yield { rows: pending, position: writePosition({ done }) };
    const fresh = rows.slice(Math.max(0, skip - done));
    done += rows.length;
    pending = fresh.length === 0 ? undefined : fresh;
  }
  if (pending !== undefined) yield { rows: pending };
}

class FolderWalk {
  readonly #caller: EwsCaller;
  readonly #identity: CallIdentity;
  readonly #columns: readonly EwsColumn[];
  readonly #reader: RowReader;
  readonly #signal: AbortSignal;

  constructor(caller: EwsCaller, identity: CallIdentity, columns: readonly EwsColumn[], signal: AbortSignal) {
    this.#caller = caller;
    this.#identity = identity;
    this.#columns = [...columns, childCountColumn];
    this.#reader = new RowReader(this.#columns, { idElement: "FolderId" });
    this.#signal = signal;
  }

  /** Folders by id; ids that name none give no row. */
  async *byId(ids: readonly string[]): AsyncGenerator<readonly Row[]> {
    for (const group of chunks(ids, idsPerGetItem)) {
      const operation = getFolder({
        folders: group.map((id) => folderGiven(id, this.#identity.mailbox)),
        shape: folderShape(this.#columns),
        rows: this.#reader,
      });
      const state = await this.#caller.call(operation, this.#identity, this.#signal);
      for (const message of state.messages) {
        if (isError(message) && !saysNoSuchId(message.responseCode)) throw responseError("GetFolder", wordOf(message));
      }
      yield state.rows.map(plain);
    }
  }

  /** Everything below some folders, `depth` levels down (-1: all), a level before the next. */
  async *below(parents: readonly FolderReference[], depth: number): AsyncGenerator<readonly Row[]> {
    let level = parents;
    const seen = new Set<string>();
    for (let down = 0; level.length > 0 && (depth < 0 || down < depth); down++) {
      const next: FolderReference[] = [];
      for (const parent of level) {
        for await (const found of this.#children(parent)) {
          for (const { id, hasChildren } of found) {
            if (hasChildren && !seen.has(id)) next.push({ id });
            seen.add(id);
          }
          yield found.map(({ row }) => row);
        }
      }
      level = next;
    }
  }

  async *#children(parent: FolderReference): AsyncGenerator<readonly Found[]> {
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const operation = findFolder({
        parent,
        traversal: "Shallow",
        shape: folderShape(this.#columns),
        rows: this.#reader,
        offset,
        count: largestPage,
      });
      const state = await this.#caller.call(operation, this.#identity, this.#signal);
      offset = nextOffset(state, offset);
      yield state.rows.map((row, at) => ({
        id: state.keys[at]?.id ?? "",
        hasChildren: row[childCount] !== 0,
        row: plain(row),
      }));
    }
  }
}

function plain(row: Row): Row {
  delete row[childCount];
  return row;
}
