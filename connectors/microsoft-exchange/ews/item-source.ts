import { type Batch, ConnectorError, type Row, type Warning } from "#spi";
import { type EwsBinding, type EwsColumn, fieldOf } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import type { CallIdentity } from "./envelope.ts";
import { refusesListProperty, refusesRestriction } from "./errors.ts";
import type { FindBudget } from "./find-budget.ts";
import type { FolderReference } from "./folders.ts";
import { handedOver } from "./handed-over.ts";
import { identityOf } from "./identity.ts";
import { chunks, inOrder } from "./in-order.ts";
import type { Plain } from "./normal-form.ts";
import { findItem, type View } from "./operations/find-item.ts";
import { type Piece, Pieces } from "./pieces.ts";
import { type EwsQuery, idsPerGetItem, type ReadPlan, readPlan } from "./plan.ts";
import { itemShape, propertyPath } from "./properties.ts";
import { ItemReading, type ItemsRead } from "./read-items.ts";
import { restriction } from "./restriction.ts";
import { RowReader } from "./row-reader.ts";
import type { RowKey } from "./row-state.ts";
import { sortOrder } from "./sort.ts";
import type { Xml } from "./write-xml.ts";

/** One page as listed: rows in the server's order with their keys. */
export interface Page extends Piece {
  readonly isLast: boolean;
  readonly nextOffset: number | undefined;
}

const isMime = (column: EwsColumn): boolean => fieldOf(column).path?.uri === "item:MimeContent";

/** Ends what is left of a read; made once, since it has a stack trace and every read ends so. */
const over = new Error("Nobody reads on.");

/** Lists and reads the items of one query; falls back where the server refuses a way, and says so. */
export class ItemSource {
  readonly caller: EwsCaller;
  readonly query: EwsQuery;
  readonly plan: ReadPlan;
  readonly identity: CallIdentity;
  /** What a table that shares its folder with others is restricted to. */
  readonly #ofClass: Plain<EwsBinding> | undefined;
  readonly #budget: FindBudget;
  readonly #columns: readonly EwsColumn[];
  readonly #leftOut: readonly string[];
  readonly #items: ItemReading;
  #warnings: Warning[] = [];
  /** List reads give too little for the columns asked for: ids are listed, items read. */
  #viaItems: boolean;
  /** The server refused the restriction; the service filters alone. */
  #unrestricted = false;

