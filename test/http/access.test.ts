import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bearer, bench } from "./support/app.ts";
import { scopeNames } from "./support/fakes.ts";
import { allowedScopes, type Route, recordRoutes, requestFor } from "./support/routes.ts";

const { app } = bench({ limits: { badKeysPerMinute: 1_000_000 } });
const routesOf = recordRoutes(app);
let routes: readonly Route[];
const apiRoutes = (): readonly Route[] => routes.filter(({ url }) => !url.startsWith("/docs"));

beforeAll(async () => {
  await app.ready();
  routes = routesOf();
});
afterAll(() => app.close());

/** Who may call what. A route missing here, or asking for other scopes, is a change to decide on. */
const golden = `
DELETE /v1/activities/:activity                                  designer
DELETE /v1/aliases/:alias                                        designer
DELETE /v1/connections/:connection                               designer
DELETE /v1/connections/:connection/subscriptions/:subscription   operator
DELETE /v1/connections/:connection/token                         designer
DELETE /v1/keys/:key                                             admin-only
DELETE /v1/variables/:variable                                   designer
GET    /livez                                                    public
GET    /metrics                                                  auditor
GET    /openapi.json                                             public
GET    /readyz                                                   public
GET    /v1/activities                                            designer operator auditor
GET    /v1/activities/:activity                                  designer operator auditor
GET    /v1/agents                                                agent auditor
GET    /v1/aliases                                               designer operator auditor
GET    /v1/aliases/:alias                                        designer operator auditor
GET    /v1/audit                                                 auditor
GET    /v1/connections                                           designer auditor
GET    /v1/connections/:connection                               designer auditor
GET    /v1/connections/:connection/debug                         designer
GET    /v1/connections/:connection/procedures                    designer operator auditor
GET    /v1/connections/:connection/procedures/:procedure         designer operator auditor
GET    /v1/connections/:connection/status                        designer agent auditor
GET    /v1/connections/:connection/subscriptions                 designer operator auditor
GET    /v1/connections/:connection/subscriptions/:subscription   designer operator auditor
GET    /v1/connections/:connection/subscriptions/:subscription/events operator
GET    /v1/connections/:connection/tables                        designer operator auditor
GET    /v1/connections/:connection/tables/:table                 designer operator auditor
GET    /v1/connections/:connection/tables/:table/records/:record/attachments/:attachment/content operator
GET    /v1/connections/:connection/tables/:table/records/:record/content operator
GET    /v1/connections/:connection/token                         designer auditor
GET    /v1/connectors                                            designer operator agent auditor
GET    /v1/connectors/:connector                                 designer operator agent auditor
GET    /v1/connectors/:connector/connection-schema               designer agent auditor
GET    /v1/connectors/:connector/procedures                      designer operator agent auditor
GET    /v1/connectors/:connector/procedures/:procedure           designer operator agent auditor
GET    /v1/connectors/:connector/properties                      designer agent auditor
GET    /v1/connectors/:connector/tables                          designer operator agent auditor
GET    /v1/connectors/:connector/tables/:table                   designer operator agent auditor
GET    /v1/export                                                designer
GET    /v1/keys                                                  auditor
GET    /v1/keys/:key                                             auditor
GET    /v1/oauth/callback                                        public
GET    /v1/runs                                                  operator auditor
GET    /v1/runs/:run                                             operator auditor
GET    /v1/runs/:run/results                                     operator
GET    /v1/variables                                             designer auditor
GET    /v1/variables/:variable                                   designer auditor
PATCH  /v1/connections/:connection                               designer
PATCH  /v1/keys/:key                                             admin-only
POST   /v1/activities                                            designer
POST   /v1/activities/:activity/run                              operator
POST   /v1/aliases                                               designer
POST   /v1/connections                                           designer
POST   /v1/connections/:connection/authorizations                designer
POST   /v1/connections/:connection/create                        operator
POST   /v1/connections/:connection/delete                        operator
POST   /v1/connections/:connection/execute                       operator
POST   /v1/connections/:connection/query                         operator
POST   /v1/connections/:connection/query/explain                 operator designer
POST   /v1/connections/:connection/subscriptions                 operator
POST   /v1/connections/:connection/tables/:table/records         operator
POST   /v1/connections/:connection/tables/:table/records/:record/attachments operator
POST   /v1/connections/:connection/test                          designer agent
POST   /v1/connections/:connection/token/refresh                 designer
POST   /v1/connections/:connection/update                        operator
POST   /v1/connectors/:connector/test                            designer agent
POST   /v1/import                                                designer
POST   /v1/keys                                                  admin-only
POST   /v1/notifications/:subscription                           public
POST   /v1/runs/:run/cancel                                      operator
POST   /v1/variables                                             designer
PUT    /v1/activities/:activity                                  designer
PUT    /v1/aliases/:alias                                        designer
PUT    /v1/connections/:connection                               designer
PUT    /v1/connections/:connection/token                         designer
PUT    /v1/connectors/:connector/properties/validate             designer agent
PUT    /v1/variables/:variable                                   designer
`;

