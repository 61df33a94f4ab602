import http from "node:http";
import type net from "node:net";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Code, Owner } from "#spi";
import type { EntraCode } from "../../../connectors/microsoft-exchange/sandbox/identity/entra-errors.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { makeClientCertificate } from "../../../connectors/microsoft-exchange/sandbox/tls.ts";
import { expectListed, type Properties, proves, report } from "./support/proves.ts";
import { useCauseStand } from "./support/stand.ts";
import { graphScope, personToken } from "./support/tokens.ts";

/** A portal in place of the login host of the cloud CHINA. */
const portal = http.createServer((_, response) => {
  response.writeHead(200, { "content-type": "text/html" }).end("<html>Please sign in to the guest network</html>");
});
const portOf = async (server: net.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as net.AddressInfo).port;
};

const stand = useCauseStand({
  clouds: async () => ({ CHINA: { authority: `http://127.0.0.1:${await portOf(portal)}` } }),
});
afterEach(() => stand().sandbox.identity.succeedAgain());
afterAll(() => {
  portal.closeAllConnections();
  portal.close();
});

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
const byPassword = (user: string, more = {}): Properties =>
  application({
    AuthScheme: "OAuth",
    OAuthGrantType: "PASSWORD",
    InitiateOAuth: "GETANDREFRESH",
    User: user,
    Password: "sandbox",
    UserId: undefined,
    ...more,
  });
/** A person signed in elsewhere; the access token is over. */
const byRefreshToken = (refreshToken: string, more = {}): Properties =>
  application({
    AuthScheme: "AzureAD",
    InitiateOAuth: "REFRESH",
    OAuthAccessToken: "over",
    OAuthTokenTimestamp: 1000,
    OAuthExpiresIn: 3600,
    OAuthRefreshToken: refreshToken,
    UserId: undefined,
    ...more,
  });
const failed = (code: string, owner: Owner, problem: Code = "AUTHENTICATION_FAILED") =>
  ({ code, step: "authentication", problem, owner }) as const;

describe("the application", () => {
  test("OAUTH_TENANT_NOT_FOUND", async () => {
    const expected = { ...failed("OAUTH_TENANT_NOT_FOUND", "designer"), property: "AzureTenant" };
    const { evidence } = await proves(stand(), expected, application({ AzureTenant: "nobody.example" }));
    expect(evidence.remote).toMatchObject({ service: "OAuth", code: "AADSTS90002", requestId: expect.any(String) });
  });

  test("OAUTH_CLIENT_UNKNOWN", async () => {
    const properties = application({ OAuthClientId: "00000000-0000-4000-8000-000000000099" });
    await proves(stand(), { ...failed("OAUTH_CLIENT_UNKNOWN", "designer"), property: "OAuthClientId" }, properties);
  });

  test("OAUTH_SECRET_WRONG: the secret is not told", async () => {
    const expected = { ...failed("OAUTH_SECRET_WRONG", "designer"), property: "OAuthClientSecret" };
    const step = await proves(stand(), expected, application({ OAuthClientSecret: "Falsches-Geheimnis" }));
    expect(JSON.stringify(step)).not.toContain("Falsches-Geheimnis");
  });

  test("OAUTH_SECRET_EXPIRED", async () => {
    const properties = application({ OAuthClientId: CLIENT_IDS.expiredSecret });
    await proves(
      stand(),
      { ...failed("OAUTH_SECRET_EXPIRED", "tenant-admin"), property: "OAuthClientSecret" },
      properties,
    );
  });

  test("OAUTH_CLIENT_CREDENTIAL_MISSING: a person's sign-in at a confidential application", async () => {
    const { refresh_token } = await personToken(stand().sandbox, graphScope);
    const properties = byRefreshToken(refresh_token, { OAuthClientSecret: undefined });
    await proves(stand(), failed("OAUTH_CLIENT_CREDENTIAL_MISSING", "designer"), properties);
  });

  describe("with a certificate", () => {
    const withCertificate = async (nowMs: number): Promise<Properties> => {
      const { key, cert } = await makeClientCertificate("Somebody else", nowMs);
      const { OAuthClientSecret: _, ...rest } = application();
      return { ...rest, AuthScheme: "AzureServicePrincipalCert", OAuthJWTCert: `${key}${cert}` };
    };
    const property = "OAuthJWTCert";

    test("OAUTH_CERTIFICATE_NOT_REGISTERED", async () => {
      const expected = { ...failed("OAUTH_CERTIFICATE_NOT_REGISTERED", "tenant-admin"), property };
      const { detail } = await proves(stand(), expected, await withCertificate(Date.now()));
      expect(detail).toMatch(/Thumbprint of key used by client: '[0-9A-F]{40,64}'/);
    });

    test("OAUTH_CERTIFICATE_EXPIRED", async () => {
      const expected = { ...failed("OAUTH_CERTIFICATE_EXPIRED", "tenant-admin"), property };
      await proves(stand(), expected, await withCertificate(Date.UTC(2001, 0)));
    });

    test("OAUTH_CERTIFICATE_UNREADABLE", async () => {
      const expected = { ...failed("OAUTH_CERTIFICATE_UNREADABLE", "designer", "INVALID_PROPERTY"), property };
      await proves(stand(), expected, { ...(await withCertificate(Date.now())), OAuthJWTCert: "no certificate" });
    });
  });
});

