import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { fromJson, toJson } from "../codec.ts";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { IdempotencyKey, IdempotencyRepository } from "../store.ts";

/** Statements on `idempotency`. */
export function idempotencyRepository(database: Kysely<Schema>, { now }: Engine): IdempotencyRepository {
  const after = (waitMs: number) => sql<number>`${now} + cast(${waitMs} as bigint)`;
  return {
    async claim(key, fingerprint, claim, { runningMs, keepMs }) {
      const { principal, path } = key;
      const fresh = {
        fingerprint,
        claim,
        status: null,
        headers: null,
        body: null,
        running_until: after(runningMs),
        expires_at: after(keepMs),
      };
      const { numInsertedOrUpdatedRows } = await database
        .insertInto("idempotency")
        .values({ principal, path, key: key.key, ...fresh })
        .onConflict((conflict) =>
          conflict.columns(["principal", "path", "key"]).doUpdateSet(fresh).where("idempotency.expires_at", "<=", now),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    async read(key) {
      const row = await database
        .selectFrom("idempotency")
        .select(["fingerprint", "claim", "status", "headers", "body"])
        .select(sql<number>`running_until - ${now}`.as("running_for"))
        .where(isKey(key))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { fingerprint, claim, status, headers, body } = row;
      const known = { ...key, fingerprint, claim, runningForMs: row.running_for };
      if (status === null || headers === null || body === null) return known;
      return { ...known, answer: { status, headers: fromJson(headers), body } };
    },
    async complete(key, claim, { status, headers, body }, keepMs) {
      const { numUpdatedRows } = await database
        .updateTable("idempotency")
        .set({ status, headers: toJson(headers), body, expires_at: after(keepMs) })
        .where(isKey(key))
        .where("claim", "=", claim)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async release(key, claim) {
      await database.deleteFrom("idempotency").where(isKey(key)).where("claim", "=", claim).execute();
    },
    async prune() {
      await database.deleteFrom("idempotency").where("expires_at", "<=", now).execute();
    },
  };
}

const isKey =
  ({ principal, path, key }: IdempotencyKey) =>
  (where: ExpressionBuilder<Schema, "idempotency">) =>
    where.and({ principal, path, key });
