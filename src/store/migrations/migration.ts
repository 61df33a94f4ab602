import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";

/** One step forward; there are no steps back. */
export interface Migration {
  readonly version: number;
  up(transaction: Kysely<Schema>): Promise<void>;
}
