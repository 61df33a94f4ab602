import { randomUUID } from "node:crypto";
import pg from "pg";
import { describe, it } from "vitest";
import type { Clock } from "../../src/spi/index.ts";
import { openStore } from "../../src/store/open.ts";
import { describeStore } from "../contract/store.contract.ts";
import { keptLog } from "../unit/runtime/fixtures.ts";

/** `DATABASE`: a postgres:// address whose user may create databases; each run makes and drops its own. */
const address = process.env["DATABASE"];

const fastClock: Clock = {
  now: () => Math.round(Date.now() * 10),
  sleep: () => Promise.reject(new Error("nobody sleeps here")),
};

if (address === undefined) {
  describe.skip("store contract: PostgreSQL (no address in DATABASE)", () => {
    it("needs a PostgreSQL", () => {});
  });
} else {
  describeStore("PostgreSQL", async () => {
    const name = `store_${randomUUID().replaceAll("-", "")}`;
    await administer(`create database ${name}`);
    const own = new URL(address);
    own.pathname = `/${name}`;
    const open = () => openStore({ address: own.href, dataDir: "unused", clock: fastClock, log: keptLog() });
    const store = await open();
    const close = store.close.bind(store);
    return {
      store: {
        ...store,
        close: async () => {
          await close();
          await administer(`drop database ${name} with (force)`);
        },
      },
      another: open,
    };
  });
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(statement);
  await client.end();
}
