import { setTimeout } from "node:timers/promises";
import type { DatabaseConnection, Driver } from "kysely";
import { busy, ConnectorError } from "#spi";

const unavailableWaitMs = 1000;

/** A unique or primary key is taken; use cases say in their own words what that means. */
export const uniqueViolation = (cause: unknown): ConnectorError =>
  new ConnectorError("CONFLICT", "A record with this name or key exists already.", {
    causeCode: "STORE_UNIQUE",
    cause,
  });

/** The store cannot be read or written: the request fails with 503, and readiness will find the same. */
export const unavailable = (cause: unknown): ConnectorError =>
  busy("The service's own store cannot be used at the moment.", unavailableWaitMs, {
    causeCode: "STORE_UNAVAILABLE",
    cause,
  });

/** What a record refers to is not there any more. */
export const referenceViolation = (cause: unknown): ConnectorError =>
  new ConnectorError("NOT_FOUND", "What this belongs to was removed by another request.", {
    causeCode: "STORE_REFERENCE",
    cause,
  });

export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof ConnectorError && error.causeCode === "STORE_UNIQUE";

/** What an engine makes of an error its driver threw. */
export interface Translation {
  error(error: unknown): unknown;
  /** The statement did nothing because another process was writing: it is tried again, without blocking this process. */
  isContended?(error: unknown): boolean;
}

/** How long a statement waits for another process that is writing, and the longest pause between two tries. */
const contentionLimitMs = 5000;
const pauseLimitMs = 20;

/** Makes a driver throw translated errors only. */
export function translating(driver: Driver, translation: Translation): Driver {
  const patched = new WeakSet<DatabaseConnection>();
  const acquire = driver.acquireConnection.bind(driver);
  const init = driver.init.bind(driver);
  driver.init = (options) =>
    init(options).catch((error) => {
      throw translation.error(error);
    });
  driver.acquireConnection = async (options) => {
    const connection = await acquire(options).catch((error) => {
      throw translation.error(error);
    });
    if (patched.has(connection)) return connection;
    patched.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = (query, queryOptions) =>
      patiently(() => execute<never>(query, queryOptions), translation).catch((error) => {
        throw translation.error(error);
      });
    return connection;
  };
  return driver;
}

async function patiently<T>(execute: () => Promise<T>, { isContended }: Translation): Promise<T> {
  const startedAt = performance.now();
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseLimitMs, pauseMs * 2)) {
    try {
      return await execute();
    } catch (error) {
      if (!isContended?.(error) || performance.now() - startedAt > contentionLimitMs) throw error;
      await setTimeout(pauseMs * (0.5 + Math.random()));
    }
  }
}
