import { afterEach, describe, expect, test } from "vitest";
import type { Code, Owner, StepId } from "#spi";
import type { FaultSwitch } from "../../../connectors/microsoft-exchange/sandbox/faults.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { expectListed, proves } from "./support/proves.ts";
import { ewsAt } from "./support/servers.ts";
import { useCauseStand } from "./support/stand.ts";
import { applicationToken, exchangeScope, graphScope } from "./support/tokens.ts";

const stand = useCauseStand();
afterEach(() => stand().sandbox.faults.clear());

const alice = "alice@sandbox.example";
const basic = (more = {}) => ewsAt(stand().sandbox.description.ews, { Password: "sandbox", ...more });

/** Exchange Online by an application's own token. */
const online = (more = {}) => ({
  Schema: "EWS",
  Platform: "Exchange_Online",
  AuthScheme: "AzureServicePrincipal",
  AzureTenant: stand().sandbox.description.app.tenant,
  OAuthClientId: CLIENT_IDS.full,
  OAuthClientSecret: CLIENT_SECRET,
  ImpersonationUser: alice,
  ImpersonationType: "PrimarySmtpAddress",
  ...more,
});
/** Exchange Online by a token obtained elsewhere. */
const given = (token: string) => online({ InitiateOAuth: "OFF", OAuthAccessToken: token });

describe("what Exchange says", () => {
  type Case = readonly [code: string, step: StepId, problem: Code, owner: Owner, fault: Omit<FaultSwitch, "face">];
  const refused = (code: string): Omit<FaultSwitch, "face"> => ({ kind: "refused", code });
  const cases: readonly Case[] = [
    ["EWS_NOT_ENABLED", "protocol", "EWS_DISABLED", "tenant-admin", { kind: "ewsDisabled" }],
    ["EWS_NOT_ENABLED", "protocol", "EWS_DISABLED", "tenant-admin", refused("ErrorEwsDisabled")],
    ["EWS_THROTTLED", "protocol", "BUSY", "microsoft", { kind: "throttled", retryAfterSeconds: 120 }],
    ["EWS_THROTTLED", "protocol", "BUSY", "microsoft", { kind: "busy", backOffMs: 120_000 }],
    ["EWS_UNAVAILABLE", "protocol", "BUSY", "server-admin", { kind: "refused", status: 503 }],
    ["EWS_UNAVAILABLE", "protocol", "BUSY", "server-admin", { kind: "badGateway" }],
    ["EWS_MAILBOX_UNAVAILABLE", "mailbox", "BUSY", "server-admin", refused("ErrorMailboxStoreUnavailable")],
    ["EWS_QUOTA", "mailbox", "ACCESS_DENIED", "mailbox-owner", refused("ErrorQuotaExceeded")],
    ["EWS_SEND_AS_DENIED", "permission", "ACCESS_DENIED", "mailbox-owner", refused("ErrorSendAsDenied")],
    ["EWS_ACCESS_DENIED", "permission", "ACCESS_DENIED", "mailbox-owner", refused("ErrorAccessDenied")],
    [
      "EWS_ACCOUNT_UNUSABLE",
      "authentication",
      "AUTHENTICATION_FAILED",
      "mailbox-owner",
      refused("ErrorPasswordExpired"),
    ],
    ["EWS_VERSION", "protocol", "PROTOCOL", "designer", refused("ErrorInvalidServerVersion")],
    ["EWS_REQUEST_REFUSED", "protocol", "PROTOCOL", "service-operator", refused("ErrorSchemaValidation")],
  ];
  test.each(cases)("%s in step %s: %s", async (code, step, problem, owner, fault) => {
    stand().sandbox.faults.add({ ...fault, face: "ews" });
    const failed = await proves(stand(), { code, step, problem, owner }, basic());
    if (fault.code !== undefined) expect(failed.evidence.remote).toMatchObject({ service: "EWS", code: fault.code });
  });

  test("SERVER_BUSY: the wait Exchange asked for is not over, so nothing is sent", async () => {
    expectListed("SERVER_BUSY");
    const { admin, sandbox } = stand();
    sandbox.faults.add({ kind: "throttled", face: "ews", retryAfterSeconds: 120, count: 1 });
    await admin.ok("/v1/connections", { name: "paused", connector: "microsoft-exchange", properties: basic() });
    const ask = () => admin.call("/v1/connections/paused/query", { table: "Inbox", limit: 1 });
    expect((await ask()).body).toMatchObject({ status: 503, code: "BUSY", cause: "EWS_THROTTLED" });
    const calls = sandbox.faults.calls.get("ews FindItem");
    const second = await ask();
    expect(second.body).toMatchObject({ status: 503, code: "BUSY", cause: "SERVER_BUSY" });
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(60);
    expect(sandbox.faults.calls.get("ews FindItem")).toBe(calls);
  });

  test("a column that is younger than the Platform is told with both", async () => {
    const { admin } = stand();
    const properties = basic({ Platform: "Exchange2007_SP1" });
    await admin.ok("/v1/connections", { name: "old", connector: "microsoft-exchange", properties });
    const query = { table: "Contacts", columns: ["Photo"], limit: 1 };
    const { body } = await admin.call("/v1/connections/old/query", query);
    expect(body).toMatchObject({ status: 422, code: "UNKNOWN_COLUMN" });
    expect(body.detail).toContain("Exchange2010_SP2, and the connection's Platform is Exchange2007_SP1");
  });
});

