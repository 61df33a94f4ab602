import { afterEach, describe, expect, test } from "vitest";
import type { Code, Owner, StepId } from "#spi";
import type { FaultSwitch } from "../../../connectors/microsoft-exchange/sandbox/faults.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { expectListed, type Properties, proves, report } from "./support/proves.ts";
import { useCauseStand } from "./support/stand.ts";
import { applicationToken, exchangeScope, graphScope, personToken } from "./support/tokens.ts";

const stand = useCauseStand();
afterEach(() => stand().sandbox.faults.clear());

const alice = "alice@sandbox.example";
const application = (more = {}): Properties => ({
  Schema: "MSGraph",
  AuthScheme: "AzureServicePrincipal",
  AzureTenant: stand().sandbox.description.app.tenant,
  OAuthClientId: CLIENT_IDS.full,
  OAuthClientSecret: CLIENT_SECRET,
  UserId: alice,
  ...more,
});
const given = (OAuthAccessToken: string, more = {}): Properties =>
  application({ InitiateOAuth: "OFF", OAuthAccessToken, ...more });

describe("the token", () => {
  const designer = { step: "authentication", problem: "AUTHENTICATION_FAILED", owner: "designer" } as const;

  test("GRAPH_TOKEN_AUDIENCE: a token for Exchange Online", async () => {
    const { access_token } = await applicationToken(stand().sandbox, exchangeScope);
    const expected = { ...designer, code: "GRAPH_TOKEN_AUDIENCE", property: "OAuthAccessToken" };
    const { evidence } = await proves(stand(), expected, given(access_token));
    expect(evidence).toMatchObject({
      audience: "https://outlook.office365.com",
      tenant: stand().sandbox.description.app.tenant,
      roles: expect.arrayContaining(["full_access_as_app"]),
      expiresAt: expect.stringMatching(/Z$/),
    });
  });

  test("GRAPH_TOKEN_REFUSED: another signature", async () => {
    const { access_token } = await applicationToken(stand().sandbox, graphScope);
    const forged = `${access_token.split(".").slice(0, 2).join(".")}.${Buffer.from("forged").toString("base64url")}`;
    const failed = await proves(stand(), { ...designer, code: "GRAPH_TOKEN_REFUSED" }, given(forged));
    expect(failed.detail).toContain("Signature is invalid");
    expect(failed.evidence.remote).toMatchObject({ service: "MSGraph", code: "InvalidAuthenticationToken" });
    expect(JSON.stringify(failed)).not.toContain(forged);
  });

  test("GRAPH_TOKEN_EXPIRED: over for the server, whose clock decides", async () => {
    const message = "Lifetime validation failed, the token is expired.";
    stand().sandbox.faults.add({
      kind: "refused",
      face: "graph",
      status: 401,
      code: "InvalidAuthenticationToken",
      message,
    });
    const expected = { ...designer, code: "GRAPH_TOKEN_EXPIRED", problem: "AUTHORIZATION_REQUIRED" } as const;
    await proves(stand(), expected, application());
  });
});

describe("permissions", () => {
  const denied = { step: "permission", problem: "ACCESS_DENIED", owner: "tenant-admin" } as const;

  test("GRAPH_PERMISSION_MISSING names what is missing", async () => {
    const properties = application({ OAuthClientId: CLIENT_IDS.noRoles });
    const failed = await proves(stand(), { ...denied, code: "GRAPH_PERMISSION_MISSING" }, properties);
    expect(failed.detail).toContain("lacks the application permission Mail.Read.");
    expect(failed.evidence).toMatchObject({ granted: [], missing: "Mail.Read", remote: { code: "ErrorAccessDenied" } });
  });

  test("GRAPH_PERMISSION_MISSING: nobody consented, so the token is empty", async () => {
    const properties = application({ OAuthClientId: CLIENT_IDS.unconsented });
    const { fix } = await proves(stand(), { ...denied, code: "GRAPH_PERMISSION_MISSING" }, properties);
    expect(fix).toContain("admin consent");
  });

  test("GRAPH_PERMISSIONS_PARTIAL is a warning; the query that needs more names it", async () => {
    expectListed("GRAPH_PERMISSIONS_PARTIAL");
    const properties = application({ OAuthClientId: CLIENT_IDS.mailReader });
    const { status, steps } = await report(stand(), properties);
    expect(status).toBe("succeeded");
    expect(steps.at(-1)).toMatchObject({
      id: "permission",
      status: "warning",
      code: "GRAPH_PERMISSIONS_PARTIAL",
      owner: "tenant-admin",
      evidence: { granted: ["Mail.Read"], missing: expect.arrayContaining(["Calendars.ReadWrite", "Mail.Send"]) },
    });
    const { admin } = stand();
    await admin.ok("/v1/connections", { name: "reader", connector: "microsoft-exchange", properties });
    const events = await admin.call("/v1/connections/reader/query", { table: "Events", limit: 1 });
    expect(events.body).toMatchObject({ status: 502, code: "ACCESS_DENIED", cause: "GRAPH_PERMISSION_MISSING" });
    expect(events.body.detail).toContain("Calendars.Read");
  });

  test("GRAPH_MAILBOX_OUT_OF_SCOPE: an access policy leaves the mailbox out", async () => {
    const properties = application({ OAuthClientId: CLIENT_IDS.bobOnly });
    const expected = { ...denied, code: "GRAPH_MAILBOX_OUT_OF_SCOPE", property: "UserId" };
    const { evidence } = await proves(stand(), expected, properties);
    expect(evidence.granted).toContain("Mail.ReadWrite");
    const bobs = await report(stand(), { ...properties, UserId: "bob@sandbox.example" });
    expect(bobs.status).toBe("succeeded");
  });

  test("GRAPH_MAILBOX_NOT_SHARED: bob's mailbox by alice's token", async () => {
    const { access_token } = await personToken(stand().sandbox, graphScope);
    const properties = given(access_token, { AuthScheme: "AzureAD", UserId: "bob@sandbox.example" });
    const expected = {
      ...denied,
      code: "GRAPH_MAILBOX_NOT_SHARED",
      owner: "mailbox-owner",
      property: "UserId",
    } as const;
    await proves(stand(), expected, properties);
  });
});

