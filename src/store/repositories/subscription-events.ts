import { type Kysely, type Selectable, sql } from "kysely";
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
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { KnownEvent, SubscriptionEvent, SubscriptionRepository } from "../subscription-records.ts";

type EventStatements = Pick<
  SubscriptionRepository,
  "reserve" | "lastSeq" | "known" | "addEvents" | "events" | "pruneEvents"
>;

/** Rows of one statement: engines limit the parameters. */
const chunkRows = 200;

/** Statements on `subscription_event`, and on the counter its rows are numbered by. */
export function eventStatements(database: Kysely<Schema>, { now }: Engine): EventStatements {
  return {
    async reserve(id, count) {
      // The row stays locked until the commit, so numbers become visible in their order.
      const row = await database
        .updateTable("subscription")
        .set({ last_seq: sql<number>`last_seq + cast(${count} as bigint)` })
        .where("id", "=", id)
        .returning("last_seq")
        .executeTakeFirst();
      return row && row.last_seq - count + 1;
    },
    async lastSeq(id) {
      const row = await database.selectFrom("subscription").select("last_seq").where("id", "=", id).executeTakeFirst();
      return row?.last_seq ?? 0;
    },
    async known(id, keyHashes) {
      const found: KnownEvent[] = [];
      for (let at = 0; at < keyHashes.length; at += chunkRows) {
        const rows = await database
          .selectFrom("subscription_event")
          .select(["seq", "key_hash", "version", "change_type", "source"])
          .where("subscription_id", "=", id)
          .where("key_hash", "in", keyHashes.slice(at, at + chunkRows))
          .execute();
        found.push(...rows.map(toKnown));
      }
      return found.sort((a, b) => a.seq - b.seq);
    },
    async addEvents(events) {
      for (let at = 0; at < events.length; at += chunkRows)
        await database
          .insertInto("subscription_event")
          .values(events.slice(at, at + chunkRows).map(toRow))
          .execute();
    },
    async events(id, after, limit) {
      const rows = await database
        .selectFrom("subscription_event")
        .selectAll()
        .where("subscription_id", "=", id)
        .where("seq", ">", after)
        .orderBy("seq")
        .limit(limit)
        .execute();
      return rows.map(toEvent);
    },
    async pruneEvents(olderThanMs, keep) {
      await database
        .deleteFrom("subscription_event")
        .where("kept_at", "<", sql<number>`${now} - cast(${olderThanMs} as bigint)`)
        .execute();
      const counters = await database
        .selectFrom("subscription")
        .select(["id", "last_seq"])
        .where("last_seq", ">", keep)
        .execute();
      for (const { id, last_seq } of counters)
        await database
          .deleteFrom("subscription_event")
          .where("subscription_id", "=", id)
          .where("seq", "<=", last_seq - keep)
          .execute();
    },
  };
}

const toRow = (event: SubscriptionEvent): Schema["subscription_event"] => ({
  subscription_id: event.subscriptionId,
  seq: event.seq,
  at: event.at,
  kept_at: event.keptAt,
  change_type: event.changeType,
  item_key: toJson(event.key),
  old_key: toNullableJson(event.oldKey),
  key_hash: event.keyHash,
  version: toNullable(event.version),
  table_name: event.table,
  source: event.source,
  duplicate: toFlag(event.duplicate),
});

type Stored = Selectable<Schema["subscription_event"]>;

const toKnown = (row: Pick<Stored, "seq" | "key_hash" | "version" | "change_type" | "source">): KnownEvent =>
  present<KnownEvent>({
    seq: row.seq,
    keyHash: row.key_hash,
    version: fromNullable(row.version),
    changeType: row.change_type as KnownEvent["changeType"],
    source: row.source as KnownEvent["source"],
  });

const toEvent = (row: Stored): SubscriptionEvent =>
  present<SubscriptionEvent>({
    ...toKnown(row),
    version: fromNullable(row.version),
    subscriptionId: row.subscription_id,
    at: row.at,
    keptAt: row.kept_at,
    key: fromJson(row.item_key),
    oldKey: fromNullableJson(row.old_key),
    table: row.table_name,
    duplicate: fromFlag(row.duplicate),
  });
