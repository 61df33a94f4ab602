import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice, connect, ewsProperties, type Stand, startStand } from "./support/stand.ts";

let from: Stand;
let to: Stand;
beforeAll(async () => {
  [from, to] = await Promise.all([startStand(), startStand()]);
  await connect(from.admin, "mail", { ...ewsProperties(from.sandbox), ProxyServer: "", Password: "sandbox" });
  await from.admin.ok("/v1/aliases", { name: "Parent", connections: [] });
  await from.admin.ok("/v1/aliases", { name: "Child", parent: "Parent", connections: ["mail"] });
  await from.admin.ok("/v1/activities", {
    name: "contacts",
    connection: "alias:Child",
    kind: "query",
    table: "Contacts",
    limit: 1,
  });
  await from.admin.ok("/v1/variables", { name: "open", kind: "global", value: "shown" });
  await from.admin.ok("/v1/variables", { name: "closed", secret: true, value: "CANARY-variable" });
});
afterAll(async () => {
  await from.stop();
  await to.stop();
});

const patch = (stand: Stand, body: object) => stand.admin.call("/v1/connections/mail", body, { method: "PATCH" });
const query = (stand: Stand) => stand.admin.call("/v1/connections/mail/query", { table: "Contacts", limit: 1 });

describe("an export", () => {
  test("holds every definition by name, and no secret", async () => {
    const { text, body } = await from.admin.get("/v1/export");
    expect(body.connections).toEqual([
      expect.objectContaining({ name: "mail", properties: expect.objectContaining({ Password: { isSet: true } }) }),
    ]);
    expect(body.aliases.map(({ name }: { name: string }) => name)).toEqual(["Child", "Parent"]);
    expect(body.activities).toEqual([expect.objectContaining({ name: "contacts", connection: "alias:Child" })]);
    expect(body.variables).toContainEqual({ name: "closed", kind: "project", secret: true });
    expect(text).not.toContain("CANARY");
    expect(text).not.toContain('"sandbox"');
  });
});

describe("an import", () => {
  test("makes what it names, unconfigured until the secrets are sent", async () => {
    const document = await from.admin.ok("/v1/export");
    const server = to.sandbox.description.ews;
    const moved = document.connections.map((one: { properties: object }) => ({
      ...one,
      properties: { ...one.properties, Server: server },
    }));
    const summary = await to.admin.ok("/v1/import", { ...document, connections: moved });
    expect(summary).toMatchObject({
      connections: { created: 1, replaced: 0 },
      aliases: { created: 2, replaced: 0 },
      activities: { created: 1, replaced: 0 },
      variables: { created: 2, replaced: 0 },
      unconfigured: [{ name: "mail", missingSecrets: ["Password"] }],
    });
    const shown = await to.admin.ok("/v1/connections/mail");
    expect(shown).toMatchObject({ state: "unconfigured", missingSecrets: ["Password"] });
    const refused = await query(to);
    expect(refused.body).toMatchObject({ status: 422, code: "INVALID_PROPERTY", cause: "CONNECTION_UNCONFIGURED" });
    expect(refused.body.detail).toContain("Password");
    const report = await to.admin.ok("/v1/connections/mail/test", {});
    expect(report.steps).toContainEqual(
      expect.objectContaining({ id: "configuration", status: "failed", code: "CONNECTION_UNCONFIGURED" }),
    );
    const filled = await patch(to, { properties: { Password: "sandbox" } });
    expect(filled.body).toMatchObject({ state: "configured" });
    expect(filled.body).not.toHaveProperty("missingSecrets");
    expect((await query(to)).status).toBe(200);
    expect((await to.admin.ok("/v1/activities/contacts/run", {})).connectionUsed).toBe("mail");
  });

  test("refuses names that exist, leaves them, or replaces them and keeps their secrets", async () => {
    const document = await to.admin.ok("/v1/export");
    const refused = await to.admin.call("/v1/import", document);
    expect(refused.body).toMatchObject({ status: 409, code: "CONFLICT" });
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "/connections/0/name",
      "/aliases/0/name",
      "/aliases/1/name",
      "/activities/0/name",
      "/variables/0/name",
      "/variables/1/name",
    ]);
    const skipped = await to.admin.ok("/v1/import?onConflict=skip", document);
    expect(skipped.skipped).toHaveLength(6);
    const renamed = { ...document.connections[0], description: "again" };
    const replaced = await to.admin.ok("/v1/import?onConflict=replace", { ...document, connections: [renamed] });
    expect(replaced).toMatchObject({ connections: { created: 0, replaced: 1 }, unconfigured: [] });
    expect(await to.admin.ok("/v1/connections/mail")).toMatchObject({ description: "again", state: "configured" });
    expect((await query(to)).status).toBe(200);
  });

  test("tells every mistake at once and writes nothing", async () => {
    const document = {
      connections: [
        { name: "new", connector: "microsoft-exchange", properties: { ...ewsProperties(to.sandbox), Servr: "x" } },
      ],
      aliases: [{ name: "Lost", parent: "Nobody", connections: ["nowhere"] }],
      activities: [{ name: "bad", connection: "nowhere", kind: "query", body: { tabel: "Inbox" } }],
      variables: [{ name: "v", kind: "project", secret: true, value: "x" }],
    };
    const refused = await to.admin.call("/v1/import", document);
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining([
        "/connections/0/properties/Servr",
        "/aliases/0/parent",
        "/aliases/0/connections/0",
        "/activities/0/connection",
        "/variables/0/value",
      ]),
    );
    expect((await to.admin.get("/v1/connections/new")).status).toBe(404);
  });
});

