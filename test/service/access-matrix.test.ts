import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Scope } from "../../src/runtime/use-cases.ts";
import { bench } from "../http/support/app.ts";
import { scopeNames } from "../http/support/fakes.ts";
import { allowedScopes, type Route, recordRoutes } from "../http/support/routes.ts";
import type { Client } from "./support/client.ts";
import { connect, ewsProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
const keys = new Map<string, Client>();

/** The route table of the application itself. */
const routes: readonly Route[] = await (async () => {
  const { app } = bench();
  const recorded = recordRoutes(app);
  await app.ready();
  const all = recorded().filter(({ url }) => url.startsWith("/v1/") || url === "/metrics");
  await app.close();
  return all;
})();

const own = "mine";
const foreign = "theirs";

beforeAll(async () => {
  stand = await startStand();
  for (const scope of scopeNames)
    for (const [reach, limit] of [
      ["all", {}],
      ["own", { connections: [own] }],
    ] as const) {
      const { key } = await stand.admin.ok("/v1/keys", { scopes: [scope], ...limit });
      keys.set(`${scope} ${reach}`, stand.client(key));
    }
  await connect(stand.admin, foreign, ewsProperties(stand.sandbox));
});
afterAll(() => stand.stop());

const clientOf = (scope: Scope, reach: "all" | "own"): Client => keys.get(`${scope} ${reach}`) as Client;

/** Puts back what a route may have taken away. */
async function restore(): Promise<void> {
  const { admin, sandbox } = stand;
  const properties = ewsProperties(sandbox);
  if ((await admin.get(`/v1/connections/${own}`)).status === 404) await connect(admin, own, properties);
  for (const [name, connection] of [
    ["of mine", own],
    ["of theirs", foreign],
  ] as const)
    if ((await admin.get(`/v1/activities/${encodeURIComponent(name)}`)).status === 404)
      await admin.ok("/v1/activities", { name, connection, kind: "query", table: "Inbox", limit: 1 });
  if ((await admin.get("/v1/aliases/x")).status === 404) await admin.ok("/v1/aliases", { name: "x" });
  if ((await admin.get("/v1/variables/v")).status === 404) await admin.ok("/v1/variables", { name: "v", value: "x" });
}

const bodyOf = ({ method, url }: Route, connection: string, activity: string): object | undefined => {
  const properties = ewsProperties(stand.sandbox);
  const connector = "microsoft-exchange";
  const bodies: Record<string, object> = {
    "POST /v1/connections": { name: connection, connector, properties },
    "PUT /v1/connections/:connection": { name: connection, connector, properties },
    "PATCH /v1/connections/:connection": { description: `${Math.random()}` },
    "PUT /v1/connectors/:connector/properties/validate": { properties },
    "POST /v1/connectors/:connector/test": { properties },
    "PUT /v1/connections/:connection/token": { accessToken: "ACCESS_TOKEN" },
    "POST /v1/connections/:connection/query": { table: "Inbox", limit: 1 },
    "POST /v1/connections/:connection/query/explain": { table: "Inbox" },
    "POST /v1/connections/:connection/create": { table: "Contacts", rows: [{ GivenName: "M" }] },
    "POST /v1/connections/:connection/update": { table: "Contacts", rows: [{ ItemId: "AAA", GivenName: "M" }] },
    "POST /v1/connections/:connection/delete": { table: "Contacts", rows: [{ ItemId: "AAA" }] },
    "POST /v1/connections/:connection/execute": { procedure: "GetRoomLists", input: {} },
    "POST /v1/connections/:connection/subscriptions": { table: "Inbox" },
    "POST /v1/connections/:connection/tables/:table/records/:record/attachments": {
      name: "a.txt",
      contentBytes: "SGk=",
    },
    "POST /v1/activities": { name: `a${Math.random()}`, connection, kind: "query", table: "Inbox" },
    "PUT /v1/activities/:activity": { name: activity, connection, kind: "query", table: "Inbox", limit: 1 },
    "POST /v1/activities/:activity/run": {},
    "POST /v1/aliases": { name: `a${Math.random()}`.replace(".", ""), connections: [] },
    "PUT /v1/aliases/:alias": { name: "x", connections: [] },
    "POST /v1/import": {},
    "POST /v1/variables": { name: `v${Math.random()}`.replace(".", ""), value: "x" },
    "PUT /v1/variables/:variable": { name: "v", value: "x" },
    "POST /v1/keys": { scopes: ["operator"], connections: [own] },
    "PATCH /v1/keys/:key": { name: "renamed" },
  };
  return bodies[`${method} ${url}`];
};

/** Sends a good request of this route about this connection. */
function send(client: Client, route: Route, connection: string) {
  const activity = connection === own ? "of mine" : "of theirs";
  const values: Record<string, string> = {
    connector: "microsoft-exchange",
    table: "Inbox",
    procedure: "SendMail",
    alias: "x",
    variable: "v",
    key: "0000000000000000",
    run: "00000000-0000-4000-8000-000000000000",
    connection,
    activity,
  };
  const path = route.url.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent(values[name] ?? name));
  const query = route.method === "DELETE" && route.url === "/v1/connections/:connection" ? "?force=true" : "";
  const mail = { raw: "Subject: hello\r\n\r\n", headers: { "content-type": "message/rfc822" } };
  const options = title(route) === "POST /v1/connections/:connection/tables/:table/records" ? mail : {};
  return client.call(`${path}${query}`, bodyOf(route, connection, activity), { method: route.method, ...options });
}

