import { afterAll, describe, expect, test } from "vitest";
import type { ConnectionInput, SavedActivityInput } from "../../src/runtime/use-cases.ts";
import { bearer, bench } from "./support/app.ts";
import { at, casesWith, etag, fakeCases } from "./support/fakes.ts";

const seen: { readonly ifMatch: (string | undefined)[]; input?: ConnectionInput; activity?: SavedActivityInput } = {
  ifMatch: [],
};
const base = fakeCases();
const { app } = bench({
  cases: casesWith({
    connections: {
      create: async (call, input) => {
        seen.input = input;
        return base.connections.create(call, input);
      },
      replace: async (call, connection, input, ifMatch) => {
        seen.ifMatch.push(ifMatch);
        return base.connections.replace(call, connection, input);
      },
      remove: async (call, connection, options) => {
        seen.ifMatch.push(options.ifMatch);
        return base.connections.remove(call, connection, options);
      },
    },
    savedActivities: {
      create: async (call, input) => {
        seen.activity = input;
        return base.savedActivities.create(call, input);
      },
    },
  }),
});
afterAll(() => app.close());

const designer = bearer("designer");
const body = { name: "own", connector: "test-connector", properties: { Server: "https://mail.example" } };

describe("connections", () => {
  test("are created with 201, Location and ETag", async () => {
    const answer = await app.inject({ method: "POST", url: "/v1/connections", headers: designer, payload: body });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers["location"]).toBe("/v1/connections/id-own");
    expect(answer.headers["etag"]).toBe(`"${etag}"`);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(seen.input).toEqual(body);
  });

  test("are only checked with validateOnly=true", async () => {
    const url = "/v1/connections?validateOnly=true";
    const answer = await app.inject({ method: "POST", url, headers: designer, payload: body });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ errorCount: 0 });
    expect(answer.headers["location"]).toBeUndefined();
  });

  test.each([
    "a/b",
    "",
    "x".repeat(201),
  ])("leave the name %j to the use case, which tells all mistakes", async (name) => {
    const payload = { ...body, name };
    const url = "/v1/connections?validateOnly=true";
    const answer = await app.inject({ method: "POST", url, headers: designer, payload });
    expect(answer.statusCode).toBe(200);
    const wrong = await app.inject({ method: "POST", url, headers: designer, payload: { ...body, name: 5 } });
    expect(wrong.json()).toMatchObject({ status: 400, errors: [{ pointer: "/name" }] });
  });

  test("are read by percent-encoded name, with 304 for the same ETag", async () => {
    const read = await app.inject({ url: "/v1/connections/with%20space", headers: designer });
    expect(read.json()).toMatchObject({ name: "with space", properties: { Password: { isSet: true } } });
    for (const tag of [`"${etag}"`, `W/"${etag}"`, `"other", "${etag}"`, "*"]) {
      const again = await app.inject({ url: "/v1/connections/own", headers: { ...designer, "if-none-match": tag } });
      expect(again.statusCode, tag).toBe(304);
      expect(again.body).toBe("");
    }
    const changed = await app.inject({
      url: "/v1/connections/own",
      headers: { ...designer, "if-none-match": '"old"' },
    });
    expect(changed.statusCode).toBe(200);
  });

  test("hand If-Match to the use case as it came", async () => {
    seen.ifMatch.length = 0;
    const put = (headers: object) =>
      app.inject({ method: "PUT", url: "/v1/connections/own", headers: { ...designer, ...headers }, payload: body });
    expect((await put({ "if-match": `"old", "${etag}"` })).statusCode).toBe(200);
    expect((await put({})).statusCode).toBe(200);
    const remove = await app.inject({
      method: "DELETE",
      url: "/v1/connections/own?force=true",
      headers: { ...designer, "if-match": "*" },
    });
    expect(remove.statusCode).toBe(204);
    expect(seen.ifMatch).toEqual([`"old", "${etag}"`, undefined, "*"]);
  });

  test("are replaced by what was read of them", async () => {
    const read = await app.inject({ url: "/v1/connections/own", headers: designer });
    const put = await app.inject({
      method: "PUT",
      url: "/v1/connections/own",
      headers: designer,
      payload: read.json(),
    });
    expect(put.statusCode).toBe(200);
    const post = await app.inject({ method: "POST", url: "/v1/connections", headers: designer, payload: read.json() });
    expect(post.json()).toMatchObject({ status: 400, errors: [{ pointer: "/id" }, {}, {}, {}] });
  });

  test("are patched as merge patch or as JSON", async () => {
    for (const type of ["application/merge-patch+json", "application/json"]) {
      const answer = await app.inject({
        method: "PATCH",
        url: "/v1/connections/own",
        headers: { ...designer, "content-type": type },
        payload: JSON.stringify({ description: null, properties: { Password: null } }),
      });
      expect(answer.statusCode, type).toBe(200);
    }
  });
});

