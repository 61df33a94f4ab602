import { type Kysely, type Selectable, sql } from "kysely";
import { fromJson, fromNullableJson, present, toFlag, toJson, toNullableJson } from "../codec.ts";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { Delivery, SubscriptionOwner, SubscriptionRepository } from "../subscription-records.ts";

type OwnerStatements = Pick<
  SubscriptionRepository,
  "owners" | "putOwner" | "removeOwner" | "claimDeliveries" | "saveDelivery"
>;

/** Statements on `subscription_owner`. */
export function ownerStatements(database: Kysely<Schema>, { now }: Engine): OwnerStatements {
  const after = (waitMs: number) => sql<number>`${now} + cast(${waitMs} as bigint)`;
  return {
    async owners(id) {
      const rows = await database
        .selectFrom("subscription_owner")
        .selectAll()
        .where("subscription_id", "=", id)
        .orderBy("added_at")
        .orderBy("key_id")
        .execute();
      return rows.map(toOwner);
    },
    async putOwner(owner) {
      const { subscription_id, key_id, added_at, ...changed } = toRow(owner);
      const free = { due_at: 0, lease_owner: null, lease_until: 0 };
      await database
        .insertInto("subscription_owner")
        .values({ subscription_id, key_id, added_at, ...changed, ...free })
        .onConflict((conflict) => conflict.columns(["subscription_id", "key_id"]).doUpdateSet({ ...changed, ...free }))
        .execute();
    },
    async removeOwner(id, keyId) {
      const { numDeletedRows } = await database
        .deleteFrom("subscription_owner")
        .where("subscription_id", "=", id)
        .where("key_id", "=", keyId)
        .executeTakeFirst();
      return numDeletedRows === 1n;
    },
    async claimDeliveries(holder, leaseMs, limit) {
      const due = await database
        .selectFrom("subscription_owner")
        .innerJoin("subscription", "subscription.id", "subscription_owner.subscription_id")
        .select(["subscription_id", "key_id"])
        .where("delivers", "=", 1)
        .where("subscription_owner.due_at", "<=", now)
        .where("subscription_owner.lease_until", "<=", now)
        .whereRef("subscription.last_seq", ">", "delivered_seq")
        .limit(limit)
        .execute();
      const taken: SubscriptionOwner[] = [];
      for (const { subscription_id, key_id } of due) {
        const row = await database
          .updateTable("subscription_owner")
          .set({ lease_owner: holder, lease_until: after(leaseMs) })
          .where("subscription_id", "=", subscription_id)
          .where("key_id", "=", key_id)
          .where("lease_until", "<=", now)
          .returningAll()
          .executeTakeFirst();
        if (row !== undefined) taken.push(toOwner(row));
      }
      return taken;
    },
    async saveDelivery(owner, holder, dueInMs) {
      const { delivery, delivered_seq, delivers } = toRow(owner);
      const { numUpdatedRows } = await database
        .updateTable("subscription_owner")
        .set({ delivery, delivered_seq, delivers, due_at: after(dueInMs), lease_owner: null, lease_until: 0 })
        .where("subscription_id", "=", owner.subscriptionId)
        .where("key_id", "=", owner.keyId)
        .where("lease_owner", "=", holder)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
}

const toRow = ({ subscriptionId, keyId, changeTypes, addedAt, delivery }: SubscriptionOwner) => ({
  subscription_id: subscriptionId,
  key_id: keyId,
  change_types: toJson(changeTypes),
  added_at: addedAt,
  delivery: toNullableJson(delivery),
  delivered_seq: delivery?.deliveredSeq ?? 0,
  delivers: toFlag(delivery !== undefined && delivery.state !== "ended"),
});

const toOwner = (row: Selectable<Schema["subscription_owner"]>): SubscriptionOwner =>
  present<SubscriptionOwner>({
    subscriptionId: row.subscription_id,
    keyId: row.key_id,
    changeTypes: fromJson(row.change_types),
    addedAt: row.added_at,
    delivery: fromNullableJson<Delivery>(row.delivery),
  });
