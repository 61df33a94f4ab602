import type { FastifyInstance, InjectOptions, RouteOptions } from "fastify";
import type { Access } from "../../../src/http/server.ts";
import type { Scope } from "../../../src/runtime/use-cases.ts";
import { scopeNames } from "./fakes.ts";

export interface Route {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** Records every route while the app is built; call before `ready()`. */
export function recordRoutes(app: FastifyInstance): () => readonly Route[] {
  const routes: RouteOptions[] = [];
  app.addHook("onRoute", (route) => void routes.push(route));
  return () =>
    routes.map(({ method, url, config }) => ({
      method: String(method),
      url,
      access: (config as { readonly access: Access }).access,
    }));
}

export function allowedScopes(access: Access): readonly Scope[] {
  if (access === "public") return scopeNames;
  return access === "admin-only" ? ["admin"] : [...access, "admin"];
}

const bodies: Readonly<Record<string, object | string>> = {
  "POST /v1/connections": { name: "own", connector: "test-connector", properties: {} },
  "PUT /v1/connections/:connection": { name: "own", connector: "test-connector", properties: {} },
  "PATCH /v1/connections/:connection": { description: "x" },
  "PUT /v1/connectors/:connector/properties/validate": { properties: {} },
  "POST /v1/connectors/:connector/test": { properties: {} },
  "PUT /v1/connections/:connection/token": { accessToken: "ACCESS_TOKEN" },
  "POST /v1/connections/:connection/query": { table: "Contacts" },
  "POST /v1/connections/:connection/query/explain": { table: "Contacts" },
  "POST /v1/connections/:connection/create": { table: "Contacts", rows: [{}] },
  "POST /v1/connections/:connection/update": { table: "Contacts", rows: [{}] },
  "POST /v1/connections/:connection/delete": { table: "Contacts", rows: [{}] },
  "POST /v1/connections/:connection/tables/:table/records": "Subject: hello\r\n\r\n",
  "POST /v1/connections/:connection/tables/:table/records/:record/attachments": { name: "a.txt", contentBytes: "SGk=" },
  "POST /v1/connections/:connection/execute": { procedure: "SendMail", input: {} },
  "POST /v1/activities": { name: "unread", connection: "own", kind: "query", table: "Contacts" },
  "PUT /v1/activities/:activity": { name: "unread", connection: "own", kind: "query", table: "Contacts" },
  "POST /v1/connections/:connection/subscriptions": { table: "Contacts" },
  "POST /v1/notifications/:subscription": { value: [] },
  "POST /v1/aliases": { name: "Exchange_https", connections: ["own"] },
  "PUT /v1/aliases/:alias": { name: "Exchange_https", connections: ["own"] },
  "POST /v1/import": {},
  "POST /v1/variables": { name: "v", value: "x" },
  "PUT /v1/variables/:variable": { name: "v", value: "x" },
  "POST /v1/keys": { scopes: ["operator"] },
  "PATCH /v1/keys/:key": { name: "renamed" },
};

const parameters: Readonly<Record<string, string>> = {
  connector: "test-connector",
  table: "Contacts",
  procedure: "SendMail",
  activity: "a1",
  alias: "Exchange_https",
  subscription: "s1",
  variable: "v",
  key: "k1",
  run: "r1",
  record: "AAMk/1+2=",
  attachment: "AAMk/3",
};

/** A good request for a route. */
export function requestFor({ method, url }: Route, connection = "own"): InjectOptions {
  const path = url.replace(/:(\w+)/g, (_match, name: string) =>
    name === "connection" ? encodeURIComponent(connection) : encodeURIComponent(parameters[name] ?? name),
  );
  const payload = bodies[`${method} ${url}`];
  return { method: method as "GET", url: path, ...(payload !== undefined && { payload }) };
}