describe("a person's account", () => {
  test.each([
    ["OAUTH_MFA_REQUIRED", "mfa", "tenant-admin", "AUTHORIZATION_REQUIRED", "AADSTS50076"],
    ["OAUTH_CONDITIONAL_ACCESS", "policy", "tenant-admin", "AUTHENTICATION_FAILED", "AADSTS53003"],
    ["OAUTH_ACCOUNT_LOCKED", "locked", "mailbox-owner", "AUTHENTICATION_FAILED", "AADSTS50053"],
    ["OAUTH_ACCOUNT_DISABLED", "disabled", "tenant-admin", "AUTHENTICATION_FAILED", "AADSTS50057"],
    ["OAUTH_PASSWORD_EXPIRED", "expired", "mailbox-owner", "AUTHENTICATION_FAILED", "AADSTS50055"],
    ["OAUTH_USER_UNKNOWN", "nobody", "designer", "AUTHENTICATION_FAILED", "AADSTS50034"],
  ] as const)("%s", async (code, name, owner, problem, number) => {
    const { evidence } = await proves(stand(), failed(code, owner, problem), byPassword(`${name}@sandbox.example`));
    expect(evidence.remote).toMatchObject({ code: number });
  });

  test("OAUTH_PASSWORD_WRONG", async () => {
    const properties = byPassword(alice, { Password: "Falsch-1" });
    await proves(stand(), { ...failed("OAUTH_PASSWORD_WRONG", "designer"), property: "Password" }, properties);
  });

  test("OAUTH_CONSENT_MISSING", async () => {
    const expected = failed("OAUTH_CONSENT_MISSING", "tenant-admin", "AUTHORIZATION_REQUIRED");
    await proves(stand(), expected, byPassword(alice, { OAuthClientId: CLIENT_IDS.unconsented }));
  });

  test("MAILBOX_IDENTITY_MISMATCH: bob's token for alice's connection", async () => {
    const { access_token } = await personToken(stand().sandbox, graphScope, "bob@sandbox.example");
    const properties = byRefreshToken("", { InitiateOAuth: "OFF", OAuthAccessToken: access_token, User: alice });
    const { OAuthTokenTimestamp: _1, OAuthExpiresIn: _2, OAuthRefreshToken: _3, ...fresh } = properties;
    const expected = {
      ...failed("MAILBOX_IDENTITY_MISMATCH", "mailbox-owner", "CONFLICT"),
      step: "mailbox",
      property: "User",
      query: "left out",
    } as const;
    const { evidence } = await proves(stand(), expected, fresh);
    expect(evidence).toMatchObject({ expected: alice, signedIn: "bob@sandbox.example" });

    const { admin } = stand();
    const made = await admin.call("/v1/connections", {
      name: "two-accounts",
      connector: "microsoft-exchange",
      properties: fresh,
    });
    expect(made.status, made.text).toBe(201);
    const execute = (procedure: string, input: object) =>
      admin.call("/v1/connections/two-accounts/execute", { procedure, input });
    const calls = [
      ["Create MailBox", { domain: "sandbox.example", alias: "x", password: "p" }],
      ["Delete MailBox", { user: "x@sandbox.example" }],
      ["Enable MailBox", { user: alice }],
      ["Look up MailBox", {}],
    ] as const;
    for (const [procedure, input] of calls) {
      const refused = await execute(procedure, input);
      expect(refused.status, procedure).toBe(409);
      expect(refused.body, procedure).toMatchObject({ code: "CONFLICT", cause: "MAILBOX_IDENTITY_MISMATCH" });
      expect(refused.text).toContain(alice);
      expect(refused.text).toContain("bob@sandbox.example");
    }
    // Everything else is done in the mailbox of who signed in.
    expect((await execute("Look Up Mail Folders by User ID", {})).status).toBe(200);
  });
});

