import { type Kysely, sql } from "kysely";
import type { Engine } from "../engines/engine.ts";
import type { Schema } from "../schema.ts";
import type { AuthorizationRepository } from "../store.ts";

/** Statements on `authorization`: codes on their way through a browser. */
export function authorizationRepository(database: Kysely<Schema>, { now }: Engine): AuthorizationRepository {
  return {
    async insert(record, lifeMs) {
      const { expires_at } = await database
        .insertInto("authorization")
        .values({
          state_hash: record.stateHash,
          connection_id: record.connectionId,
          fingerprint: record.fingerprint,
          verifier: record.verifier,
          redirect_uri: record.redirectUri,
          key_id: record.keyId,
          expires_at: sql<number>`${now} + cast(${lifeMs} as bigint)`,
        })
        .returning("expires_at")
        .executeTakeFirstOrThrow();
      return { ...record, expiresAt: expires_at };
    },
    async take(stateHash) {
      const row = await database
        .deleteFrom("authorization")
        .where("state_hash", "=", stateHash)
        .where("expires_at", ">", now)
        .returningAll()
        .executeTakeFirst();
      return (
        row && {
          stateHash: row.state_hash,
          connectionId: row.connection_id,
          fingerprint: row.fingerprint,
          verifier: row.verifier,
          redirectUri: row.redirect_uri,
          keyId: row.key_id,
          expiresAt: row.expires_at,
        }
      );
    },
    async prune() {
      await database.deleteFrom("authorization").where("expires_at", "<=", now).execute();
    },
  };
}
