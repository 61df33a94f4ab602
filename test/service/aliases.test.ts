import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, connectBoth, ewsProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  await connectBoth(stand);
  await connect(stand.admin, "bob", ewsProperties(stand.sandbox, "bob@sandbox.example"));
});
afterAll(() => stand.stop());

const alias = (name: string, over: object = {}) => stand.admin.ok("/v1/aliases", { name, ...over });
const setActive = (name: string, active: boolean) =>
  stand.admin.call(`/v1/connections/${name}`, { active }, { method: "PATCH" });
const folders = (path: string, query = "") =>
  stand.admin.call(`/v1/connections/${path}/execute${query}`, {
    procedure: "GetUserOofSettings",
    input: { User: "bob@sandbox.example" },
  });
const listed = (path: string, query = "") =>
  stand.admin.call(`/v1/connections/${path}/query${query}`, { table: "Contacts", limit: 1 });

describe("an alias", () => {
  test("is created, read, listed, changed, renamed and removed", async () => {
    const created = await stand.admin.call("/v1/aliases", { name: "Life_1", connections: ["ews"] });
    expect([created.status, created.headers.get("location")]).toEqual([201, "/v1/aliases/Life_1"]);
    expect(created.body).toMatchObject({ connections: ["ews"], children: [], supportMultipleActiveConnections: false });
    const read = await stand.admin.get("/v1/aliases/Life_1");
    expect(read.body).toEqual(created.body);
    const etag = read.headers.get("etag") ?? "";
    const put = (body: object, ifMatch: string) =>
      stand.admin.call("/v1/aliases/Life_1", body, { method: "PUT", headers: { "if-match": ifMatch } });
    const changed = await put({ ...read.body, name: "Life_2", connections: ["graph"] }, etag);
    expect(changed.body).toMatchObject({ name: "Life_2", connections: ["graph"], id: read.body.id });
    expect((await stand.admin.ok("/v1/aliases")).items.map((one: { name: string }) => one.name)).toEqual(["Life_2"]);
    const gone = await stand.admin.call("/v1/aliases/Life_2", undefined, { method: "DELETE" });
    expect(gone.status).toBe(204);
    expect((await stand.admin.get("/v1/aliases/Life_2")).body).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });

  test("names all mistakes of a definition at once", async () => {
    const refused = await stand.admin.call("/v1/aliases", {
      name: "Bad_1",
      parent: "None",
      connections: ["ews", "ews", "nobody"],
    });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "/parent",
      "/connections/1",
      "/connections/2",
    ]);
    expect((await stand.admin.call("/v1/aliases", { name: "with blank" })).status).toBe(400);
  });

  test("cannot become its own ancestor", async () => {
    await alias("Ring_a");
    await alias("Ring_b", { parent: "Ring_a" });
    const body = { name: "Ring_a", parent: "Ring_b" };
    const refused = await stand.admin.call("/v1/aliases/Ring_a", body, { method: "PUT" });
    expect(refused.body).toMatchObject({ status: 422, errors: [{ pointer: "/parent" }] });
    const parent = await stand.admin.call("/v1/aliases/Ring_a", undefined, { method: "DELETE" });
    expect(parent.body).toMatchObject({ status: 409, detail: expect.stringContaining("Ring_b") });
  });
});

