import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { DataKeyRecord, SecretRepository } from "../store.ts";

/** Statements on `secret` and `data_key`. */
export function secretRepository(database: Kysely<Schema>): SecretRepository {
  const dataKey = async (owner: string): Promise<DataKeyRecord | undefined> => {
    const row = await database.selectFrom("data_key").selectAll().where("owner", "=", owner).executeTakeFirst();
    return row && { owner: row.owner, keyId: row.key_id, wrapped: row.wrapped };
  };
  return {
    dataKey,
    async settleDataKey(record) {
      const { owner, keyId, wrapped } = record;
      await database
        .insertInto("data_key")
        .values({ owner, key_id: keyId, wrapped })
        .onConflict((conflict) => conflict.column("owner").doNothing())
        .execute();
      return (await dataKey(owner)) ?? record;
    },
    list: (owner) => database.selectFrom("secret").selectAll().where("owner", "=", owner).orderBy("field").execute(),
    async listOf(owners) {
      if (owners.length === 0) return [];
      return database.selectFrom("secret").selectAll().where("owner", "in", owners).orderBy("field").execute();
    },
    async put(record) {
      await database
        .insertInto("secret")
        .values(record)
        .onConflict((conflict) =>
          conflict.columns(["owner", "field"]).doUpdateSet({ version: record.version, sealed: record.sealed }),
        )
        .execute();
    },
    async remove(owner, field) {
      await database.deleteFrom("secret").where("owner", "=", owner).where("field", "=", field).execute();
    },
    async removeOwner(owner) {
      await database.deleteFrom("secret").where("owner", "=", owner).execute();
      await database.deleteFrom("data_key").where("owner", "=", owner).execute();
    },
  };
}
