import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { MetaRepository } from "../store.ts";

/** Statements on `meta`. */
export function metaRepository(database: Kysely<Schema>): MetaRepository {
  const read = async (key: string): Promise<string | undefined> => {
    const row = await database.selectFrom("meta").select("value").where("key", "=", key).executeTakeFirst();
    return row?.value;
  };
  return {
    read,
    async write(key, value) {
      await database
        .insertInto("meta")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    },
    async settle(key, value) {
      await database
        .insertInto("meta")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doNothing())
        .execute();
      return (await read(key)) ?? value;
    },
  };
}
