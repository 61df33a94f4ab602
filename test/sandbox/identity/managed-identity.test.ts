import { ManagedIdentityApplication } from "@azure/msal-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryOf } from "../../../connectors/microsoft-exchange/sandbox/identity/directory.ts";
import { createIdentity } from "../../../connectors/microsoft-exchange/sandbox/identity/identity.ts";
import { type ServedFaces, serveFaces } from "../serve-faces.ts";

const identity = createIdentity({ directory: directoryOf(() => []) });
let served: ServedFaces;

beforeAll(async () => {
  served = await serveFaces(identity.face);
  // Which source msal-node uses is settled once per process, by the environment.
  process.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = served.http;
});
afterAll(async () => {
  delete process.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
  await served.close();
});

describe("managed identity by msal-node", () => {
  const resource = "https://outlook.office365.com";

  it("gives tokens of the system-assigned and of a user-assigned identity", async () => {
    const system = await new ManagedIdentityApplication({ system: { disableInternalRetries: true } }).acquireToken({
      resource,
    });
    expect(identity.verifyBearer(system.accessToken, "exchange")).toMatchObject({
      ok: true,
      principal: { kind: "app", roles: expect.arrayContaining(["full_access_as_app"]) },
    });
    const assigned = identity.settings.managedIdentities[1];
    const own = await new ManagedIdentityApplication({
      managedIdentityIdParams: { userAssignedClientId: assigned?.clientId ?? "" },
      system: { disableInternalRetries: true },
    }).acquireToken({ resource });
    expect(identity.verifyBearer(own.accessToken, "exchange")).toMatchObject({
      principal: { appId: assigned?.clientId },
    });
  });

  it("refuses an identity the machine does not have", async () => {
    const unknown = new ManagedIdentityApplication({
      managedIdentityIdParams: { userAssignedClientId: "99999999-0000-4000-8000-000000000000" },
      system: { disableInternalRetries: true },
    });
    await expect(unknown.acquireToken({ resource })).rejects.toThrow("Identity not found");
  });
});