describe("a grant", () => {
  const signInAgain = "AUTHORIZATION_REQUIRED";

  test("OAUTH_GRANT_REVOKED, and TOKEN_NOT_RENEWABLE from then on", async () => {
    const { sandbox, admin } = stand();
    const { refresh_token } = await personToken(sandbox, graphScope);
    sandbox.identity.revokeGrants(sandbox.organisation.account(alice)?.objectId ?? "");
    const properties = byRefreshToken(refresh_token);
    await proves(stand(), failed("OAUTH_GRANT_REVOKED", "mailbox-owner", signInAgain), properties);

    expectListed("TOKEN_NOT_RENEWABLE");
    await admin.ok("/v1/connections", { name: "revoked", connector: "microsoft-exchange", properties });
    const ask = async () => (await admin.call("/v1/connections/revoked/query", { table: "Messages", limit: 1 })).body;
    expect(await ask()).toMatchObject({ status: 409, code: signInAgain, cause: "OAUTH_GRANT_REVOKED" });
    const later = await ask();
    expect(later).toMatchObject({ status: 409, code: signInAgain, cause: "TOKEN_NOT_RENEWABLE" });
    expect(later.authorize).toMatch(/^\/v1\/connections\/.*\/authorizations$/);
  });

  test("OAUTH_GRANT_EXPIRED: unused for longer than it lives", async () => {
    const { sandbox } = stand();
    const { settings } = sandbox.identity;
    const { refresh_token } = await personToken(sandbox, graphScope);
    const { refreshTokenSeconds } = settings;
    settings.refreshTokenSeconds = -1;
    const expected = failed("OAUTH_GRANT_EXPIRED", "mailbox-owner", signInAgain);
    await proves(stand(), expected, byRefreshToken(refresh_token)).finally(() => {
      settings.refreshTokenSeconds = refreshTokenSeconds;
    });
  });

  test("OAUTH_GRANT_UNREADABLE", async () => {
    await proves(stand(), failed("OAUTH_GRANT_UNREADABLE", "designer", signInAgain), byRefreshToken("1.nonsense"));
  });

  test("OAUTH_SIGN_IN_NEEDED: nobody signed in yet", async () => {
    const properties = application({ AuthScheme: "AzureAD", InitiateOAuth: "GETANDREFRESH", UserId: undefined });
    await proves(stand(), failed("OAUTH_SIGN_IN_NEEDED", "designer", signInAgain), properties);
  });

  test("OAUTH_TOKEN_GIVEN_ONLY: the given token is over, and the service may get no other", async () => {
    const properties = byRefreshToken("", { InitiateOAuth: "OFF", OAuthRefreshToken: undefined });
    await proves(stand(), failed("OAUTH_TOKEN_GIVEN_ONLY", "designer", signInAgain), properties);
  });
});

describe("other refusals of Entra", () => {
  const cases: readonly (readonly [string, EntraCode, Owner, Code])[] = [
    ["OAUTH_CLIENT_DISABLED", 7000112, "tenant-admin", "AUTHENTICATION_FAILED"],
    ["OAUTH_CLIENT_REFUSED", 700023, "designer", "AUTHENTICATION_FAILED"],
    ["OAUTH_CLOCK_SKEWED", 700024, "service-operator", "AUTHENTICATION_FAILED"],
    ["OAUTH_CONSENT_DECLINED", 65004, "mailbox-owner", "AUTHORIZATION_REQUIRED"],
    ["OAUTH_REDIRECT_MISMATCH", 50011, "designer", "AUTHENTICATION_FAILED"],
    ["OAUTH_SCOPE_INVALID", 70011, "designer", "AUTHENTICATION_FAILED"],
    ["OAUTH_RESOURCE_UNKNOWN", 500011, "tenant-admin", "AUTHENTICATION_FAILED"],
    ["OAUTH_GRANT_NOT_ALLOWED", 70003, "tenant-admin", "AUTHENTICATION_FAILED"],
    ["OAUTH_BUSY", 90033, "microsoft", "BUSY"],
    ["OAUTH_REFUSED", 90014, "designer", "AUTHENTICATION_FAILED"],
  ];
  test.each(cases)("%s: AADSTS%i", async (code, number, owner, problem) => {
    stand().sandbox.identity.failNext(number, 100);
    const { evidence } = await proves(stand(), failed(code, owner, problem), application());
    expect(evidence.remote).toMatchObject({ service: "OAuth", code: `AADSTS${number}` });
  });

  test("OAUTH_NOT_ENTRA: a portal answers at the login address", async () => {
    const properties = application({ AzureEnvironment: "CHINA" });
    await proves(stand(), failed("OAUTH_NOT_ENTRA", "network", "PROTOCOL"), properties);
  });
});

test("the same application with everything right passes", async () => {
  const { status, steps } = await report(stand(), application());
  expect(status, JSON.stringify(steps)).toBe("succeeded");
});
