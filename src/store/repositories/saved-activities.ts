import type { Kysely, Selectable } from "kysely";
import { fromJson, fromNullable, present, toJson, toNullable } from "../codec.ts";
import type { Schema } from "../schema.ts";
import type { SavedActivityRecord, SavedActivityRepository } from "../store.ts";

/** Statements on `saved_activity`. */
export function savedActivityRepository(database: Kysely<Schema>): SavedActivityRepository {
  const find = async (column: "id" | "name", value: string): Promise<SavedActivityRecord | undefined> => {
    const row = await database.selectFrom("saved_activity").selectAll().where(column, "=", value).executeTakeFirst();
    return row && toRecord(row);
  };
  return {
    async insert(record) {
      await database.insertInto("saved_activity").values(toRow(record)).execute();
    },
    byId: (id) => find("id", id),
    byName: (name) => find("name", name),
    async list({ after, limit }, connectionIds) {
      if (connectionIds?.length === 0) return [];
      let query = database.selectFrom("saved_activity").selectAll().orderBy("name").limit(limit);
      if (after !== undefined) query = query.where("name", ">", after);
      if (connectionIds !== undefined) query = query.where("connection_id", "in", connectionIds);
      return (await query.execute()).map(toRecord);
    },
    async update(record, expected) {
      const { numUpdatedRows } = await database
        .updateTable("saved_activity")
        .set(toRow(record))
        .where("id", "=", record.id)
        .where("version", "=", expected)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async remove(id) {
      const { numDeletedRows } = await database.deleteFrom("saved_activity").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
    async followRename(connectionId, from, to) {
      await database
        .updateTable("saved_activity")
        .set({ connection: to })
        .where("connection_id", connectionId === undefined ? "is" : "=", connectionId ?? null)
        .where("connection", "=", from)
        .execute();
    },
    async namesUsing(connection) {
      const query = database.selectFrom("saved_activity").select("name").where("connection", "=", connection);
      return (await query.orderBy("name").execute()).map(({ name }) => name);
    },
    async namesReferringTo(connectionId) {
      const rows = await database
        .selectFrom("saved_activity")
        .select("name")
        .where("connection_id", "=", connectionId)
        .orderBy("name")
        .execute();
      return rows.map((row) => row.name);
    },
  };
}

const toRow = (record: SavedActivityRecord): Schema["saved_activity"] => ({
  id: record.id,
  name: record.name,
  connection: record.connection,
  connection_id: toNullable(record.connectionId),
  kind: record.kind,
  description: toNullable(record.description),
  body: toJson(record.body),
  version: record.version,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
});

const toRecord = (row: Selectable<Schema["saved_activity"]>): SavedActivityRecord =>
  present<SavedActivityRecord>({
    id: row.id,
    name: row.name,
    connection: row.connection,
    connectionId: fromNullable(row.connection_id),
    kind: row.kind,
    description: fromNullable(row.description),
    body: fromJson(row.body),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
