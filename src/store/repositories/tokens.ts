import { type Kysely, sql } from "kysely";
import { fromNullable, present, toNullable } from "../codec.ts";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { TokenRecord, TokenRepository } from "../store.ts";

/** Statements on `token`. A row without version stands for "nothing stored yet", so that the lease has a row to lie on. */
export function tokenRepository(database: Kysely<Schema>, { now }: Engine): TokenRepository {
  const ensureRow = async (connectionId: string): Promise<void> => {
    await database
      .insertInto("token")
      .values({
        connection_id: connectionId,
        fingerprint: "",
        state: "none",
        sealed: null,
        version: 0,
        lock_owner: null,
        lock_until: 0,
      })
      .onConflict((conflict) => conflict.column("connection_id").doNothing())
      .execute();
  };
  return {
    async read(connectionId) {
      const row = await database
        .selectFrom("token")
        .select(["fingerprint", "state", "sealed", "version"])
        .where("connection_id", "=", connectionId)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { fingerprint, version } = row;
      const state = row.state as TokenRecord["state"];
      return present<TokenRecord>({ fingerprint, state, sealed: fromNullable(row.sealed), version });
    },
    async acquire(connectionId, version, owner, leaseMs) {
      if (version === 0) await ensureRow(connectionId);
      const { numUpdatedRows } = await database
        .updateTable("token")
        .set({ lock_owner: owner, lock_until: sql<number>`${now} + cast(${leaseMs} as bigint)` })
        .where("connection_id", "=", connectionId)
        .where("version", "=", version)
        .where("lock_until", "<=", now)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async save(connectionId, version, { fingerprint, state, sealed }, owner) {
      if (version === 0) await ensureRow(connectionId);
      const isOwner = sql<boolean>`lock_owner = ${owner ?? ""}`;
      const { numUpdatedRows } = await database
        .updateTable("token")
        .set({
          fingerprint,
          state,
          sealed: toNullable(sealed),
          version: version + 1,
          lock_until: sql<number>`case when ${isOwner} then 0 else lock_until end`,
          lock_owner: sql<string | null>`case when ${isOwner} then null else lock_owner end`,
        })
        .where("connection_id", "=", connectionId)
        .where("version", "=", version)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async release(connectionId, owner) {
      const { numUpdatedRows } = await database
        .updateTable("token")
        .set({ lock_owner: null, lock_until: 0 })
        .where("connection_id", "=", connectionId)
        .where("lock_owner", "=", owner)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}
