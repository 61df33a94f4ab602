import { invalidQuery, type Row, type RowOutcome, type TableDefinition } from "#spi";
import type { ItemElement } from "../../tables/ews/ews-table.ts";
import type { EwsBinding, EwsColumn } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { responseError } from "../errors.ts";
import { identityOf } from "../identity.ts";
import { type ItemChange, updateItem } from "../operations/update-item.ts";
import { wordOf } from "../response-messages.ts";
import type { RowState } from "../row-state.ts";
import { Chunk, type Prepared } from "./chunk.ts";
import { type CurrentItem, currentItems, listsOf, wholeListColumn } from "./current-items.ts";
import { columnsByName, itemUpdates } from "./item-markup.ts";
import { blamesARow, failed, indeterminate, isUnknown, lostRow, messageOutcome, succeeded } from "./outcomes.ts";
import { indexOfRow, type RowItem, withOwnIds } from "./row-items.ts";
import { itemKey, modeOf, requiredText, textOf, updateModes } from "./row-values.ts";
import { changesPartOfRecurrence, isOfRecurrence, settledRow } from "./settled-row.ts";

interface Destination {
  readonly identity: CallIdentity;
  readonly invitations: string;
  /** The caller said which version it changes: another one must not be overwritten. */
  readonly guarded: boolean;
}

interface ChangedRow extends RowItem {
  readonly destination: Destination;
}

export interface UpdateTarget {
  readonly table: TableDefinition<EwsBinding>;
  readonly element: ItemElement;
}

/** Changes items: what a row names is set, NULL clears, the rest stays. */
export async function updateItems(
  caller: EwsCaller,
  { table, element }: UpdateTarget,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare((row): ChangedRow => {
    const changeKey = textOf(row["ItemChangeKey"]);
    const identity = identityOf(caller.config, row);
    return {
      id: requiredText(row, "ItemId"),
      changeKey,
      index: indexOfRow(row),
      identity,
      destination: {
        identity,
        invitations: element === "CalendarItem" ? modeOf(row, "SendMeetingInvitations", updateModes) : "SendToNone",
        guarded: changeKey !== undefined,
      },
    };
  });
  const known = await withOwnIds(caller, chunk, prepared, signal);
  for (const group of Map.groupBy(known, ({ made }) => JSON.stringify(made.destination)).values()) {
    await new UpdateGroup(caller, { table, element }, chunk, group, signal).run();
  }
  return chunk.outcomes;
}

type Changed = Prepared<ChangedRow & { readonly change: ItemChange }>;

/** Rows that go in one UpdateItem. */
class UpdateGroup {
  readonly #caller: EwsCaller;
  readonly #target: UpdateTarget;
  readonly #chunk: Chunk;
  readonly #group: readonly Prepared<ChangedRow>[];
  readonly #signal: AbortSignal;
  readonly #columns: ReadonlyMap<string, EwsColumn>;

  constructor(
    caller: EwsCaller,
    target: UpdateTarget,
    chunk: Chunk,
    group: readonly Prepared<ChangedRow>[],
    signal: AbortSignal,
  ) {
    this.#caller = caller;
    this.#target = target;
    this.#chunk = chunk;
    this.#group = group;
    this.#signal = signal;
    this.#columns = columnsByName(target.table.columns);
  }

  get #destination(): Destination {
    return (this.#group[0] as Prepared<ChangedRow>).made.destination;
  }

  async run(): Promise<void> {
    let current: ReadonlyMap<string, CurrentItem>;
    try {
      current = await this.#lookUp();
    } catch (error) {
      this.#chunk.refuse(this.#group, error);
      return;
    }
    const changes = this.#group.flatMap((row) => this.#change(row, current.get(row.made.id)));
    // One call may name an item once: a second change of the same item goes with the next call.
    for (const distinct of distinctItems(changes)) await this.#send(distinct);
  }

