import { asConnectorError, type ConnectorError, type Row, type RowOutcome } from "#spi";
import { failed, indeterminate, isUnknown, rowRefusal } from "./outcomes.ts";

/** One row of a chunk with what was made of it. */
export interface Prepared<T> {
  readonly index: number;
  readonly row: Row;
  readonly made: T;
}

// A server that refuses row after row has something against the request as such; asking on would only load it.
const refusalsLimit = 8;

/** Gathers the outcomes of a chunk, in order; each row gets exactly one. */
export class Chunk {
  readonly #rows: readonly Row[];
  readonly #outcomes: (RowOutcome | undefined)[];
  #refusals = 0;

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
    this.#outcomes = rows.map(() => undefined);
  }

  settle(outcome: RowOutcome): void {
    this.#outcomes[outcome.index] ??= outcome;
  }

  /** Makes something of each row; a row that cannot be made fails by itself. */
  prepare<T>(make: (row: Row, index: number) => T): Prepared<T>[] {
    return this.#rows.flatMap((row, index) => {
      try {
        return [{ index, row, made: make(row, index) }];
      } catch (error) {
        this.settle(failed(index, error));
        return [];
      }
    });
  }

  /** Something was sent to the server and may have been done. */
  get attempted(): boolean {
    return this.#outcomes.some((outcome) => outcome?.status === "succeeded" || outcome?.status === "indeterminate");
  }

  /**
   * A call for these rows failed as a whole: nothing happened (then the chunk fails as a whole too, unless something
   * was done before), or it cannot be known.
   */
  refuse(rows: readonly { readonly index: number }[], error: unknown): void {
    if (isUnknown(error)) {
      for (const { index } of rows) this.settle(indeterminate(index, error));
      return;
    }
    if (!this.attempted) throw error;
    for (const { index } of rows) this.settle(failed(index, asConnectorError(error)));
  }

  /**
   * The server refused a call before doing anything, for one of its rows, without saying which: halves are sent by
   * themselves until the row is found, and fails alone.
   */
  async isolate<T extends { readonly index: number }>(
    rows: readonly T[],
    error: ConnectorError,
    send: (rows: readonly T[]) => Promise<void>,
  ): Promise<void> {
    const [only, ...others] = rows;
    if (only === undefined) return;
    if (others.length === 0 || (!this.attempted && this.#refusals >= refusalsLimit)) {
      for (const { index } of rows) this.settle(failed(index, rowRefusal(error)));
      this.#refusals++;
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    await send(rows.slice(0, middle));
    await send(rows.slice(middle));
  }

  get outcomes(): readonly RowOutcome[] {
    return this.#outcomes.map((outcome, index) => outcome ?? { index, status: "not-attempted" as const });
  }
}
