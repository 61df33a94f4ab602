import type { Kysely } from "kysely";
import { fromNullable, fromNullableJson, present, toJson } from "../codec.ts";
import type { Schema } from "../schema.ts";
import type { ConnectionStateRecord, ConnectionStateRepository } from "../store.ts";

/** Statements on `connection_state`. */
export function connectionStateRepository(database: Kysely<Schema>): ConnectionStateRepository {
  const save = async (row: Schema["connection_state"], column: "last_test" | "throttled_until"): Promise<void> => {
    await database
      .insertInto("connection_state")
      .values(row)
      .onConflict((conflict) => conflict.column("connection_id").doUpdateSet({ [column]: row[column] }))
      .execute();
  };
  return {
    async read(connectionId) {
      const row = await database
        .selectFrom("connection_state")
        .selectAll()
        .where("connection_id", "=", connectionId)
        .executeTakeFirst();
      return present<ConnectionStateRecord>({
        lastTest: fromNullableJson(row?.last_test ?? null),
        throttledUntil: fromNullable(row?.throttled_until ?? null),
      });
    },
    saveLastTest: (connectionId, lastTest) =>
      save({ connection_id: connectionId, last_test: toJson(lastTest), throttled_until: null }, "last_test"),
    saveThrottledUntil: (connectionId, until) =>
      save({ connection_id: connectionId, last_test: null, throttled_until: until }, "throttled_until"),
  };
}
