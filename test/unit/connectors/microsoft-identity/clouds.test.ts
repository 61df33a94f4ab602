import { describe, expect, test } from "vitest";
import { schemePlan } from "../../../../connectors/microsoft-exchange/schemes.ts";
import { cloudFor, cloudOverrides, graphAudiences } from "../../../../connectors/microsoft-identity/clouds.ts";
import { signInScopes, silentScopes } from "../../../../connectors/microsoft-identity/scopes.ts";

describe("cloudFor", () => {
  test.each([
    [{}, "login.microsoftonline.com", "graph.microsoft.com"],
    [
      { office365Environment: "NONE", azureEnvironment: "CHINA" },
      "login.chinacloudapi.cn",
      "microsoftgraph.chinacloudapi.cn",
    ],
    [
      { office365Environment: "CHINA", azureEnvironment: "GLOBAL" },
      "login.chinacloudapi.cn",
      "microsoftgraph.chinacloudapi.cn",
    ],
    [{ office365Environment: "USGOVTGCC" }, "login.microsoftonline.us", "graph.microsoft.us"],
    [{ azureEnvironment: "USGOVTHIGH" }, "login.microsoftonline.us", "graph.microsoft.us"],
    [
      { azureEnvironment: "USGOVT", office365Environment: "USGOVTDOD" },
      "login.microsoftonline.us",
      "dod-graph.microsoft.us",
    ],
  ])("%j", (choice, login, graph) => {
    const cloud = cloudFor(choice);
    expect(cloud.authority).toBe(`https://${login}`);
    expect(cloud.graph).toBe(`https://${graph}`);
    expect(graphAudiences(cloud)[0]).toBe(cloud.graphResource);
  });

  test("an override moves addresses, not the resource tokens are for", () => {
    const overrides = cloudOverrides.parse({
      GLOBAL: {
        authority: "https://localhost:1/",
        graph: "https://localhost:2/v1.0",
        ews: "http://localhost:3/EWS/Exchange.asmx",
        smtp: { host: "localhost", port: 4 },
        caFile: "ca.pem",
      },
    });
    expect(cloudFor({}, overrides)).toEqual({
      authority: "https://localhost:1",
      graph: "https://localhost:2",
      graphResource: "https://graph.microsoft.com",
      ews: "http://localhost:3/EWS/Exchange.asmx",
      exchangeResource: "https://outlook.office365.com",
      smtp: { host: "localhost", port: 4 },
      caFile: "ca.pem",
    });
    expect(cloudFor({ office365Environment: "CHINA" }, overrides).graph).toBe(
      "https://microsoftgraph.chinacloudapi.cn",
    );
  });

  test.each([
    { MARS: {} },
    { GLOBAL: { authority: "file:///etc" } },
    { GLOBAL: { authorithy: "https://x" } },
    { GLOBAL: { smtp: { host: "x", port: 0 } } },
  ])("refuses %j", (overrides) => {
    expect(cloudOverrides.safeParse(overrides).success).toBe(false);
  });
});

describe("schemePlan", () => {
  test("only tokens reach Graph", () => {
    for (const authScheme of ["Basic", "NTLM", "Digest", "NONE", "Negotiate"]) {
      expect(schemePlan({ authScheme, schema: "EWS" }).kind).toBe("http");
      expect(() => schemePlan({ authScheme, schema: "MSGraph" })).toThrow(/tokens only/);
    }
  });

  test.each([
    ["OAuth", "CODE", "OFF", { grant: "code", appOnly: false, renews: false }],
    ["OAuth", "CLIENT", "GETANDREFRESH", { grant: "client", appOnly: true, renews: true, takesCertificate: true }],
    ["OAuth", "PASSWORD", "GETANDREFRESH", { grant: "password", appOnly: false }],
    ["AzureAD", "CLIENT", "REFRESH", { grant: "code", appOnly: false, renews: true }],
    ["AzureServicePrincipal", "CODE", "GETANDREFRESH", { grant: "client", appOnly: true }],
    ["AzureServicePrincipalCert", "CODE", "OFF", { grant: "client", renews: false }],
    ["AzureMSI", "CODE", "OFF", { grant: "managed-identity", appOnly: true, renews: true }],
  ] as const)("%s %s %s", (authScheme, grantType, initiateOAuth, plan) => {
    expect(schemePlan({ authScheme, schema: "MSGraph", grantType, initiateOAuth })).toMatchObject(plan);
  });
});

test("scopes: a user consents to the driver's list or the property's; silently all that was consented to", () => {
  const china = cloudFor({ office365Environment: "CHINA" });
  expect(silentScopes(china, "MSGraph", "client")).toEqual(["https://microsoftgraph.chinacloudapi.cn/.default"]);
  expect(silentScopes(china, "EWS", "managed-identity", "ignored")).toEqual(["https://partner.outlook.cn/.default"]);
  const global = cloudFor({});
  expect(silentScopes(global, "MSGraph", "code")).toEqual(["offline_access", "https://graph.microsoft.com/.default"]);
  expect(signInScopes(global, "EWS")).toEqual(["offline_access", "https://outlook.office365.com/EWS.AccessAsUser.All"]);
  expect(signInScopes(global, "MSGraph").map((scope) => scope.split("/").at(-1))).toEqual([
    "offline_access",
    "Calendars.ReadWrite.Shared",
    "Contacts.ReadWrite",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "User.ReadWrite.All",
    "Mail.ReadWrite.Shared",
  ]);
  expect(signInScopes(global, "MSGraph", "a b  c")).toEqual(["a", "b", "c"]);
  expect(silentScopes(global, "MSGraph", "password", "a b")).toEqual(["a", "b"]);
});