test("a retry policy of an imported activity is checked as a request's", async () => {
  const retryPolicy = { conditions: [], strategy: "fixed-interval", intervalSeconds: -1 };
  const body = { table: "Contacts", retryPolicy };
  const activities = [{ name: "rushing", connection: "mail", kind: "query", body }];
  const refused = await to.admin.call("/v1/import", { activities });
  expect(refused.status).toBe(400);
  expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain(
    "/activities/0/body/retryPolicy/intervalSeconds",
  );
});

describe("the flag of a credential", () => {
  test("stops activities and the test, and says so", async () => {
    await patch(to, { credentialActive: false });
    expect((await query(to)).body).toMatchObject({ status: 409, cause: "CREDENTIAL_INACTIVE" });
    const report = await to.admin.ok("/v1/connections/mail/test", {});
    expect(report.steps).toContainEqual(expect.objectContaining({ status: "failed", code: "CREDENTIAL_INACTIVE" }));
    await patch(to, { credentialActive: true });
    expect((await query(to)).status).toBe(200);
  });
});

describe("a URL builder", () => {
  const { User, Password, ...rest } = { User: alice, Password: "sandbox", Schema: "EWS", AuthScheme: "Basic" };
  test("makes the server's address of its parts, and is shown with it", async () => {
    const { hostname, port, pathname } = new URL(to.sandbox.description.ews);
    const urlBuilder = { protocol: "http", host: hostname, port: Number(port), basePath: pathname };
    const properties = { ...rest, User, Password, Platform: "Exchange2013_SP1" };
    const created = await to.admin.ok("/v1/connections", {
      name: "built",
      connector: "microsoft-exchange",
      properties,
      urlBuilder,
    });
    expect(created).toMatchObject({ urlBuilder, properties: { Server: to.sandbox.description.ews } });
    const answer = await to.admin.call("/v1/connections/built/query", { table: "Contacts", limit: 1 });
    expect(answer.status).toBe(200);
    const read = await to.admin.ok("/v1/connections/built");
    const again = await to.admin.call("/v1/connections/built", read, { method: "PUT" });
    expect(again.body).toMatchObject({ urlBuilder, properties: { Password: { isSet: true } } });
    const both = { ...properties, Server: "https://other.example/EWS/Exchange.asmx" };
    const refused = await to.admin.call("/v1/connections", {
      name: "two",
      connector: "microsoft-exchange",
      properties: both,
      urlBuilder,
    });
    expect(refused.body).toMatchObject({ status: 422, errors: [{ pointer: "/urlBuilder" }] });
    for (const host of ["user:pw@other.example", "other.example/x?", "other.example#"]) {
      const foreign = { name: "two", connector: "microsoft-exchange", properties, urlBuilder: { host } };
      const answer = await to.admin.call("/v1/connections", foreign);
      expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer: "/urlBuilder" }));
    }
  });
});
