import type { Kysely, Selectable } from "kysely";
import { fromJson, fromNullable, fromNullableJson, present, toJson, toNullable, toNullableJson } from "../codec.ts";
import type { Schema } from "../schema.ts";
import type { ApiKeyRecord, ApiKeyRepository } from "../store.ts";

/** Statements on `api_key`. */
export function apiKeyRepository(database: Kysely<Schema>): ApiKeyRepository {
  return {
    async insert(record) {
      await database.insertInto("api_key").values(toRow(record)).execute();
    },
    async byId(id) {
      const row = await database.selectFrom("api_key").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRecord(row);
    },
    async list({ after, limit }) {
      let query = database.selectFrom("api_key").selectAll().orderBy("id").limit(limit);
      if (after !== undefined) query = query.where("id", ">", after);
      return (await query.execute()).map(toRecord);
    },
    async all() {
      return (await database.selectFrom("api_key").selectAll().execute()).map(toRecord);
    },
    async isEmpty() {
      return (await database.selectFrom("api_key").select("id").limit(1).executeTakeFirst()) === undefined;
    },
    async update(record) {
      const { last_used_at: _, ...row } = toRow(record);
      const { numUpdatedRows } = await database
        .updateTable("api_key")
        .set(row)
        .where("id", "=", record.id)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async touch(id, lastUsedAt) {
      await database.updateTable("api_key").set({ last_used_at: lastUsedAt }).where("id", "=", id).execute();
    },
    async remove(id) {
      const { numDeletedRows } = await database.deleteFrom("api_key").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

const toRow = (record: ApiKeyRecord): Schema["api_key"] => ({
  id: record.id,
  name: toNullable(record.name),
  hash: record.hash,
  scopes: toJson(record.scopes),
  connections: toNullableJson(record.connections),
  created_at: record.createdAt,
  expires_at: toNullable(record.expiresAt),
  last_used_at: toNullable(record.lastUsedAt),
});

const toRecord = (row: Selectable<Schema["api_key"]>): ApiKeyRecord =>
  present<ApiKeyRecord>({
    id: row.id,
    name: fromNullable(row.name),
    hash: row.hash,
    scopes: fromJson(row.scopes),
    connections: fromNullableJson(row.connections),
    createdAt: row.created_at,
    expiresAt: fromNullable(row.expires_at),
    lastUsedAt: fromNullable(row.last_used_at),
  });