  /** Change keys that were not given, and lists of which one place is written. */
  async #lookUp(): Promise<ReadonlyMap<string, CurrentItem>> {
    const lists = new Map<string, EwsColumn>();
    const ids = new Set<string>();
    for (const { row, made } of this.#group) {
      if (made.changeKey === undefined) ids.add(made.id);
      for (const name of Object.keys(row)) {
        const column = this.#columns.get(name);
        const whole = column === undefined ? undefined : wholeListColumn(column);
        if (whole === undefined) continue;
        lists.set(whole.name, whole);
        ids.add(made.id);
      }
      if (!changesPartOfRecurrence(row)) continue;
      for (const column of this.#recurrenceColumns()) lists.set(column.name, column);
      ids.add(made.id);
    }
    return currentItems(this.#caller, this.#destination.identity, [...ids], [...lists.values()], this.#signal);
  }

  #recurrenceColumns(): readonly EwsColumn[] {
    return this.#target.table.columns.filter(({ name }) => isOfRecurrence(name));
  }

  #change(prepared: Prepared<ChangedRow>, current: CurrentItem | undefined): Changed[] {
    const { index, row, made } = prepared;
    try {
      if (current?.problem !== undefined) throw responseError("GetItem", wordOf(current.problem));
      const whole = settledRow(row, "update", current?.row);
      const updates = itemUpdates(this.#target.element, this.#columns, whole, listsOf(current?.row ?? {}));
      if (updates === undefined)
        throw invalidQuery("The row changes nothing: give the columns to be set beside the key.");
      const change = { id: made.id, changeKey: made.changeKey ?? current?.changeKey, updates };
      return [{ ...prepared, made: { ...made, change } }];
    } catch (error) {
      this.#chunk.settle(failed(index, error));
      return [];
    }
  }

  async #send(changes: readonly Changed[]): Promise<void> {
    const { identity, invitations, guarded } = this.#destination;
    let seen: RowState | undefined;
    const operation = updateItem({
      changes: changes.map(({ made }) => made.change),
      conflicts: guarded ? "NeverOverwrite" : "AutoResolve",
      invitations,
      started: (state) => {
        seen = state;
      },
    });
    let broken: unknown;
    try {
      await this.#caller.call(operation, identity, this.#signal);
    } catch (error) {
      if (blamesARow(error)) return this.#chunk.isolate(changes, error, (part) => this.#send(part));
      if (!isUnknown(error)) return this.#chunk.refuse(changes, error);
      broken = error;
    }
    const open: Changed[] = [];
    changes.forEach((changed, at) => {
      const message = seen?.messages[at];
      if (message === undefined || message.responseCode === "") open.push(changed);
      else {
        const place = seen?.messageOf.indexOf(at) ?? -1;
        const key = itemKey(changed.made.id, seen?.keys[place]?.changeKey);
        this.#chunk.settle(
          messageOutcome("UpdateItem", changed.index, message, changed.row, this.#target.table.columns, key),
        );
      }
    });
    if (open.length > 0) await this.#settleLost(open, broken ?? lostRow("UpdateItem"));
  }

  /** The item is read again: where it holds what the row says, the change happened. */
  async #settleLost(open: readonly Changed[], error: unknown): Promise<void> {
    const names = new Set(open.flatMap(({ row }) => Object.keys(row)));
    const columns = this.#target.table.columns.filter((column) => names.has(column.name) && !column.key);
    let current: ReadonlyMap<string, CurrentItem> = new Map();
    try {
      const ids = open.map(({ made }) => made.id);
      current = await currentItems(this.#caller, this.#destination.identity, ids, columns, this.#signal);
    } catch (unread) {
      this.#caller.context.log.warn(
        { operation: "GetItem", err: unread },
        "could not read back rows whose answer was lost",
      );
    }
    for (const { index, row, made } of open) {
      const item = current.get(made.id);
      const done = item !== undefined && item.problem === undefined && holds(item.row, row, columns);
      this.#chunk.settle(done ? succeeded(index, itemKey(made.id, item.changeKey)) : indeterminate(index, error));
    }
  }
}

function distinctItems(changes: readonly Changed[]): Changed[][] {
  const calls: Changed[][] = [];
  for (const change of changes) {
    const call = calls.find((each) => each.every(({ made }) => made.id !== change.made.id));
    if (call === undefined) calls.push([change]);
    else call.push(change);
  }
  return calls;
}

const comparable = (value: Row[string] | undefined): string => {
  const time = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? JSON.stringify(value ?? null) : String(time);
};

const holds = (item: Row, row: Row, columns: readonly EwsColumn[]): boolean =>
  columns.every(({ name }) => name === "ItemChangeKey" || comparable(item[name]) === comparable(row[name]));
