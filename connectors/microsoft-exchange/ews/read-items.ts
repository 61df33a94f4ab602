import { ConnectorError, type Row, type Warning } from "#spi";
import { type EwsColumn, fieldOf } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import type { CallIdentity } from "./envelope.ts";
import { saysNoSuchId } from "./errors.ts";
import { getItem } from "./operations/get-item.ts";
import { pieceRows } from "./pieces.ts";
import { asksForMime, itemShape } from "./properties.ts";
import { isError, type ResponseMessage } from "./response-messages.ts";
import { RowReader } from "./row-reader.ts";
import type { RowKey, RowState } from "./row-state.ts";
import { Turns } from "./turns.ts";

// One item may hold a large MIME source; a batch of them must not come near this in memory.
const singleItemLimitBytes = 192 * 1024 * 1024;

/** Items by id: a row for each, `undefined` where there is no such item, and what could not be read. */
export interface ItemsRead {
  readonly rows: readonly (Row | undefined)[];
  readonly warnings: readonly Warning[];
}

/** Reads items by id with exactly these columns. Batches too large to answer are halved. */
export class ItemReading {
  readonly #caller: EwsCaller;
  readonly #identity: CallIdentity;
  readonly #columns: readonly EwsColumn[];
  readonly #reader: RowReader;
  /** Answers that arrive together are read one after the other: rows of four at once would grow old before the first is out. */
  readonly #turns = new Turns();

  constructor(caller: EwsCaller, identity: CallIdentity, columns: readonly EwsColumn[]) {
    this.#caller = caller;
    this.#identity = identity;
    this.#columns = columns;
    this.#reader = new RowReader(columns);
  }

  /** Pushes what the keys name in their order, in pieces, while the answer arrives. */
  async read(keys: readonly RowKey[], signal: AbortSignal, push: (read: ItemsRead) => void): Promise<void> {
    let given = 0;
    const counted = (read: ItemsRead): void => {
      given += read.rows.length;
      push(read);
    };
    try {
      await this.#call(keys, signal, counted);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== "TOO_LARGE" || keys.length === 1) throw error;
      const left = keys.slice(given);
      const middle = given > 0 ? left.length : Math.ceil(left.length / 2);
      await this.read(left.slice(0, middle), signal, push);
      if (middle < left.length) await this.read(left.slice(middle), signal, push);
    }
  }

  async #call(keys: readonly RowKey[], signal: AbortSignal, push: (read: ItemsRead) => void): Promise<void> {
    const alone = keys.length === 1 && asksForMime(this.#columns);
    let given = 0;
    const give = (state: RowState, to: number): void => {
      const part = this.#part(state, keys.slice(given, to), given);
      given = to;
      push(part);
    };
    const state = await this.#caller.call(
      getItem({
        ids: keys.map(({ id }) => id),
        shape: itemShape(this.#columns, { bodyType: this.#caller.config.bodyType }),
        rows: this.#reader,
        turns: this.#turns,
        arrived: (arriving) => {
          const to = arriving.messages.length;
          // A repeated attempt leaves out what already went out.
          if (to <= given) forgetRows(arriving);
          else if (to - given >= pieceRows && to < keys.length) give(arriving, to);
        },
        ...(alone ? { limitBytes: singleItemLimitBytes } : {}),
      }),
      this.#identity,
      signal,
    );
    give(state, keys.length);
  }

  /** What the messages from `first` on gave for these keys. */
  #part(state: RowState, keys: readonly RowKey[], first: number): ItemsRead {
    const rows: (Row | undefined)[] = keys.map(() => undefined);
    const warnings: Warning[] = [];
    state.rows.forEach((row, at) => {
      rows[(state.messageOf[at] as number) - first] = row;
    });
    forgetRows(state);
    state.messages.slice(first).forEach((message, at) => {
      if (!isError(message) || saysNoSuchId(message.responseCode)) return;
      const key = keys[at];
      if (key === undefined) return;
      rows[at] = this.#unread(key);
      warnings.push(unreadable(key, message));
    });
    return { rows, warnings };
  }

  /** The row of an item that exists but cannot be read: its key alone. */
  #unread(key: RowKey): Row {
    const row: Row = {};
    for (const column of this.#columns) {
      const { read } = fieldOf(column);
      const ofItemId = read.from === "attribute" && read.at.length === 1 && read.at[0] === "ItemId";
      row[column.name] = !ofItemId ? null : read.attribute === "Id" ? key.id : (key.changeKey ?? null);
    }
    return row;
  }
}

function forgetRows(state: RowState): void {
  state.rows.length = 0;
  state.keys.length = 0;
  state.messageOf.length = 0;
}

const unreadable = (key: RowKey, message: ResponseMessage): Warning => ({
  code: "ITEM_NOT_READ",
  detail: `Exchange could not give the item ${key.id} (${message.responseCode}); its row holds the key alone.`,
});