describe("acting as somebody", () => {
  const impersonating = (user: string, type = "PrimarySmtpAddress", more = {}) =>
    basic({ ImpersonationUser: user, ImpersonationType: type, ...more });
  const svc = { User: "svc@sandbox.example" };
  const property = "ImpersonationUser";

  test("EWS_IMPERSONATION_DENIED", async () => {
    const expected = { code: "EWS_IMPERSONATION_DENIED", step: "permission", owner: "server-admin", property } as const;
    const properties = impersonating("bob@sandbox.example");
    await proves(stand(), { ...expected, problem: "ACCESS_DENIED" }, properties);
  });

  test("EWS_IMPERSONATION_UNKNOWN_USER", async () => {
    const expected = { code: "EWS_IMPERSONATION_UNKNOWN_USER", step: "mailbox", owner: "designer", property } as const;
    const properties = impersonating("nobody", "PrincipalName", svc);
    await proves(stand(), { ...expected, problem: "INVALID_PROPERTY" }, properties);
  });

  test("EWS_NO_MAILBOX", async () => {
    const expected = { code: "EWS_NO_MAILBOX", step: "mailbox", problem: "NOT_FOUND", owner: "mailbox-owner" } as const;
    await proves(stand(), expected, impersonating("nobody@sandbox.example", "PrimarySmtpAddress", svc));
  });

  test("EWS_IMPERSONATION_NEEDED", async () => {
    const { ImpersonationUser: _, ...alone } = online();
    const expected = { code: "EWS_IMPERSONATION_NEEDED", step: "mailbox", owner: "designer", property } as const;
    await proves(stand(), { ...expected, problem: "INVALID_PROPERTY" }, alone);
  });
});

describe("Exchange Online", () => {
  const tenantAdmin = { step: "permission", problem: "ACCESS_DENIED", owner: "tenant-admin" } as const;
  const designer = { step: "authentication", problem: "AUTHENTICATION_FAILED", owner: "designer" } as const;

  test("EWS_ONLINE_NEEDS_OAUTH: a password", async () => {
    const { Server: _, ...properties } = basic({ Platform: "Exchange_Online", Password: "whatever" });
    await proves(stand(), { code: "EWS_ONLINE_NEEDS_OAUTH", ...designer, property: "AuthScheme" }, properties);
  });

  test("EWS_TOKEN_AUDIENCE: a token for Graph", async () => {
    const { access_token } = await applicationToken(stand().sandbox, graphScope);
    const { evidence, detail } = await proves(
      stand(),
      { code: "EWS_TOKEN_AUDIENCE", ...designer },
      given(access_token),
    );
    expect(detail).toContain("https://graph.microsoft.com");
    expect(evidence.token).toMatchObject({
      audience: "https://graph.microsoft.com",
      tenant: stand().sandbox.description.app.tenant,
      application: CLIENT_IDS.full,
      roles: expect.arrayContaining(["Mail.ReadWrite"]),
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test("TOKEN_REFUSED: a token with another signature", async () => {
    const { access_token } = await applicationToken(stand().sandbox, exchangeScope);
    const [head, claims] = access_token.split(".");
    const forged = `${head}.${claims}.${Buffer.from("forged").toString("base64url")}`;
    const expected = { code: "TOKEN_REFUSED", ...designer, owner: "tenant-admin" } as const;
    const { evidence } = await proves(stand(), expected, given(forged));
    expect(evidence).toMatchObject({
      offered: ["Bearer", "Basic"],
      token: { audience: "https://outlook.office365.com" },
    });
  });

  test("EWS_PERMISSION_MISSING names the permission", async () => {
    const properties = online({ OAuthClientId: CLIENT_IDS.noRoles });
    const failed = await proves(stand(), { code: "EWS_PERMISSION_MISSING", ...tenantAdmin }, properties);
    expect(failed.detail).toContain("full_access_as_app");
    expect(failed.evidence).toMatchObject({ missing: "full_access_as_app", token: { roles: [] } });
  });

  test("EWS_PERMISSION_MISSING: nobody consented, so the token is empty", async () => {
    const properties = online({ OAuthClientId: CLIENT_IDS.unconsented });
    const { fix } = await proves(stand(), { code: "EWS_PERMISSION_MISSING", ...tenantAdmin }, properties);
    expect(fix).toContain("admin consent");
  });

  test("EWS_MAILBOX_OUT_OF_SCOPE: an access policy leaves the mailbox out", async () => {
    const properties = online({ OAuthClientId: CLIENT_IDS.bobOnly });
    const { evidence } = await proves(stand(), { code: "EWS_MAILBOX_OUT_OF_SCOPE", ...tenantAdmin }, properties);
    expect(evidence.token.roles).toContain("full_access_as_app");
    expect(evidence.remote).toMatchObject({ code: "ErrorImpersonateUserDenied" });
  });

  test("EWS_NO_MAILBOX: a person without licence", async () => {
    const { Password: _, ...properties } = basic();
    const expected = { code: "EWS_NO_MAILBOX", step: "mailbox", problem: "NOT_FOUND", owner: "mailbox-owner" } as const;
    await proves(stand(), expected, {
      ...properties,
      Server: "",
      Platform: "Exchange_Online",
      AuthScheme: "OAuth",
      OAuthGrantType: "PASSWORD",
      InitiateOAuth: "GETANDREFRESH",
      OAuthClientId: CLIENT_IDS.full,
      OAuthClientSecret: CLIENT_SECRET,
      AzureTenant: stand().sandbox.description.app.tenant,
      User: "nomailbox@sandbox.example",
      Password: "sandbox",
    });
  });
});
