import { ConnectorError, type Row, type Warning } from "#spi";
import { type EwsColumn, fieldOf } from "./binding.ts";
import type { EwsCaller } from "./call.ts";
import type { CallIdentity } from "./envelope.ts";
import { saysNoSuchId } from "./errors.ts";
import { getItem } from "./operations/get-item.ts";
import { asksForMime, itemShape } from "./properties.ts";
import { isError, type ResponseMessage } from "./response-messages.ts";
import { RowReader } from "./row-reader.ts";
import type { RowKey } from "./row-state.ts";

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

  constructor(caller: EwsCaller, identity: CallIdentity, columns: readonly EwsColumn[]) {
    this.#caller = caller;
    this.#identity = identity;
    this.#columns = columns;
    this.#reader = new RowReader(columns);
  }

  async read(keys: readonly RowKey[], signal: AbortSignal): Promise<ItemsRead> {
    try {
      return await this.#call(keys, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code !== "TOO_LARGE" || keys.length === 1) throw error;
      const middle = Math.ceil(keys.length / 2);
      const first = await this.read(keys.slice(0, middle), signal);
      const second = await this.read(keys.slice(middle), signal);
      return { rows: [...first.rows, ...second.rows], warnings: [...first.warnings, ...second.warnings] };
    }
  }

  async #call(keys: readonly RowKey[], signal: AbortSignal): Promise<ItemsRead> {
    const alone = keys.length === 1 && asksForMime(this.#columns);
    const state = await this.#caller.call(
      getItem({
        ids: keys.map(({ id }) => id),
        shape: itemShape(this.#columns, { bodyType: this.#caller.config.bodyType }),
        rows: this.#reader,
        ...(alone ? { limitBytes: singleItemLimitBytes } : {}),
      }),
      this.#identity,
      signal,
    );
    const rows: (Row | undefined)[] = keys.map(() => undefined);
    const warnings: Warning[] = [];
    state.rows.forEach((row, at) => {
      rows[state.messageOf[at] as number] = row;
    });
    state.messages.forEach((message, at) => {
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

const unreadable = (key: RowKey, message: ResponseMessage): Warning => ({
  code: "ITEM_NOT_READ",
  detail: `Exchange could not give the item ${key.id} (${message.responseCode}); its row holds the key alone.`,
});