const title = ({ method, url }: Route): string => `${method} ${url}`;
const guarded = routes.filter(({ access }) => access !== "public");
const isAbout = ({ method, url }: Route): boolean =>
  /:connection|:activity/.test(url) || title({ method, url, access: [] }) === "POST /v1/activities";

describe("over the real runtime", () => {
  test("there are routes to look at", () => {
    expect(guarded.length).toBeGreaterThan(50);
    expect(guarded.filter(isAbout).length).toBeGreaterThan(20);
  });

  test.each(guarded.map((route) => [title(route), route] as const))("%s", async (_name, route) => {
    await restore();
    const none = await stand.client("exk_0000000000000000_bad").call(route.url, undefined, { method: route.method });
    expect([401, 429], "a bad key").toContain(none.status);
    for (const scope of scopeNames) {
      const isAllowed = allowedScopes(route.access).includes(scope);
      const answer = await send(clientOf(scope, "all"), route, own);
      expect(answer.status === 403, `${scope}, unlimited: ${answer.text}`).toBe(!isAllowed);
      expect(answer.status, `${scope}: ${answer.text}`).not.toBe(500);
      expect(answer.status, `${scope}: ${answer.text}`).not.toBe(401);
      if (!isAbout(route)) continue;
      if (isAllowed) await restore();
      const mine = await send(clientOf(scope, "own"), route, own);
      expect(mine.status === 403, `${scope}, limited to it: ${mine.text}`).toBe(!isAllowed);
      const before = stand.upstreamCalls();
      const theirs = await send(clientOf(scope, "own"), route, foreign);
      expect(theirs.status, `${scope}, limited to another: ${theirs.text}`).toBe(403);
      // A subscription made before asks its server by itself.
      if (!/subscriptions/.test(route.url)) expect(stand.upstreamCalls(), "no request may leave").toBe(before);
      if (isAllowed) await restore();
    }
    expect((await stand.admin.get(`/v1/connections/${foreign}`)).status).toBe(200);
  });

  test("lists show a limited key its own connections only", async () => {
    await restore();
    const auditor = clientOf("auditor", "own");
    expect((await auditor.ok("/v1/connections")).items.map(({ name }: { name: string }) => name)).toEqual([own]);
    const activities = (await auditor.ok("/v1/activities")).items;
    expect(new Set(activities.map(({ connection }: { connection: string }) => connection))).toEqual(new Set([own]));
    const { id } = await stand.admin.ok(`/v1/connections/${own}`);
    const targets = (await auditor.ok("/v1/audit?pageSize=1000")).items.map(({ target }: { target: string }) => target);
    expect(new Set(targets)).toEqual(new Set([`connection/${id}`]));
  });

  test("a limited admin key cannot make, change or remove keys that reach further", async () => {
    const limited = clientOf("admin", "own");
    const wide = await stand.admin.ok("/v1/keys", { scopes: ["operator"] });
    for (const [path, method, body] of [
      ["/v1/keys", "POST", { scopes: ["operator"] }],
      ["/v1/keys", "POST", { scopes: ["operator"], connections: [own, foreign] }],
      [`/v1/keys/${wide.id}`, "PATCH", { connections: [own] }],
      [`/v1/keys/${wide.id}`, "DELETE", undefined],
    ] as const) {
      const answer = await limited.call(path, body, { method });
      expect(answer.status, `${method} ${path} ${answer.text}`).toBe(403);
    }
    const narrow = await limited.call("/v1/keys", { scopes: ["operator"], connections: [own] });
    expect(narrow.status).toBe(201);
    const widened = await limited.call(`/v1/keys/${narrow.body.id}`, { connections: null }, { method: "PATCH" });
    expect([400, 403]).toContain(widened.status);
    const grown = await limited.call(`/v1/keys/${narrow.body.id}`, { connections: [foreign] }, { method: "PATCH" });
    expect(grown.status).toBe(403);
    expect((await limited.call(`/v1/keys/${narrow.body.id}`, undefined, { method: "DELETE" })).status).toBe(204);
  });

  test("refused requests leave nothing behind on their connection", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.name);
    process.on("warning", listen);
    const auditor = clientOf("auditor", "all");
    for (let count = 0; count < 15; count += 1)
      expect((await auditor.call("/v1/keys", { scopes: ["admin"] })).status).toBe(403);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  test("a revoked key is refused at once", async () => {
    const { key, id } = await stand.admin.ok("/v1/keys", { scopes: ["auditor"] });
    expect((await stand.client(key).get("/v1/audit")).status).toBe(200);
    expect((await stand.admin.call(`/v1/keys/${id}`, undefined, { method: "DELETE" })).status).toBe(204);
    // Many bad keys came from this address before.
    expect([401, 429]).toContain((await stand.client(key).get("/v1/audit")).status);
  });
});
