import { describe, expect, test } from "vitest";
import { MANAGED_IDENTITY_PATHS } from "../../../connectors/microsoft-exchange/sandbox/identity/managed-identity.ts";
import { proves, report } from "./support/proves.ts";
import { closedPort } from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";

const properties = { Schema: "MSGraph", AuthScheme: "AzureMSI", UserId: "alice@sandbox.example" };
const operator = { step: "authentication", owner: "service-operator" } as const;
const refused = { ...operator, problem: "AUTHENTICATION_FAILED" } as const;

describe("a machine without managed identity", () => {
  const stand = useCauseStand({
    sandbox: false,
    machine: async () => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${await closedPort()}` }),
  });

  test("MANAGED_IDENTITY_UNAVAILABLE", async () => {
    const expected = { code: "MANAGED_IDENTITY_UNAVAILABLE", problem: "UNREACHABLE", property: "AuthScheme" } as const;
    const { fix } = await proves(stand(), { ...operator, ...expected }, properties);
    expect(fix).toContain("choose another AuthScheme");
  });
});

describe("a machine in Azure", () => {
  const stand = useCauseStand({
    machine: async (sandbox) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${sandbox?.httpPort}` }),
  });

  test("its own identity is enough", async () => {
    const { status, steps } = await report(stand(), properties);
    expect(status, JSON.stringify(steps)).toBe("succeeded");
  });

  test("MANAGED_IDENTITY_NOT_FOUND: no identity of that client id", async () => {
    const expected = { ...refused, code: "MANAGED_IDENTITY_NOT_FOUND", property: "OAuthClientId" };
    await proves(stand(), expected, { ...properties, OAuthClientId: "00000000-0000-4000-8000-000000000099" });
  });
});

describe("App Service", () => {
  const stand = useCauseStand({
    machine: async (sandbox) => ({
      IDENTITY_ENDPOINT: `http://127.0.0.1:${sandbox?.httpPort}${MANAGED_IDENTITY_PATHS.appService}`,
      IDENTITY_HEADER: "of another site",
    }),
  });

  test("MANAGED_IDENTITY_REFUSED", async () => {
    const failed = await proves(stand(), { ...refused, code: "MANAGED_IDENTITY_REFUSED" }, properties);
    expect(JSON.stringify(failed)).not.toContain("of another site");
  });
});
