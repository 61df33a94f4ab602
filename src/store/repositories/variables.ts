import type { Kysely, Selectable } from "kysely";
import { fromFlag, fromNullable, present, toFlag, toNullable } from "../codec.ts";
import type { Schema } from "../schema.ts";
import type { VariableRecord, VariableRepository } from "../store.ts";

/** Statements on `variable`. */
export function variableRepository(database: Kysely<Schema>): VariableRepository {
  return {
    async insert(record) {
      await database.insertInto("variable").values(toRow(record)).execute();
    },
    async byName(name) {
      const row = await database.selectFrom("variable").selectAll().where("name", "=", name).executeTakeFirst();
      return row && toRecord(row);
    },
    async list({ after, limit }) {
      let query = database.selectFrom("variable").selectAll().orderBy("name").limit(limit);
      if (after !== undefined) query = query.where("name", ">", after);
      return (await query.execute()).map(toRecord);
    },
    async all() {
      return (await database.selectFrom("variable").selectAll().execute()).map(toRecord);
    },
    async update(record, expected) {
      const { numUpdatedRows } = await database
        .updateTable("variable")
        .set(toRow(record))
        .where("id", "=", record.id)
        .where("version", "=", expected)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async remove(id) {
      const { numDeletedRows } = await database.deleteFrom("variable").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
  };
}

const toRow = (record: VariableRecord): Schema["variable"] => ({
  id: record.id,
  name: record.name,
  kind: record.kind,
  secret: toFlag(record.secret),
  value: toNullable(record.value),
  version: record.version,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
});

const toRecord = (row: Selectable<Schema["variable"]>): VariableRecord =>
  present<VariableRecord>({
    id: row.id,
    name: row.name,
    kind: row.kind,
    secret: fromFlag(row.secret),
    value: fromNullable(row.value),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
