import type { Row } from "#spi";
import { type CallState, callState } from "./response-messages.ts";

/** Key of an item or folder, beside its row. */
export interface RowKey {
  id: string;
  changeKey: string | undefined;
  /** The list read left something out that GetItem has. */
  incomplete: boolean;
  /** Start of a calendar item, where asked for. */
  start: string | undefined;
}

/** An answer that holds rows. */
export interface RowState extends CallState {
  readonly rows: Row[];
  readonly keys: RowKey[];
  /** For each row the response message it came in. */
  readonly messageOf: number[];
  row: Row;
  key: RowKey;
}

/** The key of a row that was just begun. */
export const noKey = (): RowKey => ({ id: "", changeKey: undefined, incomplete: false, start: undefined });

/** A fresh state of an answer with rows. */
export const rowState = (): RowState => ({
  ...callState(),
  rows: [],
  keys: [],
  messageOf: [],
  row: {},
  key: noKey(),
});
