import type { Kysely } from "kysely";
import type { Schema } from "../schema.ts";
import type { AuditRepository } from "../store.ts";

/** Statements on `audit`: rows are appended and read, never changed. */
export function auditRepository(database: Kysely<Schema>): AuditRepository {
  return {
    async append({ requestId, ...row }) {
      await database
        .insertInto("audit")
        .values({ ...row, request_id: requestId })
        .execute();
    },
    async list({ action, target, since, targets }, before, limit) {
      if (targets?.length === 0) return [];
      let query = database.selectFrom("audit").selectAll().orderBy("at", "desc").orderBy("id", "desc").limit(limit);
      if (action !== undefined) query = query.where("action", "=", action);
      if (target !== undefined) query = query.where("target", "=", target);
      if (since !== undefined) query = query.where("at", ">=", since);
      if (targets !== undefined) query = query.where("target", "in", targets);
      if (before !== undefined) {
        const { at, id } = before;
        query = query.where((where) =>
          where.or([where("at", "<", at), where.and([where("at", "=", at), where("id", "<", id)])]),
        );
      }
      const rows = await query.execute();
      return rows.map(({ request_id, ...row }) => ({ ...row, requestId: request_id }));
    },
  };
}
