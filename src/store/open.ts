import { isAbsolute, resolve } from "node:path";
import { Kysely, sql } from "kysely";
import { type Clock, ConnectorError, type Log } from "#spi";
import type { Engine } from "./engines/engine.ts";
import { unavailable } from "./engines/errors.ts";
import { sqliteEngine } from "./engines/sqlite.ts";
import { knownVersion, migrate, schemaVersion } from "./migrations/migrate.ts";
import { createChanges, type Topic } from "./notify.ts";
import { repositoriesOver } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { Store } from "./store.ts";

export interface StoreOptions {
  /** `file:` (in the data folder), `file:NAME` (relative to it or absolute), `file::memory:`, or `postgres://…`. */
  readonly address: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

const defaultFile = "store.sqlite";
const canaryKey = "canary";

/** Is this the embedded store, whose master key may be made at first start? */
export const isEmbedded = (address: string): boolean => address.startsWith("file:");

/** Opens the store and brings its schema forward; a newer schema is left alone and makes `isSchemaKnown` false. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const engine = await engineOf(options);
  const database = new Kysely<Schema>({ dialect: engine.dialect });
  try {
    await migrate(database, engine);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return storeOver(database, engine, options.clock);
}

async function engineOf({ address, dataDir, log }: StoreOptions): Promise<Engine> {
  if (/^postgres(ql)?:\/\//.test(address)) {
    // Loaded on demand: the driver takes 13 MB that the embedded store need not pay.
    const { postgresEngine } = await import("./engines/postgres.ts");
    return postgresEngine(address, log);
  }
  if (!isEmbedded(address))
    throw new ConnectorError("INVALID_REQUEST", "STORE is neither file: nor postgres://", { target: "STORE" });
  const name = address.slice("file:".length).replace(/^\/\//, "");
  if (name === ":memory:") return sqliteEngine(name);
  return sqliteEngine(isAbsolute(name) ? name : resolve(dataDir, name === "" ? defaultFile : name));
}

function storeOver(database: Kysely<Schema>, engine: Engine, clock: Clock): Store {
  const changes = createChanges(() => readVersions(database), clock);
  const isSchemaKnown = async (): Promise<boolean> => (await schemaVersion(database)) === knownVersion;
  return {
    ...repositoriesOver(database, engine),
    changes,
    async transaction(work, topics = []) {
      const { result, versions } = await database.transaction().execute(async (transaction) => ({
        result: await work(repositoriesOver(transaction, engine)),
        versions: await raise(transaction, topics),
      }));
      changes.committed(versions);
      return result;
    },
    async now() {
      const { rows } = await sql<{ now: number }>`select ${engine.now} as now`.execute(database);
      const [row] = rows;
      if (row === undefined) throw unavailable(new Error("the store tells no time"));
      return row.now;
    },
    async canary() {
      const value = String(clock.now());
      await database
        .insertInto("meta")
        .values({ key: canaryKey, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    },
    isSchemaKnown,
    close: () => database.destroy(),
  };
}

async function readVersions(database: Kysely<Schema>): Promise<ReadonlyMap<string, number>> {
  const rows = await database.selectFrom("change").selectAll().execute();
  return new Map(rows.map(({ topic, version }) => [topic, version]));
}

/** Raises the counter of each topic; the versions are told to caches once committed. */
async function raise(database: Kysely<Schema>, topics: readonly Topic[]): Promise<ReadonlyMap<Topic, number>> {
  const versions = new Map<Topic, number>();
  // In a fixed order, so that two transactions never wait for each other's rows.
  for (const topic of [...topics].sort()) {
    const { version } = await database
      .insertInto("change")
      .values({ topic, version: 1 })
      .onConflict((conflict) => conflict.column("topic").doUpdateSet({ version: sql<number>`change.version + 1` }))
      .returning("version")
      .executeTakeFirstOrThrow();
    versions.set(topic, version);
  }
  return versions;
}
