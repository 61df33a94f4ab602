import { type Driver, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { invalidRequest, type Log } from "#spi";
import { toInteger } from "../codec.ts";
import type { Engine } from "./engine.ts";
import { referenceViolation, translating, unavailable, uniqueViolation } from "./errors.ts";

const poolSize = 10;
const poolWaitMs = 2000;
const statementTimeoutMs = 5000;
/** Any fixed number; instances of this service meet at it. */
const migrationLock = 738_205_114;
const int8Oid = 20;

/** The scale-out engine: several instances share one PostgreSQL. */
export function postgresEngine(address: string, log: Log): Engine {
  return {
    dialect: new TranslatingPostgresDialect({ pool: async () => createPool(address, log) }),
    now: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
    skipLocked: sql`for update skip locked`,
    lockMigrations: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
    },
  };
}

class TranslatingPostgresDialect extends PostgresDialect {
  override createDriver(): Driver {
    return translating(super.createDriver(), { error: translatePostgresError });
  }
}

function createPool(address: string, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: address,
    max: poolSize,
    connectionTimeoutMillis: poolWaitMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 1000,
    keepAlive: true,
    types: { getTypeParser: typeParser },
  });
  const report = (error: Error): void => log.warn({ error: error.message }, "a store connection broke");
  pool.on("error", report);
  // A client that is checked out emits "error" by itself; unhandled it ends the process.
  pool.on("connect", (client) => client.on("error", report));
  return pool;
}

const typeParser: typeof pg.types.getTypeParser = (oid: number, format?: string) =>
  oid === int8Oid ? toInteger : pg.types.getTypeParser(oid, format as "text");

const uniqueViolationState = "23505";
const untranslatableState = "22021";
const foreignKeyViolationState = "23503";
/** SQLSTATE classes that say the server, not the statement, is at fault: connection, transaction, resources, operator, system. */
const unavailableClasses = new Set(["08", "25", "40", "53", "57", "58", "XX"]);

function translatePostgresError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const state = error instanceof pg.DatabaseError ? error.code : undefined;
  if (state === uniqueViolationState) return uniqueViolation(error);
  if (state === foreignKeyViolationState) return referenceViolation(error);
  if (state === untranslatableState)
    return invalidRequest("A text holds a character the store cannot keep (U+0000).", { cause: error });
  // Without an SQLSTATE the connection itself failed: refused, reset, timed out, pool exhausted.
  if (state === undefined || unavailableClasses.has(state.slice(0, 2))) return unavailable(error);
  return error;
}
