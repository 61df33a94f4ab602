import { type Kysely, sql } from "kysely";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import { initial } from "./0001-initial.ts";
import { aliases } from "./0002-aliases.ts";
import { subscriptions } from "./0003-subscriptions.ts";
import type { Migration } from "./migration.ts";

const migrations: readonly Migration[] = [initial, aliases, subscriptions];
const versionKey = "schema_version";

/** The schema version this build knows. */
export const knownVersion = Math.max(...migrations.map((migration) => migration.version));

/** Brings the store forward to what this build knows; a newer one is left alone. Answers the version found afterwards. */
export function migrate(database: Kysely<Schema>, engine: Engine): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    await engine.lockMigrations(transaction);
    await sql`create table if not exists meta (key text primary key, value text not null)`.execute(transaction);
    const found = await schemaVersion(transaction);
    for (const migration of migrations) {
      if (migration.version <= found) continue;
      await migration.up(transaction);
      await writeVersion(transaction, migration.version);
    }
    return Math.max(found, knownVersion);
  });
}

/** The schema version the store has now; 0 = none yet. */
export async function schemaVersion(database: Kysely<Schema>): Promise<number> {
  const row = await database.selectFrom("meta").select("value").where("key", "=", versionKey).executeTakeFirst();
  return Number(row?.value ?? 0);
}

async function writeVersion(database: Kysely<Schema>, version: number): Promise<void> {
  const value = String(version);
  await database
    .insertInto("meta")
    .values({ key: versionKey, value })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
    .execute();
}
