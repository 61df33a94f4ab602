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
import type { ConnectionRecord, ConnectionRepository } from "../store.ts";

/** Statements on `connection`. */
export function connectionRepository(database: Kysely<Schema>): ConnectionRepository {
  const find = async (column: "id" | "name", value: string): Promise<ConnectionRecord | undefined> => {
    const row = await database.selectFrom("connection").selectAll().where(column, "=", value).executeTakeFirst();
    return row && toRecord(row);
  };
  return {
    async insert(record) {
      await database.insertInto("connection").values(toRow(record)).execute();
    },
    byId: (id) => find("id", id),
    byName: (name) => find("name", name),
    async list({ after, limit }, only) {
      if (only?.length === 0) return [];
      let query = database.selectFrom("connection").selectAll().orderBy("name").limit(limit);
      if (after !== undefined) query = query.where("name", ">", after);
      if (only !== undefined)
        query = query.where((where) => where.or([where("id", "in", only), where("name", "in", only)]));
      return (await query.execute()).map(toRecord);
    },
    async update(record, expected) {
      const { numUpdatedRows } = await database
        .updateTable("connection")
        .set(toRow(record))
        .where("id", "=", record.id)
        .where("version", "=", expected)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async remove(id) {
      const { numDeletedRows } = await database.deleteFrom("connection").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

const toRow = (record: ConnectionRecord): Schema["connection"] => ({
  id: record.id,
  name: record.name,
  connector: record.connector,
  description: toNullable(record.description),
  active: toFlag(record.active),
  credential_active: toFlag(record.credentialActive),
  tags: toJson(record.tags),
  properties: toJson(record.properties),
  url_builder: toNullableJson(record.urlBuilder),
  expected_secrets: toJson(record.expectedSecrets),
  version: record.version,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
});

const toRecord = (row: Selectable<Schema["connection"]>): ConnectionRecord =>
  present<ConnectionRecord>({
    id: row.id,
    name: row.name,
    connector: row.connector,
    description: fromNullable(row.description),
    active: fromFlag(row.active),
    credentialActive: fromFlag(row.credential_active),
    tags: fromJson(row.tags),
    properties: fromJson(row.properties),
    urlBuilder: fromNullableJson(row.url_builder),
    expectedSecrets: fromJson(row.expected_secrets),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