  constructor(caller: EwsCaller, budget: FindBudget, query: EwsQuery, itemClass?: string) {
    this.caller = caller;
    this.query = query;
    this.plan = readPlan(query);
    this.#ofClass = itemClass === undefined ? undefined : ofClass(query, itemClass);
    this.identity = identityOf(caller.config, query.pseudo);
    this.#budget = budget;
    const leavesMime = !query.columnsNamed && !caller.config.includeContent && this.plan.ids === undefined;
    this.#columns = leavesMime ? query.columns.filter((column) => !isMime(column)) : query.columns;
    this.#leftOut = query.columns.filter((column) => !this.#columns.includes(column)).map(({ name }) => name);
    this.#viaItems = this.#columns.some((column) => column.read === "item");
    this.#items = new ItemReading(caller, this.identity, this.#columns);
    if (this.#leftOut.length > 0) {
      // With all columns of many items, their MIME sources would be the whole mailbox.
      this.#warn(
        "COLUMN_NOT_READ",
        "MimeContent is empty: name the column, ask by ItemId or set IncludeContent to have the source of every item read.",
      );
    }
  }

  #warn(code: string, detail: string): void {
    this.#warnings.push({ code, detail });
  }

  /** A batch with the warnings that have come up since the last. */
  batch(rows: readonly Row[], position?: string): Batch {
    for (const name of this.#leftOut) for (const row of rows) row[name] = null;
    const warnings = this.#warnings;
    this.#warnings = [];
    return {
      rows,
      ...(position === undefined ? {} : { position }),
      ...(warnings.length === 0 ? {} : { warnings }),
    };
  }

  #restriction(): Xml | undefined {
    const parts = [this.#ofClass, this.#unrestricted ? undefined : this.plan.restriction];
    const wanted = parts.filter((part) => part !== undefined);
    return restriction(wanted.length < 2 ? wanted[0] : { and: wanted });
  }

  /** One FindItem, again without what the server refuses. */
  async find(folder: FolderReference, view: View, signal: AbortSignal, early?: (piece: Piece) => void): Promise<Page> {
    const bySpan = "start" in view;
    const restricting = bySpan ? undefined : this.#restriction();
    const listing = !this.#viaItems;
    try {
      return await this.#list(folder, view, restricting, signal, listing ? early : undefined);
    } catch (error) {
      if (restricting !== undefined && this.plan.restriction !== undefined && refusesRestriction(error)) {
        if (!this.#unrestricted)
          this.#warn("LOCAL_FILTER", "The server refused the filter; all rows were read and filtered here.");
        this.#unrestricted = true;
      } else if (listing && refusesListProperty(error)) {
        if (!this.#viaItems)
          this.#warn("READ_BY_ITEM", "The server does not list one of the columns; every item was read by itself.");
        this.#viaItems = true;
      } else throw error;
      return this.find(folder, view, signal, early);
    }
  }

  async #list(
    folder: FolderReference,
    view: View,
    restricting: Xml | undefined,
    signal: AbortSignal,
    early: ((piece: Piece) => void) | undefined,
  ): Promise<Page> {
    const bySpan = "start" in view;
    const columns = this.#viaItems ? [] : this.#columns;
    const sort = bySpan ? undefined : sortOrder(this.query.orderBy);
    const pieces = early === undefined ? undefined : new Pieces(early);
    const operation = findItem({
      folder,
      view,
      shape: itemShape(columns, bySpan ? { more: [propertyPath({ uri: "calendar:Start" })] } : {}),
      rows: new RowReader(columns, {
        withStart: bySpan,
        ...(this.#viaItems ? {} : { names: this.query.columns.map(({ name }) => name) }),
      }),
      ...(restricting === undefined ? {} : { restriction: restricting }),
      ...(sort === undefined ? {} : { sort }),
      ...(pieces === undefined ? {} : { pieces }),
    });
    const page = await this.#budget.run(view.count, signal, () => this.caller.call(operation, this.identity, signal));
    return pieces === undefined ? page : { ...page, ...pieces.rest(page) };
  }

  /**
   * One FindItem, its rows delivered as they arrive. Answers what is left of the page, which tells what follows, and
   * how many rows went out before.
   */
  async *arriving(
    folder: FolderReference,
    view: View,
    positionAt: (index: number) => string,
    signal: AbortSignal,
  ): AsyncGenerator<Batch, { readonly page: Page; readonly before: number }, void> {
    const abort = new AbortController();
    const ends = AbortSignal.any([signal, abort.signal]);
    const pieces = handedOver<Piece, Page>((push) => this.find(folder, view, ends, push));
    let before = 0;
    try {
      for (;;) {
        const next = await pieces.next();
        if (next.done === true) return { page: next.value, before };
        before += next.value.rows.length;
        yield this.batch(await this.#completed(next.value, signal), positionAt(before));
      }
    } finally {
      // A reader that stops does not want the rest.
      abort.abort(over);
    }
  }

  /** Items by id, asked for in groups of `size`; each part goes out when it has arrived. */
  async *items(keys: readonly RowKey[], size: number, signal: AbortSignal): AsyncGenerator<ItemsRead> {
    const abort = new AbortController();
    const ends = AbortSignal.any([signal, abort.signal]);
    const start = (group: readonly RowKey[]) =>
      handedOver<ItemsRead, void>((push) => this.#items.read(group, ends, push));
    try {
      for await (const read of inOrder(chunks(keys, size), this.caller.config.itemConcurrency, start)) {
        this.#warnings.push(...read.warnings);
        yield read;
      }
    } finally {
      // A reader that stops does not want the rest.
      abort.abort(over);
    }
  }

  /**
   * The rows of a page as batches: as listed, or read item by item. `positionAt` tells where a batch that begins at
   * that row of the page starts, `end` where the next page does.
   */
  async *deliver(
    page: Page,
    positionAt: (index: number) => string,
    end: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Batch> {
    if (!this.#viaItems || page.keys.length === 0) {
      yield this.batch(await this.#completed(page, signal), end);
      return;
    }
    let done = 0;
    for await (const { rows } of this.items(page.keys, idsPerGetItem, signal)) {
      done += rows.length;
      yield this.batch(present(rows), done < page.keys.length ? positionAt(done) : end);
    }
  }

  /** Reads again, item by item, the rows from which the list read left something out. */
  async #completed(page: Piece, signal: AbortSignal): Promise<readonly Row[]> {
    const places = page.keys.flatMap((key, at) => (key.incomplete ? [at] : []));
    if (places.length === 0) return page.rows;
    const rows = [...page.rows];
    const keys = places.map((at) => page.keys[at] as RowKey);
    let done = 0;
    for await (const read of this.items(keys, idsPerGetItem, signal)) {
      for (const row of read.rows) {
        const at = places[done++] as number;
        if (row !== undefined) rows[at] = row;
      }
    }
    return rows;
  }
}

/** Items of a class and those derived from it. */
function ofClass({ table }: EwsQuery, itemClass: string): Plain<EwsBinding> {
  const column = table.columns.find(({ name }) => name === "ItemClass");
  if (column === undefined) throw new ConnectorError("INTERNAL", `${table.name} has no ItemClass.`);
  return { column, operator: "LIKE", value: `${itemClass}%` };
}

export const present = (rows: readonly (Row | undefined)[]): Row[] => rows.filter((row) => row !== undefined);