const line = ({ method, url, access }: Route): string =>
  `${method.padEnd(6)} ${url.padEnd(57)} ${typeof access === "string" ? access : access.join(" ")}`;

test("the route table is the decided one", () => {
  const table = apiRoutes().map(line).sort();
  expect(table.length).toBeGreaterThan(50);
  expect(`\n${table.join("\n")}\n`).toBe(golden);
});

test("a route that declares no access stops the start", async () => {
  const other = bench();
  other.app.register(async (scope) => void scope.get("/v1/forgotten", async () => "x"));
  await expect(other.app.ready()).rejects.toThrow("GET /v1/forgotten declares no access");
});

describe("every route", () => {
  test("without a key answers 401, but for the public ones", async () => {
    for (const route of routes.filter(({ url }) => url !== "/docs/static/*")) {
      const answer = await app.inject(requestFor(route));
      const isPublic = route.access === "public";
      expect(answer.statusCode === 401, `${line(route)} → ${answer.statusCode}`).toBe(!isPublic);
      if (!isPublic) {
        expect(answer.headers["www-authenticate"]).toBe('Bearer realm="api"');
        expect(answer.json()).toMatchObject({ code: "UNAUTHENTICATED" });
      }
    }
  });

  test("answers 403 to the scopes it does not take, and only to those", async () => {
    for (const route of apiRoutes().filter(({ access }) => access !== "public"))
      for (const scope of scopeNames) {
        const answer = await app.inject({ ...requestFor(route), headers: bearer(scope) });
        const isAllowed = allowedScopes(route.access).includes(scope);
        expect(answer.statusCode === 403, `${scope}: ${line(route)} → ${answer.statusCode}`).toBe(!isAllowed);
        const isUnsupported = route.url.startsWith("/v1/runs");
        if (isAllowed)
          expect(answer.statusCode, `${scope}: ${line(route)}`).toBe(isUnsupported ? 422 : successOf(route));
        else expect(answer.json()).toMatchObject({ code: "FORBIDDEN" });
      }
  });

  test("with a key limited to another connection answers 403", async () => {
    const connectionRoutes = apiRoutes().filter(({ url }) => url.includes(":connection"));
    expect(connectionRoutes.length).toBeGreaterThan(15);
    for (const route of connectionRoutes)
      for (const scope of allowedScopes(route.access)) {
        const send = (connection: string) =>
          app.inject({ ...requestFor(route, connection), headers: bearer(scope, "own") });
        expect((await send("foreign")).statusCode, `${scope}: ${line(route)}`).toBe(403);
        expect((await send("own")).statusCode, `${scope}: ${line(route)}`).toBe(successOf(route));
      }
  });
});

const created =
  /^(\/v1\/(connections|activities|aliases|variables|keys)|.*\/(authorizations|records|attachments|subscriptions))$/;

function successOf({ method, url }: Route): number {
  if (method === "DELETE") return 204;
  return method === "POST" && created.test(url) ? 201 : 200;
}

describe("keys", () => {
  test("of a wrong form are refused", async () => {
    for (const authorization of ["Basic a2V5", "Bearer", "Bearer a b", `Bearer ${"x".repeat(600)}`, "key-admin"]) {
      const answer = await app.inject({ url: "/v1/connections", headers: { authorization } });
      expect(answer.statusCode, authorization).toBe(401);
    }
  });

  test("the scheme is read without regard to case", async () => {
    const answer = await app.inject({ url: "/v1/connections", headers: { authorization: "bearer key-designer" } });
    expect(answer.statusCode).toBe(200);
  });
});
