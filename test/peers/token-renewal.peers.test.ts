import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FullSandbox, startFullSandbox } from "../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { graphScope, personToken } from "../service/causes/support/tokens.ts";
import { dataFolder, type ServiceProcess, startServiceProcess, stopProgram } from "../service/support/processes.ts";
import { missingForPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";

const missing = missingForPostgres();
const instances = 3;
const callers = 20;
const lifeSeconds = 4;
const runMs = 16_000;

describe.skipIf(missing !== undefined)(
  `tokens renewed by several services on one PostgreSQL${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    let postgres: PostgresServer;
    let sandbox: FullSandbox;
    const services: (ServiceProcess & { remove(): Promise<void> })[] = [];

    beforeAll(async () => {
      postgres = await startPostgres();
      sandbox = await startFullSandbox({ identity: { strictRefresh: true } });
      const secrets = { STORE: await postgres.newDatabase(), ADMIN_KEY: randomBytes(24).toString("hex") };
      const masterKey = randomBytes(32).toString("base64");
      for (let at = 0; at < instances; at += 1) services.push(await startInstance(secrets, masterKey, at));
    });
    afterAll(async () => {
      for (const { child } of services) await stopProgram(child);
      for (const { remove } of services) await remove();
      await sandbox?.stop();
      await postgres?.stop();
    });

    async function startInstance(secrets: Record<string, string>, masterKey: string, at: number) {
      const { folder, remove } = await dataFolder(sandbox.description);
      const file = path.join(folder, "master.key");
      await writeFile(file, `${masterKey}\n`, { mode: 0o600 });
      await writeFile(path.join(folder, "admin.key"), secrets["ADMIN_KEY"] ?? "", { mode: 0o600 });
      const own = { ...secrets, MASTER_KEY_FILE: file, AGENT_NAME: `instance ${at}` };
      return { ...(await startServiceProcess(folder, own)), remove };
    }

    it("three processes with 20 callers each ask a strict rotating provider hardly more often than one would", async () => {
      const { refresh_token } = await personToken(sandbox, graphScope);
      const { settings, stats } = sandbox.identity;
      settings.accessTokenSeconds = lifeSeconds;
      const properties = {
        Schema: "MSGraph",
        AuthScheme: "AzureAD",
        InitiateOAuth: "REFRESH",
        AzureTenant: sandbox.description.app.tenant,
        OAuthClientId: CLIENT_IDS.full,
        OAuthClientSecret: CLIENT_SECRET,
        OAuthAccessToken: "over",
        OAuthTokenTimestamp: 1000,
        OAuthExpiresIn: 3600,
        OAuthRefreshToken: refresh_token,
      };
      const [first] = services;
      await first?.admin.ok("/v1/connections", { name: "shared", connector: "microsoft-exchange", properties });
      const before = stats();
      const startedAt = performance.now();
      const failures: string[] = [];
      const served = services.map(() => 0);
      const call = async ({ admin }: ServiceProcess, at: number): Promise<void> => {
        while (performance.now() - startedAt < runMs) {
          const body = { table: "Messages", columns: ["Subject"], limit: 1 };
          const answer = await admin.call("/v1/connections/shared/query", body);
          if (answer.status === 200) served[at] = (served[at] ?? 0) + 1;
          else failures.push(answer.text);
          await pause(50);
        }
      };
      await Promise.all(services.flatMap((service, at) => Array.from({ length: callers }, () => call(service, at))));
      // One instance alone would ask each half life, from the first call to the last.
      const ideal = Math.ceil((performance.now() - startedAt) / (lifeSeconds * 500)) + 1;
      expect(failures).toEqual([]);
      const after = stats();
      expect(after).toMatchObject({ reuseSeen: 0, grantsRevoked: 0, refusals: before.refusals });
      const calls = after.tokenCalls - before.tokenCalls;
      expect(calls).toBeLessThanOrEqual(Math.floor(ideal * 1.1));
      expect(calls).toBeGreaterThan(runMs / (lifeSeconds * 1000));
      for (const each of served) expect(each).toBeGreaterThan(callers * 5);
    });
  },
);
