import { randomBytes } from "node:crypto";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FullSandbox, startFullSandbox } from "../../connectors/microsoft-exchange/sandbox/full-sandbox.ts";
import { CLIENT_IDS } from "../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import type { Answer, CallOptions } from "./support/client.ts";
import { createClient } from "./support/client.ts";
import { dataFolder, type ServiceProcess, startServiceProcess, stopProgram } from "./support/processes.ts";
import { alice, ewsProperties, graphProperties } from "./support/stand.ts";
import { filesBelow, tracesIn } from "./support/traces.ts";

/** All secrets of this round by name. They hold what encodings change. */
const secrets = new Map<string, string>();
function secret(name: string): string {
  const value = `C4n"${name}\\ü/+=&<y>-${randomBytes(9).toString("hex")}`;
  secrets.set(name, value);
  return value;
}

let sandbox: FullSandbox;
let folder: Awaited<ReturnType<typeof dataFolder>>;
let service: ServiceProcess;
/** Every answer by the request that got it. */
const answers: { readonly request: string; readonly text: string }[] = [];

async function call(path: string, body?: unknown, options: CallOptions & { readonly key?: string } = {}) {
  const { key = service.admin.key, ...rest } = options;
  let heard = "";
  const client = createClient(service.url, key, (text) => {
    heard = text;
  });
  const answer = await client.call(path, body, rest);
  answers.push({ request: `${options.method ?? "POST"} ${path.split("?")[0]}`, text: heard });
  return answer;
}

const get = (path: string): Promise<Answer> => call(path, undefined, { method: "GET" });
const connection = (name: string, properties: object) =>
  call("/v1/connections", { name, connector: "microsoft-exchange", properties });

/** What a designer and an operator do with a connection, whether it works or not. */
async function useConnection(name: string, table: string): Promise<void> {
  const at = `/v1/connections/${encodeURIComponent(name)}`;
  await get(at);
  await call(`${at}/test`, undefined, { method: "POST" });
  await call(`${at}/test?agents=group`, undefined, { method: "POST" });
  await call(`${at}/query`, { table, limit: 1 });
  await call(`${at}/query`, { table, limit: 1 }, { headers: { accept: "application/x-ndjson" } });
  await call(`${at}/query`, { table: "Nowhere" });
  await call(`${at}/query/explain`, { table, limit: 1 });
  await call(`${at}/create`, { table: "Contacts", rows: [{ Surname: "x", surname: "y" }] });
  await call(`${at}/execute`, { procedure: "SendMail", input: { Subject: "x", Content: "y", ToRecipients: alice } });
  for (const part of ["status", "token", "tables"]) await get(`${at}/${part}`);
  await call(`${at}/token/refresh`, undefined, { method: "POST" });
}

beforeAll(async () => {
  sandbox = await startFullSandbox();
  folder = await dataFolder(sandbox.description);
  const agentProxy = secret("agent proxy password");
  service = await startServiceProcess(folder.folder, {
    LOG_LEVEL: "debug",
    AGENT_PROXY_URL: `http://proxy-user:${encodeURIComponent(agentProxy)}@127.0.0.1:9`,
  });
  secrets.set("admin key", service.admin.key);
  const masterKey = (await filesBelow(folder.folder)).get("master.key")?.split("\n")[0] ?? "";
  expect(masterKey).toHaveLength(44);
  secrets.set("master key", Buffer.from(masterKey, "base64").toString("latin1"));
  secrets.set("master key text", masterKey);
  // Tokens the service was given for real.
  const identity = sandbox.identity as { verifyBearer: FullSandbox["identity"]["verifyBearer"] };
  const { verifyBearer } = identity;
  identity.verifyBearer = (token, resource) => {
    secrets.set(`access token ${token.slice(-8)}`, token);
    return verifyBearer(token, resource);
  };
});
afterAll(async () => {
  await stopProgram(service.child);
  await sandbox.stop();
  await folder.remove();
});