describe("an activity by alias", () => {
  test("runs on the active connection, and says which, in every format", async () => {
    await alias("Mail", { connections: ["ews", "graph"] });
    await setActive("graph", false);
    const onEws = await listed("alias:Mail");
    expect(onEws.body).toMatchObject({ connectionRequested: "alias:Mail", connectionUsed: "ews" });
    await setActive("graph", true);
    await setActive("ews", false);
    const onGraph = await listed("alias%3AMail");
    expect(onGraph.body).toMatchObject({ connectionRequested: "alias:Mail", connectionUsed: "graph" });
    expect(onGraph.headers.get("connection-requested")).toBe("alias%3AMail");
    expect(onGraph.headers.get("connection-used")).toBe("graph");
    const response = await fetch(`${stand.service.url}/v1/connections/alias:Mail/query`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${stand.admin.key}`,
        "content-type": "application/json",
        accept: "application/x-ndjson",
      },
      body: JSON.stringify({ table: "Contacts", limit: 1 }),
    });
    const [columns] = (await response.text()).split("\n");
    expect(JSON.parse(columns ?? "")).toMatchObject({ type: "columns", connectionUsed: "graph" });
    const test = await stand.admin.call("/v1/connections/alias:Mail/test", {});
    expect(test.body).toMatchObject({ status: "succeeded" });
    await setActive("ews", true);
  });

  test("names a connection used directly in its headers alone", async () => {
    const direct = await listed("ews");
    expect(direct.body).not.toHaveProperty("connectionUsed");
    expect(direct.headers.get("connection-used")).toBe("ews");
  });

  test("is refused when the alias is unknown, empty, without an active connection, or ambiguous", async () => {
    await alias("Nowhere");
    await alias("Asleep", { connections: ["bob"] });
    await setActive("bob", false);
    const unknown = await listed("alias:Nowhera");
    expect(unknown.body).toMatchObject({ status: 404, code: "NOT_FOUND", detail: expect.stringContaining("Nowhere") });
    expect((await listed("alias:Nowhere")).body).toMatchObject({ status: 409, cause: "ALIAS_WITHOUT_CONNECTION" });
    expect((await listed("alias:Asleep")).body).toMatchObject({
      status: 409,
      cause: "ALIAS_WITHOUT_ACTIVE_CONNECTION",
    });
    const ambiguous = await listed("alias:Mail");
    expect(ambiguous.body).toMatchObject({ status: 409, cause: "ALIAS_AMBIGUOUS" });
    expect(ambiguous.body.detail).toContain("ews, graph");
    await setActive("bob", true);
  });

  test("takes the first active one where several are allowed", async () => {
    await alias("Many", { connections: ["graph", "ews"], supportMultipleActiveConnections: true });
    expect((await listed("alias:Many")).body.connectionUsed).toBe("graph");
  });
});

describe("an override", () => {
  beforeAll(async () => {
    await alias("Parent", { connections: ["ews"] });
    await alias("Child", { parent: "Parent", connections: ["bob"] });
    await alias("Stranger", { connections: ["graph"] });
  });

  test("at action level wins over subflow, subflow over flow, flow over the alias", async () => {
    const used = async (query: string) => (await listed("alias:Parent", query)).body.connectionUsed;
    expect(await used("")).toBe("ews");
    expect(await used("?flowConnection=Child")).toBe("bob");
    expect(await used("?flowConnection=Child&subflowConnection=ews")).toBe("ews");
    expect(await used("?flowConnection=ews&subflowConnection=ews&actionConnection=alias:Child")).toBe("bob");
    expect(await used("?actionConnection=bob")).toBe("bob");
  });

  test("must belong to the alias, and needs one", async () => {
    for (const foreign of ["graph", "Stranger", "alias:Stranger"]) {
      const refused = await listed("alias:Parent", `?actionConnection=${foreign}`);
      expect(refused.body.status, foreign).toBeGreaterThanOrEqual(404);
    }
    const foreign = await listed("alias:Parent", "?actionConnection=graph");
    expect(foreign.body).toMatchObject({ status: 422, cause: "ALIAS_OVERRIDE_FOREIGN" });
    expect(foreign.body.detail).toContain("Child");
    expect((await listed("ews", "?actionConnection=bob")).body).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
  });

  test("is taken by procedures too", async () => {
    const result = await folders("alias:Parent", "?actionConnection=Child");
    expect(result.body).toMatchObject({ connectionUsed: "bob", results: [{}] });
  });
});

describe("a saved activity on an alias", () => {
  test("resolves it at each run, takes overrides, follows its name and holds it", async () => {
    await alias("Saved_one", { connections: ["ews"] });
    await alias("Saved_child", { parent: "Saved_one", connections: ["bob"] });
    const body = { name: "by alias", connection: "alias:Saved_one", kind: "query", table: "Contacts", limit: 1 };
    await stand.admin.ok("/v1/activities", body);
    const run = (input: object) => stand.admin.call("/v1/activities/by%20alias/run", input);
    expect((await run({})).body).toMatchObject({ connectionRequested: "alias:Saved_one", connectionUsed: "ews" });
    expect((await run({ overrides: { flow: "Saved_child" } })).body.connectionUsed).toBe("bob");
    const held = await stand.admin.call("/v1/aliases/Saved_one", undefined, { method: "DELETE" });
    expect(held.body).toMatchObject({ status: 409 });
    await stand.admin.call("/v1/aliases/Saved_one", { name: "Saved_two", connections: ["ews"] }, { method: "PUT" });
    expect((await stand.admin.get("/v1/activities/by%20alias")).body.connection).toBe("alias:Saved_two");
    const unknown = await stand.admin.call("/v1/activities", { ...body, name: "other", connection: "alias:Saved_on" });
    expect(unknown.body).toMatchObject({ errors: [{ pointer: "/connection" }] });
  });
});

describe("the rights of keys and the life of connections", () => {
  test("a limited key reaches an alias only where it may use its connection, and changes none", async () => {
    await alias("Limits", { connections: ["ews"] });
    const input = { scopes: ["operator", "designer"], connections: ["graph"] };
    const limited = stand.client((await stand.admin.ok("/v1/keys", input)).key);
    const refused = await limited.call("/v1/connections/alias:Limits/query", { table: "Contacts" });
    expect(refused.body).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect((await limited.get("/v1/aliases/Limits")).body.connections).toEqual([]);
    expect((await limited.call("/v1/aliases", { name: "Mine" })).body).toMatchObject({ status: 403 });
    // Others would run it with their own rights.
    const planted = { name: "planted", connection: "alias:Limits", kind: "query", table: "Contacts" };
    expect((await limited.call("/v1/activities", planted)).body).toMatchObject({ status: 403 });
  });

  test("a connection an alias stands for is removed by force alone, and leaves the alias", async () => {
    await connect(stand.admin, "short", ewsProperties(stand.sandbox));
    await alias("Holder", { connections: ["short", "ews"] });
    const remove = (query: string) =>
      stand.admin.call(`/v1/connections/short${query}`, undefined, { method: "DELETE" });
    expect((await remove("")).body).toMatchObject({ status: 409, detail: expect.stringContaining("Holder") });
    expect((await remove("?force=true")).status).toBe(204);
    expect((await stand.admin.ok("/v1/aliases/Holder")).connections).toEqual(["ews"]);
  });
});

describe("the retry policy of an alias", () => {
  const failing = (count: number) => {
    stand.sandbox.faults.clear();
    stand.sandbox.faults.calls.clear();
    stand.sandbox.faults.add({
      kind: "refused",
      face: "ews",
      operation: "FindItem",
      code: "ErrorFolderCorrupt",
      count,
    });
  };
  const calls = () =>
    [...stand.sandbox.faults.calls].reduce((sum, [name, count]) => sum + (name.includes("FindItem") ? count : 0), 0);
  const retryPolicy = {
    conditions: [{ all: [{ field: "responseCode", operator: "is", value: "ErrorFolderCorrupt" }] }],
    strategy: "fixed-interval",
    intervalSeconds: 0,
    count: 2,
  };

  test("repeats what its conditions match, on codes inside the SOAP body, as often as it says", async () => {
    await alias("Patient", { connections: ["ews"], retryPolicy });
    await alias("Patient_child", { parent: "Patient", connections: ["ews"] });
    failing(2);
    expect((await listed("alias:Patient")).status).toBe(200);
    expect(calls()).toBe(3);
    failing(2);
    expect((await listed("alias:Patient_child")).status, "inherited").toBe(200);
    failing(9);
    expect((await listed("alias:Patient")).status).toBe(422);
    expect(calls()).toBe(3);
    failing(9);
    expect((await listed("ews")).status, "without the alias").toBe(422);
    expect(calls()).toBe(1);
    stand.sandbox.faults.clear();
  });

  test("yields to the policy of a saved activity", async () => {
    const body = { name: "impatient", connection: "alias:Patient", kind: "query", table: "Contacts", limit: 1 };
    const saved = await stand.admin.ok("/v1/activities", { ...body, retryPolicy: { ...retryPolicy, count: 1 } });
    expect(saved.retryPolicy).toMatchObject({ count: 1 });
    failing(9);
    expect((await stand.admin.call("/v1/activities/impatient/run", {})).status).toBe(422);
    expect(calls()).toBe(2);
    stand.sandbox.faults.clear();
  });

  test("is refused with every mistake named", async () => {
    const bad = {
      ...retryPolicy,
      strategy: "often",
      count: 1000,
      conditions: [{ all: [{ field: "header", operator: "is", value: "x" }] }],
    };
    const refused = await stand.admin.call("/v1/aliases", { name: "Wrong", retryPolicy: bad });
    expect(refused.status).toBe(400);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      "/retryPolicy/conditions/0/all/0/name",
      "/retryPolicy/count",
      "/retryPolicy/strategy",
    ]);
  });
});
