import type { Dialect, Kysely, RawBuilder } from "kysely";
import type { Schema } from "../schema.ts";

/** What the two engines do differently; all statements are otherwise the same. */
export interface Engine {
  readonly dialect: Dialect;
  /** The store's own clock in milliseconds: the only clock leases are measured by (one instance 60 s fast by its own clock doubled writes). */
  readonly now: RawBuilder<number>;
  /** Ends a claiming sub-select; empty where one writer at a time is the rule anyway. */
  readonly skipLocked: RawBuilder<unknown>;
  /** Called inside the migration's transaction: keeps a second instance out until it ends. */
  lockMigrations(transaction: Kysely<Schema>): Promise<void>;
}
