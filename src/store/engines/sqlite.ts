import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type Driver, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from "kysely";
import type { Engine } from "./engine.ts";
import { referenceViolation, translating, unavailable, uniqueViolation } from "./errors.ts";

/** While opening only; later waits must not block the process, so they are made between tries (`errors.ts`). */
const openTimeoutMs = 5000;
const cachedStatements = 300;
const synchronousFull = 2;

/** The embedded engine: one file, durable to the last acknowledged commit (WAL with synchronous=FULL). */
export function sqliteEngine(path: string): Engine {
  return {
    dialect: new TranslatingSqliteDialect({ database: async () => adapted(openDatabase(path)) }),
    now: sql<number>`cast(round(unixepoch('subsec') * 1000) as integer)`,
    skipLocked: sql``,
    // The transaction itself keeps others out: it begins as "immediate".
    lockMigrations: async () => {},
  };
}

class TranslatingSqliteDialect extends SqliteDialect {
  override createDriver(): Driver {
    return translating(super.createDriver(), { error: translateSqliteError, isContended });
  }
}

function openDatabase(path: string): DatabaseSync {
  const inMemory = path === ":memory:";
  if (!inMemory) createPrivately(path);
  const database = new DatabaseSync(path, { timeout: openTimeoutMs, enableForeignKeyConstraints: true });
  const journal = database.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
  database.exec("PRAGMA synchronous = FULL");
  const synchronous = database.prepare("PRAGMA synchronous").get()?.["synchronous"];
  // Read back: a build of SQLite may default to NORMAL under WAL, which loses acknowledged commits on a power cut.
  if (synchronous !== synchronousFull || (journal !== "wal" && !inMemory)) {
    database.close();
    throw new Error(`${path}: the file system allows no durable WAL (journal ${journal}, synchronous ${synchronous})`);
  }
  database.exec("PRAGMA busy_timeout = 0");
  return database;
}

/** The file is made before SQLite opens it, so that it and the -wal and -shm beside it are the owner's alone. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}

/** Fits node:sqlite to what Kysely expects of better-sqlite3. */
function adapted(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      // Deferred transactions that read first fail with SQLITE_BUSY when another process wrote in between.
      const source = text === "begin" ? "begin immediate" : text;
      const known = statements.get(source);
      if (known !== undefined) return known;
      const statement = adaptedStatement(database.prepare(source));
      if (statements.size >= cachedStatements) statements.clear();
      statements.set(source, statement);
      return statement;
    },
  };
}

function adaptedStatement(statement: StatementSync): SqliteStatement {
  const bind = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bind(parameters)),
    run: (parameters) => statement.run(...bind(parameters)),
    iterate: (parameters) => statement.iterate(...bind(parameters)),
  };
}

/** Primary result codes that say the file, not the statement, is at fault. */
const unavailableCodes = new Map([
  [5, "SQLITE_BUSY"],
  [6, "SQLITE_LOCKED"],
  [7, "SQLITE_NOMEM"],
  [8, "SQLITE_READONLY"],
  [10, "SQLITE_IOERR"],
  [11, "SQLITE_CORRUPT"],
  [13, "SQLITE_FULL"],
  [14, "SQLITE_CANTOPEN"],
  [26, "SQLITE_NOTADB"],
]);
const constraintUnique = 2067;
const constraintPrimaryKey = 1555;
const constraintForeignKey = 787;

const busyCode = 5;

function translateSqliteError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  if (code === "ERR_INVALID_STATE") return unavailable(error);
  const result = resultCode(error);
  if (result === constraintUnique || result === constraintPrimaryKey) return uniqueViolation(error);
  if (result === constraintForeignKey) return referenceViolation(error);
  return unavailableCodes.has(result & 0xff) ? unavailable(error) : error;
}

const isContended = (error: unknown): boolean => (resultCode(error) & 0xff) === busyCode;

const resultCode = (error: unknown): number =>
  error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : 0;
