import { type Kysely, type Selectable, sql } from "kysely";
import { fromJson, toJson } from "../codec.ts";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { SubscriptionRecord, SubscriptionRepository } from "../subscription-records.ts";
import { eventStatements } from "./subscription-events.ts";
import { ownerStatements } from "./subscription-owners.ts";

/** Statements on `subscription`, `subscription_owner` and `subscription_event`. */
export function subscriptionRepository(database: Kysely<Schema>, engine: Engine): SubscriptionRepository {
  const { now } = engine;
  const after = (waitMs: number) => sql<number>`${now} + cast(${waitMs} as bigint)`;
  const take = async (ids: readonly string[], owner: string, leaseMs: number): Promise<readonly string[]> => {
    if (ids.length === 0) return [];
    const taken = await database
      .updateTable("subscription")
      .set({ lease_owner: owner, lease_until: after(leaseMs) })
      .where("id", "in", ids)
      .where("lease_until", "<=", now)
      .returning("id")
      .execute();
    return taken.map(({ id }) => id);
  };
  return {
    async insert(record) {
      const values = {
        ...toRow(record),
        last_seq: 0,
        asked: record.asked,
        due_at: 0,
        lease_owner: null,
        lease_until: 0,
      };
      await database.insertInto("subscription").values(values).execute();
    },
    async byId(id) {
      const row = await database.selectFrom("subscription").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toRecord(row);
    },
    async byResource(connectionId, resource) {
      const row = await database
        .selectFrom("subscription")
        .selectAll()
        .where("connection_id", "=", connectionId)
        .where("resource", "=", resource)
        .executeTakeFirst();
      return row && toRecord(row);
    },
    async list(connectionId, slice) {
      let query = database
        .selectFrom("subscription")
        .selectAll()
        .where("connection_id", "=", connectionId)
        .orderBy("id")
        .limit(slice.limit);
      if (slice.after !== undefined) query = query.where("id", ">", slice.after);
      return (await query.execute()).map(toRecord);
    },
    async claimDue(owner, leaseMs, limit) {
      const due = await database
        .selectFrom("subscription")
        .select("id")
        .where("state", "<>", "ended")
        .where("due_at", "<=", now)
        .where("lease_until", "<=", now)
        .orderBy("due_at")
        .limit(limit)
        .execute();
      const taken = await take(
        due.map(({ id }) => id),
        owner,
        leaseMs,
      );
      if (taken.length === 0) return [];
      const rows = await database.selectFrom("subscription").selectAll().where("id", "in", taken).execute();
      return rows.map(toRecord);
    },
    claim: async (id, owner, leaseMs) => (await take([id], owner, leaseMs)).length === 1,
    async extend(id, owner, leaseMs) {
      const { numUpdatedRows } = await database
        .updateTable("subscription")
        .set({ lease_until: after(leaseMs) })
        .where("id", "=", id)
        .where("lease_owner", "=", owner)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async save(record, owner, dueInMs) {
      const { state, body } = toRow(record);
      const given = dueInMs === undefined ? {} : { due_at: after(dueInMs), lease_owner: null, lease_until: 0 };
      const { numUpdatedRows } = await database
        .updateTable("subscription")
        .set({ state, body, ...given })
        .where("id", "=", record.id)
        .where("lease_owner", "=", owner)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async hurry(id) {
      await database
        .updateTable("subscription")
        .set({ due_at: 0, asked: sql<number>`asked + 1` })
        .where("id", "=", id)
        .execute();
    },
    async remove(id) {
      const { numDeletedRows } = await database.deleteFrom("subscription").where("id", "=", id).executeTakeFirst();
      return numDeletedRows === 1n;
    },
    ...eventStatements(database, engine),
    ...ownerStatements(database, engine),
  };
}

const toRow = (record: SubscriptionRecord) => ({
  id: record.id,
  connection_id: record.connectionId,
  resource: record.watched.resource,
  state: record.state,
  body: toJson(record),
});

/** The columns beside `body` repeat members of it, for finding them. */
const toRecord = ({ body, asked }: Selectable<Schema["subscription"]>): SubscriptionRecord => ({
  ...fromJson<SubscriptionRecord>(body),
  asked,
});
