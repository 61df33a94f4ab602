// The package's own entry also loads its fetch, WebSocket, mocks and caches: 8 MB more for the life of the process.
// Types are declared for that entry only.

// @ts-expect-error
import failures from "undici/lib/core/errors.js";
// @ts-expect-error
import client from "undici/lib/dispatcher/client.js";
// @ts-expect-error
import pool from "undici/lib/dispatcher/pool.js";

/** One socket to one origin. */
export const Client: typeof import("undici").Client = client;
/** Several sockets to one origin. */
export const Pool: typeof import("undici").Pool = pool;
/** What exchanges fail with. */
export const errors: typeof import("undici").errors = failures;