describe("lists", () => {
  test("page by pageSize and pageToken; larger sizes are reduced, smaller refused", async () => {
    const list = (query: string) =>
      app.inject({ url: `/v1/connectors/test-connector/tables${query}`, headers: designer });
    const first = (await list("?pageSize=1")).json();
    expect(first.items).toHaveLength(1);
    const second = (await list(`?pageSize=1&pageToken=${first.nextPageToken}`)).json();
    expect(second.items[0].name).toBe("Inbox");
    expect(second.nextPageToken).toBeUndefined();
    expect((await list("?pageSize=5000")).statusCode).toBe(200);
    for (const bad of [
      "?pageSize=0",
      "?pageSize=-1",
      "?pageSize=x",
      "?pageSize=1.5",
      "?pageToken=tampered",
      "?pageSize=",
    ])
      expect((await list(bad)).json(), bad).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });

  test("hand a reduced page size to the use case", async () => {
    let asked = 0;
    const other = bench({
      cases: casesWith({
        connections: {
          list: async (_call, page) => {
            asked = page.pageSize;
            return { items: [] };
          },
        },
      }),
    });
    await other.app.inject({ url: "/v1/connections?pageSize=5000", headers: designer });
    expect(asked).toBe(1000);
    await other.app.inject({ url: "/v1/connections", headers: designer });
    expect(asked).toBe(100);
    await other.app.close();
  });
});

describe("saved activities", () => {
  const flat = { name: "n", connection: "own", kind: "query", table: "Contacts", limit: 2 };
  const create = (payload: object) => app.inject({ method: "POST", url: "/v1/activities", headers: designer, payload });

  test("are flat outside and keep the activity's body apart inside", async () => {
    const answer = await create(flat);
    expect(answer.statusCode).toBe(201);
    expect(seen.activity).toEqual({
      name: "n",
      connection: "own",
      kind: "query",
      body: { table: "Contacts", limit: 2 },
    });
    expect(answer.json()).toEqual({ ...flat, id: "a1", createdAt: at, updatedAt: at });
  });

  test("are replaced by what was read of them", async () => {
    const read = await app.inject({ url: "/v1/activities/a1", headers: designer });
    const put = await app.inject({ method: "PUT", url: "/v1/activities/a1", headers: designer, payload: read.json() });
    expect(put.json()).toEqual(read.json());
  });

  test("may count by variables", async () => {
    expect((await create({ ...flat, limit: "[most{5}]" })).json()).toMatchObject({ limit: "[most{5}]" });
    expect((await create({ ...flat, limit: "five" })).json()).toMatchObject({
      status: 400,
      errors: [{ pointer: "/limit" }],
    });
  });

  test.each([
    ["neither table nor sql", { name: "n", connection: "own", kind: "query" }],
    ["both", { ...flat, sql: "SELECT 1" }],
    ["rows on a query", { ...flat, rows: [] }],
    ["an unknown kind", { ...flat, kind: "select" }],
  ])("refuse %s", async (_name, payload) => {
    expect((await create(payload)).json()).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });
});

describe("variables", () => {
  const secret = { name: "pw", kind: "project", secret: true };
  const put = (payload: object) => app.inject({ method: "PUT", url: "/v1/variables/pw", headers: designer, payload });

  test("that are secret are replaced by what was read of them, or without a value", async () => {
    for (const value of [{ value: { isSet: true } }, { value: null }, {}, { value: "new" }])
      expect((await put({ ...secret, ...value, updatedAt: at })).statusCode, JSON.stringify(value)).toBe(200);
  });

  test("are created with a value and a name the service can refer to", async () => {
    const post = async (payload: object) =>
      (await app.inject({ method: "POST", url: "/v1/variables", headers: designer, payload })).json();
    expect(await post({ name: "a.b-c", value: "x" })).toMatchObject({ name: "v" });
    for (const name of ["", "1a", "a b", "a/b", "a[b", "x".repeat(201)])
      expect(await post({ name, value: "x" }), name).toMatchObject({ status: 400, errors: [{ pointer: "/name" }] });
    expect(await post({ name: "a" })).toMatchObject({ status: 400, errors: [{ pointer: "/value" }] });
  });
});

describe("answers", () => {
  test("hold documented members only", async () => {
    const other = bench({
      cases: casesWith({
        keys: { get: async () => ({ id: "k1", scopes: ["operator"], createdAt: at, hash: "canary" }) as never },
      }),
    });
    const answer = await other.app.inject({ url: "/v1/keys/k1", headers: bearer("admin") });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain("canary");
    await other.app.close();
  });

  test("a key's limits are taken away by null", async () => {
    const patch = async (payload: object) =>
      (await app.inject({ method: "PATCH", url: "/v1/keys/k1", headers: bearer("admin"), payload })).statusCode;
    expect(await patch({ connections: null, expiresAt: null, name: null })).toBe(200);
    expect(await patch({ scopes: null })).toBe(400);
  });

  test("a created key is shown once, with Location", async () => {
    const payload = { scopes: ["operator"], connections: ["own"], expiresAt: "2027-01-01T00:00:00Z" };
    const answer = await app.inject({ method: "POST", url: "/v1/keys", headers: bearer("admin"), payload });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers["location"]).toBe("/v1/keys/k1");
    expect(answer.json()).toMatchObject({ ...payload, id: "k1", key: "exk_k1_SHOWN-ONCE" });
    const read = await app.inject({ url: "/v1/keys/k1", headers: bearer("admin") });
    expect(read.json()).not.toHaveProperty("key");
  });
});
