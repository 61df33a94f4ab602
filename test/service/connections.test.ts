import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, ewsProperties, graphProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

const path = (name: string) => `/v1/connections/${encodeURIComponent(name)}`;

describe("a connection", () => {
  test("lives from create to delete", async () => {
    const { admin, sandbox } = stand;
    const input = { name: "Büro 1 & 2", connector: "microsoft-exchange", properties: ewsProperties(sandbox) };
    const created = await admin.call("/v1/connections", input);
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/v1/connections/${created.body.id}`);
    expect(created.body.properties).toMatchObject({ User: "alice@sandbox.example", Password: { isSet: true } });

    const read = await admin.get(path("Büro 1 & 2"));
    expect(read.headers.get("etag")).toBe(created.headers.get("etag"));
    expect(read.body).toEqual(created.body);
    expect((await admin.get(created.headers.get("location") ?? "")).body).toEqual(created.body);
    expect((await admin.ok("/v1/connections")).items.map((one: { name: string }) => one.name)).toEqual(["Büro 1 & 2"]);

    const taken = await admin.call("/v1/connections", input);
    expect([taken.status, taken.body.code]).toEqual([409, "CONFLICT"]);

    expect((await admin.call(path("Büro 1 & 2"), undefined, { method: "DELETE" })).status).toBe(204);
    expect((await admin.get(path("Büro 1 & 2"))).body).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });

  test("is validated without being stored", async () => {
    const properties = { AuthScheme: "Bassic", Servr: "x" };
    const report = await stand.admin.call("/v1/connections?validateOnly=true", {
      name: "draft",
      connector: "microsoft-exchange",
      properties,
    });
    expect(report.status).toBe(200);
    expect(report.body.errorCount).toBeGreaterThan(1);
    const refused = await stand.admin.call("/v1/connections", {
      name: "draft",
      connector: "microsoft-exchange",
      properties,
    });
    expect(refused.body).toMatchObject({ status: 422, code: "INVALID_PROPERTY" });
    expect(refused.body.errors).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: "/properties/AuthScheme", detail: expect.stringContaining("Basic") }),
        expect.objectContaining({ pointer: "/properties/Servr", detail: expect.stringContaining("Server") }),
      ]),
    );
    expect((await stand.admin.get(path("draft"))).status).toBe(404);
  });

  test("keeps a secret left out, clears it with null and with a changed host, and refuses a stale ETag", async () => {
    const { admin, sandbox } = stand;
    await connect(admin, "secrets", ewsProperties(sandbox));
    const before = await admin.get(path("secrets"));
    const patch = (body: object, headers = {}) => admin.call(path("secrets"), body, { method: "PATCH", headers });
    const isSet = async () => (await admin.ok(path("secrets"))).properties.Password?.isSet === true;

    const described = await patch({ description: "x" }, { "if-match": before.headers.get("etag") ?? "" });
    expect(described.status).toBe(200);
    expect(described.headers.get("etag")).not.toBe(before.headers.get("etag"));
    expect(await isSet()).toBe(true);

    const stale = await patch({ description: "y" }, { "if-match": before.headers.get("etag") ?? "" });
    expect(stale.body).toMatchObject({ status: 412, code: "PRECONDITION" });
    expect((await admin.ok(path("secrets"))).description).toBe("x");

    const { Password: _password, ...withoutPassword } = ewsProperties(sandbox);
    const put = { name: "secrets", connector: "microsoft-exchange", properties: withoutPassword };
    expect((await admin.call(path("secrets"), put, { method: "PUT" })).status).toBe(200);
    expect(await isSet()).toBe(true);
    expect((await admin.ok(`${path("secrets")}/test`, {}, { method: "POST", raw: "" })).status).toBe("succeeded");

    const moved = { ...put, properties: { ...withoutPassword, Server: "http://127.0.0.1:9/EWS/Exchange.asmx" } };
    expect((await admin.call(path("secrets"), moved, { method: "PUT" })).status).toBe(200);
    expect(await isSet()).toBe(false);
    const report = await admin.ok(`${path("secrets")}/test`, undefined, { method: "POST" });
    expect(report).toMatchObject({ status: "failed" });
    expect(report.steps[0]).toMatchObject({ id: "configuration", status: "failed", property: "Password" });
    const query = await admin.call(`${path("secrets")}/query`, { table: "Inbox" });
    expect(query.body).toMatchObject({ status: 422, code: "INVALID_PROPERTY" });

    await patch({ properties: { Password: "sandbox", Server: sandbox.description.ews } });
    expect(await isSet()).toBe(true);
    await patch({ properties: { Password: null } });
    expect(await isSet()).toBe(false);
  });

  test("is tested and tells its status, on both schemas", async () => {
    const { admin, sandbox } = stand;
    await connect(admin, "ews", ewsProperties(sandbox));
    await connect(admin, "graph", graphProperties(sandbox));
    const order =
      "configuration variables proxy dns egress tcp tls challenge authentication protocol mailbox permission";
    for (const [name, steps] of [
      ["ews", "configuration egress tcp authentication protocol mailbox permission"],
      ["graph", "configuration egress tcp tls authentication protocol mailbox permission"],
    ] as const) {
      const report = await admin.ok(`${path(name)}/test`, undefined, { method: "POST" });
      expect(report, JSON.stringify(report.steps)).toMatchObject({
        status: "succeeded",
        identity: { mailbox: "alice@sandbox.example" },
      });
      const ids = report.steps.map(({ id }: { id: string }) => id);
      expect(ids).toEqual(order.split(" ").filter((id) => ids.includes(id)));
      expect(ids.join(" ")).toBe(steps);
      const status = await admin.ok(`${path(name)}/status`);
      expect(status.lastTest).toMatchObject({ status: "succeeded" });
      expect(status.warnings).toEqual([]);
    }
    const { reports } = await admin.ok(`${path("ews")}/test?agents=group`, undefined, { method: "POST" });
    const { items: agents } = await admin.ok("/v1/agents");
    expect(reports.map(({ agent, status }: { agent: string; status: string }) => [agent, status])).toEqual([
      [agents[0].name, "succeeded"],
    ]);
    const unsaved = await admin.ok("/v1/connectors/microsoft-exchange/test", { properties: ewsProperties(sandbox) });
    expect(unsaved.status).toBe("succeeded");
    const wrong = { ...graphProperties(sandbox), OAuthClientSecret: "not-the-secret" };
    const failed = await admin.ok("/v1/connectors/microsoft-exchange/test", { properties: wrong });
    const failing = failed.steps.find(({ status }: { status: string }) => status === "failed");
    expect(failing).toMatchObject({ id: "authentication", owner: expect.any(String), fix: expect.any(String) });
    expect(failing.code).toMatch(/^[A-Z0-9_]+$/);
  });

  test("offers its own catalogue, the connector both", async () => {
    const { admin } = stand;
    const names = async (url: string) => (await admin.ok(url)).items.map(({ name }: { name: string }) => name);
    expect(await names(`${path("ews")}/tables`)).toEqual(
      expect.arrayContaining(["Inbox", "Contacts", "Calendar", "Tasks"]),
    );
    expect(await names(`${path("graph")}/tables?pageSize=1000`)).toEqual(
      expect.arrayContaining(["Messages", "Events"]),
    );
    expect(await names("/v1/connectors/microsoft-exchange/tables?schema=EWS")).toEqual(
      await names(`${path("ews")}/tables`),
    );
    expect(await names(`${path("ews")}/procedures`)).toContain("GetUserAvailability");
    const table = await admin.ok(`${path("ews")}/tables/Inbox`);
    expect(table.columns.find(({ name }: { name: string }) => name === "ItemId")).toMatchObject({
      key: true,
      readOnly: true,
      readCost: "list",
    });
    const procedure = await admin.ok("/v1/connectors/microsoft-exchange/procedures/SendMail?schema=MSGraph");
    expect(procedure.name).toBe("SendMail");
    const missing = await admin.get(`${path("ews")}/tables/Inbux`);
    expect(missing.body).toMatchObject({ status: 404, code: "UNKNOWN_TABLE" });
    expect(missing.body.detail).toContain("Inbox");
    const schema = await admin.ok("/v1/connectors/microsoft-exchange/connection-schema");
    expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  });
});
