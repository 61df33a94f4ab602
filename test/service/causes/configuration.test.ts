import { describe, expect, test } from "vitest";
import { expectListed, proves, report } from "./support/proves.ts";
import { closedPort, ewsAt, ewsPath } from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";

const stand = useCauseStand();
const designer = { problem: "INVALID_PROPERTY", owner: "designer" } as const;
const onSandbox = (more = {}) => ewsAt(stand().sandbox.description.ews, { Password: "sandbox", ...more });

describe("properties", () => {
  test("a scheme of EWS with schema MSGraph", async () => {
    const expected = { code: "PROPERTIES_INVALID", step: "configuration", saving: "refused", ...designer } as const;
    const failed = await proves(stand(), expected, { Schema: "MSGraph", AuthScheme: "Basic" });
    expect(failed.detail).toContain("AuthScheme Basic does not go with the other properties");
    expect(failed).toMatchObject({ property: "AuthScheme" });
    expect(failed.evidence.mistakes.map(({ pointer }: { pointer: string }) => pointer)).toContain(
      "/properties/AuthScheme",
    );
  });

  test("a password that is missing, or was cleared on a saved connection", async () => {
    const { Password: _, ...without } = onSandbox();
    const expected = { code: "PROPERTIES_INVALID", step: "configuration", saving: "refused", ...designer } as const;
    expect(await proves(stand(), expected, without)).toMatchObject({ property: "Password" });

    const { admin } = stand();
    await admin.ok("/v1/connections", { name: "cleared", connector: "microsoft-exchange", properties: onSandbox() });
    const moved = { properties: { Server: `http://127.0.0.1:${await closedPort()}${ewsPath}` } };
    await admin.ok("/v1/connections/cleared", moved, { method: "PATCH" });
    const { steps } = await admin.ok("/v1/connections/cleared/test", undefined, { method: "POST" });
    const failed = { id: "configuration", status: "failed", code: "PROPERTIES_INVALID", property: "Password" };
    expect(steps).toContainEqual(expect.objectContaining({ ...failed, problem: "INVALID_PROPERTY" }));
    const query = await admin.call("/v1/connections/cleared/query", { table: "Inbox", limit: 1 });
    expect(query.body).toMatchObject({ status: 422, code: "INVALID_PROPERTY", cause: "PROPERTIES_INVALID" });
  });

  test("one without effect is a warning, not a failure", async () => {
    expectListed("PROPERTY_WARNINGS");
    const { status, steps } = await report(stand(), onSandbox({ Location: "/schemas" }));
    expect(status).toBe("succeeded");
    expect(steps[0]).toMatchObject({
      id: "configuration",
      status: "warning",
      code: "PROPERTY_WARNINGS",
      owner: "designer",
    });
    expect(steps[0]?.evidence.warnings).toEqual([
      expect.objectContaining({ property: "Location", code: "PROPERTY_WITHOUT_EFFECT" }),
    ]);
  });

  test("a proxy's name that is none", async () => {
    const expected = { code: "HOST_INVALID", step: "configuration", ...designer } as const;
    await proves(stand(), expected, onSandbox({ ProxyServer: "proxy .example", ProxyPort: 8080 }));
  });

  test("a header HTTP cannot carry", async () => {
    const expected = { code: "HEADER_INVALID", step: "configuration", ...designer } as const;
    await proves(stand(), expected, onSandbox({ CustomHeaders: "X-Department: Einkauf \u20ac" }));
  });

  test("a certificate file outside the folders of the service; the answer tells nothing of it", async () => {
    const expected = { code: "FILE_REFUSED", step: "configuration", ...designer } as const;
    const { tenant, clientId } = stand().sandbox.description.app;
    const failed = await proves(stand(), expected, {
      Schema: "MSGraph",
      AuthScheme: "AzureServicePrincipalCert",
      AzureTenant: tenant,
      OAuthClientId: clientId,
      OAuthJWTCert: "/etc/passwd",
      OAuthJWTCertType: "PEMKEY_FILE",
      UserId: "alice@sandbox.example",
    });
    expect(JSON.stringify(failed)).not.toContain("root");
  });
});

test("a variable without value and default", async () => {
  const expected = { code: "VARIABLE_UNRESOLVED", step: "variables", ...designer } as const;
  const failed = await proves(stand(), expected, onSandbox({ User: "[mailUser]" }));
  expect(failed).toMatchObject({ property: "User", evidence: { missing: ["mailUser"] } });
});

test("a connection that is switched off: its test runs, its activities do not", async () => {
  expectListed("CONNECTION_INACTIVE");
  const { admin } = stand();
  const input = { name: "off", connector: "microsoft-exchange", properties: onSandbox(), active: false };
  await admin.ok("/v1/connections", input);
  expect((await admin.ok("/v1/connections/off/test", undefined, { method: "POST" })).status).toBe("succeeded");
  const query = await admin.call("/v1/connections/off/query", { table: "Inbox", limit: 1 });
  expect(query.body).toMatchObject({ status: 409, code: "CONFLICT", cause: "CONNECTION_INACTIVE" });
});