describe("the mailbox", () => {
  const missing = { step: "mailbox", problem: "NOT_FOUND", property: "UserId" } as const;

  test("GRAPH_USER_NOT_FOUND", async () => {
    const expected = { ...missing, code: "GRAPH_USER_NOT_FOUND", owner: "designer" } as const;
    await proves(stand(), expected, application({ UserId: "nobody@sandbox.example" }));
  });

  test("GRAPH_MAILBOX_NOT_HOSTED: no licence, or a mailbox on a server of one's own", async () => {
    const expected = { ...missing, code: "GRAPH_MAILBOX_NOT_HOSTED", owner: "tenant-admin" } as const;
    const { evidence, fix } = await proves(stand(), expected, application({ UserId: "nomailbox@sandbox.example" }));
    expect(evidence.remote).toMatchObject({ code: "MailboxNotEnabledForRESTAPI" });
    expect(fix).toMatch(/license.*Schema EWS/);
  });

  test("GRAPH_USER_REQUIRED: an application's token is tested without a mailbox, and queried with none", async () => {
    expectListed("GRAPH_USER_REQUIRED");
    const { UserId: _, ...properties } = application();
    expect((await report(stand(), properties)).status).toBe("succeeded");
    const { admin } = stand();
    await admin.ok("/v1/connections", { name: "no user", connector: "microsoft-exchange", properties });
    const { body } = await admin.call("/v1/connections/no%20user/query", { table: "Messages", limit: 1 });
    expect(body).toMatchObject({ status: 422, code: "INVALID_QUERY", cause: "GRAPH_USER_REQUIRED" });
  });
});

describe("what Graph says", () => {
  type Case = readonly [code: string, step: StepId, problem: Code, owner: Owner, fault: Omit<FaultSwitch, "face">];
  const refused = (status: number, code?: string): Omit<FaultSwitch, "face"> => ({
    kind: "refused",
    status,
    ...(code === undefined ? {} : { code }),
  });
  const cases: readonly Case[] = [
    ["GRAPH_THROTTLED", "protocol", "BUSY", "microsoft", { kind: "throttled", retryAfterSeconds: 120 }],
    ["GRAPH_UNAVAILABLE", "protocol", "BUSY", "microsoft", { kind: "busy", retryAfterSeconds: 120 }],
    ["GRAPH_UNAVAILABLE", "protocol", "BUSY", "microsoft", refused(503)],
    ["GRAPH_UNAVAILABLE", "protocol", "BUSY", "microsoft", refused(503, "ErrorMailboxStoreUnavailable")],
    ["GRAPH_GATEWAY_TIMEOUT", "protocol", "TIMEOUT", "microsoft", refused(504)],
    ["GRAPH_NOT_OFFERED", "protocol", "UNSUPPORTED", "designer", refused(501, "NotImplemented")],
    ["GRAPH_ANSWER_NOT_JSON", "protocol", "PROTOCOL", "network", { kind: "htmlLogin" }],
    ["GRAPH_REQUEST_REFUSED", "protocol", "PROTOCOL", "service-operator", refused(400, "SomethingNew")],
    ["GRAPH_VALUE_REFUSED", "protocol", "INVALID_QUERY", "designer", refused(400, "ErrorInvalidArgument")],
    ["GRAPH_TOO_LARGE", "protocol", "TOO_LARGE", "designer", refused(413)],
    ["GRAPH_QUOTA", "mailbox", "ACCESS_DENIED", "mailbox-owner", refused(507, "ErrorQuotaExceeded")],
    ["GRAPH_ITEM_NOT_FOUND", "mailbox", "NOT_FOUND", "designer", refused(404, "ErrorItemNotFound")],
    ["GRAPH_ITEM_CHANGED", "mailbox", "PRECONDITION", "designer", refused(412, "ErrorIrresolvableConflict")],
    ["GRAPH_NAME_TAKEN", "mailbox", "CONFLICT", "designer", refused(409, "ErrorFolderExists")],
    ["GRAPH_POLICY_BLOCKED", "permission", "ACCESS_DENIED", "tenant-admin", refused(403, "AccessRestricted")],
  ];
  test.each(cases)("%s in step %s: %s", async (code, step, problem, owner, fault) => {
    stand().sandbox.faults.add({ ...fault, face: "graph" });
    const failed = await proves(stand(), { code, step, problem, owner }, application());
    if (fault.code !== undefined)
      expect(failed.evidence.remote).toMatchObject({ service: "MSGraph", code: fault.code });
  });
});
