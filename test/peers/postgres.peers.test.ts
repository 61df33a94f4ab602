import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installedConnectors } from "../../connectors/index.ts";
import { type RunningSandbox, startSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { createLog } from "../../src/log.ts";
import { type Service, startService } from "../../src/service.ts";
import { readSettings } from "../../src/settings.ts";
import type { Clock } from "../../src/spi/index.ts";
import { openStore } from "../../src/store/open.ts";
import { describeStore } from "../contract/store.contract.ts";
import { type Client, createClient } from "../service/support/client.ts";
import { keptLog } from "../unit/runtime/fixtures.ts";
import { missingForPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";

const missing = missingForPostgres();
const title = `PostgreSQL${missing === undefined ? "" : ` (skipped: ${missing})`}`;

const fastClock: Clock = {
  now: () => Math.round(Date.now() * 10),
  sleep: () => Promise.reject(new Error("nobody sleeps here")),
};

describe.skipIf(missing !== undefined)(title, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  describeStore("PostgreSQL", async () => {
    const address = await server.newDatabase();
    const open = () => openStore({ address, dataDir: "unused", clock: fastClock, log: keptLog() });
    return { store: await open(), another: open };
  });

  describe("two instances of the service on one store", () => {
    const adminKey = randomBytes(24).toString("hex");
    let folder: string;
    let sandbox: RunningSandbox;
    const services: Service[] = [];
    const logged: string[] = [];
    let first: Client;
    let second: Client;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "instances-"));
      const masterKey = path.join(folder, "master.key");
      await writeFile(masterKey, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
      sandbox = await startSandbox();
      const store = await server.newDatabase();
      first = await startInstance("first", store, masterKey);
      second = await startInstance("second", store, masterKey);
    });
    afterAll(async () => {
      for (const service of services) await service.close();
      await sandbox?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function startInstance(name: string, store: string, masterKey: string): Promise<Client> {
      const settings = readSettings({
        PORT: "0",
        DATA_DIR: path.join(folder, name),
        STORE: store,
        MASTER_KEY_FILE: masterKey,
        ADMIN_KEY: adminKey,
        AGENT_NAME: name,
        EGRESS_ALLOW: "127.0.0.0/8",
      });
      const definitions = await installedConnectors({ environment: {}, readFile: (file) => readFile(file, "utf8") });
      const log = createLog({ level: "info", destination: { write: (line) => logged.push(line) } });
      const service = await startService({ settings, definitions, log, version: "0.0.0-test" });
      services.push(service);
      return createClient(service.url, adminKey);
    }

    const inbox = { table: "Inbox", columns: ["Subject"], orderBy: [{ column: "Subject", direction: "asc" }] };

    it("a connection made at one is used at the other, its secret unsealed by the shared master key", async () => {
      const properties = {
        Schema: "EWS",
        Platform: "Exchange2013_SP1",
        AuthScheme: "Basic",
        Server: sandbox.ewsUrl,
        User: "alice@sandbox.example",
        Password: "sandbox",
      };
      await first.ok("/v1/connections", { name: "shared", connector: "microsoft-exchange", properties });
      const one = await first.run("shared", "query", inbox);
      const other = await second.run("shared", "query", inbox);
      expect(one.records.length).toBeGreaterThan(0);
      expect(other.records).toEqual(one.records);
    });

    it("a page token of one is good at the other", async () => {
      const body = { ...inbox, pageSize: 1 };
      const page = await first.run("shared", "query", body);
      const next = await second.run("shared", "query", { ...body, pageToken: page.nextPageToken });
      expect(next.records).toHaveLength(1);
      expect(next.records).not.toEqual(page.records);
    });

    it("a changed password is used at the other within 5 s", async () => {
      const change = { properties: { Password: "wrong" } };
      await first.ok("/v1/connections/shared", change, {
        method: "PATCH",
        headers: { "content-type": "application/merge-patch+json" },
      });
      await eventually(async () => {
        const answer = await second.call("/v1/connections/shared/query", inbox);
        return answer.status === 502 && answer.body.code === "AUTHENTICATION_FAILED";
      });
      await second.ok(
        "/v1/connections/shared",
        { properties: { Password: "sandbox" } },
        {
          method: "PATCH",
          headers: { "content-type": "application/merge-patch+json" },
        },
      );
      await eventually(async () => (await first.call("/v1/connections/shared/query", inbox)).status === 200);
    });

    it("a key made at one is good at the other, and refused there once revoked, each within 5 s", async () => {
      const made = await first.ok("/v1/keys", { name: "short-lived", scopes: ["operator"] });
      const holder = createClient(services[1]?.url ?? "", made.key);
      await eventually(async () => (await holder.call("/v1/connections/shared/query", inbox)).status === 200);
      expect((await first.call(`/v1/keys/${made.id}`, undefined, { method: "DELETE" })).status).toBe(204);
      await eventually(async () => (await holder.call("/v1/connections/shared/query", inbox)).status === 401);
    });

    it("each knows the other as a live agent", async () => {
      const { items } = await second.ok("/v1/agents");
      expect(items.map(({ name }: { name: string }) => name).sort()).toEqual(["first", "second"]);
    });

    it("no secret is in a log line", () => {
      const text = logged.join("");
      for (const secret of [adminKey, 'Password":"sandbox']) expect(text).not.toContain(secret);
    });
  });
});

/** Asks again until it is so; 5 s is what the service promises. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 5000;
  for (;;) {
    if (await isSo()) return;
    if (Date.now() > until) throw new Error("not so after 5 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
