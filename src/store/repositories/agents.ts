import { type Kysely, sql } from "kysely";
import { fromJson, toJson } from "../codec.ts";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { AgentRepository } from "../store.ts";

/** Statements on `agent`. */
export function agentRepository(database: Kysely<Schema>, { now }: Engine): AgentRepository {
  const before = (agoMs: number) => sql<number>`${now} - cast(${agoMs} as bigint)`;
  return {
    async seen({ name, group, version, connectors }, isStarting) {
      const seen = { group_name: group, version, connectors: toJson(connectors), seen_at: now };
      await database
        .insertInto("agent")
        .values({ name, ...seen, started_at: now })
        .onConflict((conflict) =>
          conflict.column("name").doUpdateSet({ ...seen, ...(isStarting ? { started_at: now } : {}) }),
        )
        .execute();
    },
    async live(withinMs) {
      const rows = await database
        .selectFrom("agent")
        .selectAll()
        .where("seen_at", ">", before(withinMs))
        .orderBy("name")
        .execute();
      return rows.map((row) => ({
        name: row.name,
        group: row.group_name,
        version: row.version,
        connectors: fromJson(row.connectors),
        startedAt: row.started_at,
        seenAt: row.seen_at,
      }));
    },
    async remove(name) {
      await database.deleteFrom("agent").where("name", "=", name).execute();
    },
    async prune(olderThanMs) {
      await database.deleteFrom("agent").where("seen_at", "<", before(olderThanMs)).execute();
    },
  };
}
