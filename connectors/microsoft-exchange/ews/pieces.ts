import type { Row } from "#spi";
import type { RowKey } from "./row-state.ts";

/** Some rows of a page with their keys. */
export interface Piece {
  readonly rows: readonly Row[];
  readonly keys: readonly RowKey[];
}

/**
 * Rows of a page handed out while the rest still arrives: a page of 1000 that is held whole outlives the young part of
 * the heap and doubles the memory of a long read. A repeated attempt leaves out what already went out.
 */
export class Pieces {
  readonly #out: (piece: Piece) => void;
  #given = 0;
  #seen = 0;

  constructor(out: (piece: Piece) => void) {
    this.#out = out;
  }

  /** An attempt begins. */
  begin(): void {
    this.#seen = 0;
  }

  take(piece: Piece): void {
    const fresh = this.rest(piece);
    this.#given += fresh.rows.length;
    if (fresh.rows.length > 0) this.#out(fresh);
  }

  /** What of the next rows of this attempt has not gone out. */
  rest({ rows, keys }: Piece): Piece {
    const known = Math.max(0, Math.min(rows.length, this.#given - this.#seen));
    this.#seen += rows.length;
    return known === 0 ? { rows, keys } : { rows: rows.slice(known), keys: keys.slice(known) };
  }
}

/** Rows of one piece. */
export const pieceRows = 10;
