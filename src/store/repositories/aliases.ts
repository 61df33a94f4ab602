import type { Kysely, Selectable } from "kysely";
import {
  fromFlag,
  fromJson,
  fromNullable,
  fromNullableJson,
  present,
  toFlag,
  toJson,
  toNullable,
  toNullableJson,
} from "../codec.ts";
import type { Schema } from "../schema.ts";
import type { AliasRecord, AliasRepository } from "../store.ts";

/** Statements on `alias`. */
export function aliasRepository(database: Kysely<Schema>): AliasRepository {
  return {
    async insert(record) {
      await database.insertInto("alias").values(toRow(record)).execute();
    },
    async byName(name) {
      const row = await database.selectFrom("alias").selectAll().where("name", "=", name).executeTakeFirst();
      return row && toRecord(row);
    },
    async list({ after, limit }) {
      let query = database.selectFrom("alias").selectAll().orderBy("name").limit(limit);
      if (after !== undefined) query = query.where("name", ">", after);
      return (await query.execute()).map(toRecord);
    },
    async all() {
      return (await database.selectFrom("alias").selectAll().orderBy("name").execute()).map(toRecord);
    },
    async update(record, expected) {
      const { numUpdatedRows } = await database
        .updateTable("alias")
        .set(toRow(record))
        .where("id", "=", record.id)
        .where("version", "=", expected)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async remove(id) {
      const { numDeletedRows } = await database.deleteFrom("alias").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

const toRow = (record: AliasRecord): Schema["alias"] => ({
  id: record.id,
  name: record.name,
  description: toNullable(record.description),
  parent_id: toNullable(record.parentId),
  multiple: toFlag(record.multiple),
  connections: toJson(record.connectionIds),
  retry_policy: toNullableJson(record.retryPolicy),
  version: record.version,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
});

const toRecord = (row: Selectable<Schema["alias"]>): AliasRecord =>
  present<AliasRecord>({
    id: row.id,
    name: row.name,
    description: fromNullable(row.description),
    parentId: fromNullable(row.parent_id),
    multiple: fromFlag(row.multiple),
    connectionIds: fromJson(row.connections),
    retryPolicy: fromNullableJson(row.retry_policy),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