describe("secrets that went through the service", () => {
  test("connections that work", { timeout: 60_000 }, async () => {
    const account = sandbox.organisation.accounts.find(({ address }) => address === alice);
    const password = secret("password");
    if (account !== undefined) (account as { password?: string }).password = password;
    const clientSecret = secret("client secret");
    const registered = sandbox.identity.registration(CLIENT_IDS.full).secrets as { value: string }[];
    registered.push({ value: clientSecret });
    for (const [name, properties, table] of [
      ["basic", { ...ewsProperties(sandbox), Password: password }, "Inbox"],
      ["ntlm", { ...ewsProperties(sandbox), AuthScheme: "NTLM", Password: password }, "Inbox"],
      ["digest", { ...ewsProperties(sandbox), AuthScheme: "Digest", Password: password }, "Inbox"],
      ["app", { ...graphProperties(sandbox), OAuthClientSecret: clientSecret }, "Messages"],
    ] as const) {
      const created = await connection(name, properties);
      expect(created.status, created.text).toBe(201);
      await useConnection(name, table);
    }
    const rows = await call("/v1/connections/basic/query", { table: "Inbox", limit: 1 });
    expect(rows.body?.records, rows.text).toHaveLength(1);
    const graphRows = await call("/v1/connections/app/query", { table: "Messages", limit: 1 });
    expect(graphRows.body?.records, graphRows.text).toHaveLength(1);
    expect([...secrets.keys()].some((name) => name.startsWith("access token"))).toBe(true);
    await codeFlow(clientSecret);
  });

  /** The authorization-code flow; the code is a secret as well. */
  async function codeFlow(clientSecret: string): Promise<void> {
    const { app } = sandbox.description;
    await connection("code", {
      Schema: "MSGraph",
      AuthScheme: "AzureAD",
      InitiateOAuth: "GETANDREFRESH",
      AzureTenant: app.tenant,
      OAuthClientId: app.clientId,
      OAuthClientSecret: clientSecret,
    });
    const started = await call("/v1/connections/code/authorizations", undefined, { method: "POST" });
    const url = new URL(started.body.authorizationUrl);
    url.searchParams.set("login_hint", alice);
    const agent = new Agent({ connect: { ca: sandbox.tls.ca } });
    const signedIn = await fetch(url, { redirect: "manual", dispatcher: agent } as RequestInit);
    await agent.close();
    const back = new URL(signedIn.headers.get("location") ?? "");
    secrets.set("authorization code", back.searchParams.get("code") ?? "");
    const callback = `${back.pathname}${back.search}`;
    expect((await get(callback)).status).toBe(200);
    expect((await get(callback)).status).toBe(400);
    const refusal = encodeURIComponent(secret("code of a forged callback"));
    await get(`/v1/oauth/callback?state=forged&code=${refusal}`);
    await useConnection("code", "Messages");
  }

  test("secrets of every property, refused by every server", { timeout: 120_000 }, async () => {
    const { items, properties = items } = (await get("/v1/connectors/microsoft-exchange/properties")).body;
    const names: readonly string[] = properties
      .filter((property: { secret: boolean }) => property.secret)
      .map(({ key }: { key: string }) => key);
    expect(names).toEqual(expect.arrayContaining(["Password", "OAuthClientSecret", "ProxyPassword"]));
    for (const [index, name] of names.entries()) {
      const base = index % 2 === 0 ? ewsProperties(sandbox) : graphProperties(sandbox);
      const value = secret(name);
      const properties: Record<string, unknown> = { ...base, [name]: value };
      await call("/v1/connectors/microsoft-exchange/properties/validate", { properties }, { method: "PUT" });
      await call("/v1/connectors/microsoft-exchange/test", { properties });
      await call("/v1/connections?validateOnly=true", { name: "v", connector: "microsoft-exchange", properties });
      const created = await connection(`with ${name}`, properties);
      if (created.status === 201) await useConnection(`with ${name}`, index % 2 === 0 ? "Inbox" : "Messages");
      // The same value where it does not belong.
      for (const wrong of [
        { ...base, [`${name}x`]: value },
        { ...base, [name]: { value: value } },
        { ...base, Timeout: value },
      ])
        await connection(`wrong ${name}`, wrong);
    }
    const proxied = {
      ProxyServer: "127.0.0.1",
      ProxyPort: 9,
      ProxyUser: "u",
      ProxyAuthScheme: "BASIC",
      ProxyPassword: secret("proxy password"),
    };
    await connection("proxied", { ...ewsProperties(sandbox), ...proxied });
    await useConnection("proxied", "Inbox");
    await connection("agent proxied", { ...ewsProperties(sandbox), UseProxySettings: true });
    await useConnection("agent proxied", "Inbox");
  });

  test("tokens, variables, keys and requests that are wrong", { timeout: 60_000 }, async () => {
    const tokens = {
      accessToken: secret("put access token"),
      refreshToken: secret("put refresh token"),
      expiresIn: 3600,
    };
    await call("/v1/connections/code/token", tokens, { method: "PUT" });
    await useConnection("code", "Messages");
    await call("/v1/connections/code/token", { ...tokens, expiresIn: secret("wrong place") }, { method: "PUT" });

    const value = secret("variable");
    await call("/v1/variables", { name: "hidden", kind: "project", secret: true, value });
    await get("/v1/variables");
    await get("/v1/variables/hidden");
    await connection("by variable", { ...ewsProperties(sandbox), Password: "[hidden]" });
    await useConnection("by variable", "Inbox");
    await call("/v1/activities", {
      name: "saved",
      connection: "by variable",
      kind: "query",
      table: "Inbox",
      where: { column: "Subject", operator: "=", value: "[hidden]" },
    });
    await call("/v1/activities/saved/run", {});
    await get("/v1/activities/saved");

    const made = await call("/v1/keys", { scopes: ["operator"] });
    expect(made.status, made.text).toBe(201);
    answers.pop();
    secrets.set("API key", made.body.key);
    await call("/v1/connections/basic/query", { table: "Inbox", limit: 1 }, { key: made.body.key });
    await call("/v1/keys", { scopes: ["operator"] }, { key: made.body.key });
    await get("/v1/keys");
    await get(`/v1/keys/${made.body.id}`);
    const forged = `${made.body.key.slice(0, -12)}${randomBytes(6).toString("hex")}`;
    secrets.set("forged API key", forged);
    await call("/v1/connections", undefined, { key: forged });

    const body = secret("broken body");
    for (const raw of [
      `{"name":"x","properties":{"Password":"${body}"`,
      `${body}`,
      `{"Password":"${body.replaceAll(/["\\]/g, "")}"]`,
    ])
      await call("/v1/connections", undefined, { raw });
    await get(`/v1/connections?access_token=${encodeURIComponent(secret("query string"))}`);
    await call(`/v1/connections/basic/query?key=${encodeURIComponent(secret("query string of a query"))}`, {
      table: "Inbox",
    });
    await call(
      "/v1/connections/basic/create",
      { table: "Contacts", rows: [{ Surname: "x" }] },
      {
        headers: {
          "idempotency-key": randomBytes(9).toString("hex"),
          "x-secret": encodeURIComponent(secret("header")),
        },
      },
    );
  });

  test("what the service shows of itself", async () => {
    for (const path of [
      "/v1/connections",
      "/v1/audit?pageSize=1000",
      "/v1/agents",
      "/v1/runs",
      "/metrics",
      "/openapi.json",
      "/docs",
      "/livez",
      "/readyz",
      "/v1/connectors",
      "/v1/connectors/microsoft-exchange/connection-schema",
    ])
      await get(path);
    for (const { id } of (await get("/v1/connections?pageSize=1000")).body.items) await get(`/v1/connections/${id}`);
  });

  test("are in no answer", () => {
    expect(secrets.size).toBeGreaterThan(20);
    const shown = answers.flatMap(({ request, text }) => tracesIn(text, secrets).map((trace) => `${request} ${trace}`));
    expect(shown).toEqual([]);
  });

  test("are in no line of the log", () => {
    expect(service.stderr().split("\n").length).toBeGreaterThan(100);
    expect(tracesIn(service.stderr(), secrets)).toEqual([]);
  });

  test("are in no file in clear, also after the service has ended", async () => {
    const keyFiles = { "admin.key": ["admin key"], "master.key": ["master key", "master key text"] } as const;
    const check = async () => {
      const files = await filesBelow(folder.folder);
      expect([...files.keys()].some((file) => file.endsWith(".db") || file.includes("sqlite"))).toBe(true);
      for (const [file, text] of files) {
        const allowed: readonly string[] = keyFiles[file as keyof typeof keyFiles] ?? [];
        const traces = tracesIn(text, secrets).filter((trace) => !allowed.some((name) => trace.startsWith(`${name}:`)));
        expect(traces, file).toEqual([]);
      }
    };
    await check();
    expect(await stopProgram(service.child)).toBe(0);
    await check();
    expect(tracesIn(service.stderr(), secrets)).toEqual([]);
  });
});
