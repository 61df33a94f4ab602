import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENT_IDS } from "../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { alice, connect, graphProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.stop());

/** A browser: asks the authority, which signs Alice in, and answers where it was sent. */
async function browse(url: string, login = alice): Promise<Response> {
  const target = new URL(url);
  target.searchParams.set("login_hint", login);
  const agent = new Agent({ connect: { ca: stand.sandbox.tls.ca } });
  try {
    return await fetch(target, { redirect: "manual", dispatcher: agent } as RequestInit);
  } finally {
    await agent.close();
  }
}

const at = (name: string, rest: string) => `/v1/connections/${name}/${rest}`;
const delegated = (schema: "EWS" | "MSGraph", extra: object = {}) => {
  const { app } = stand.sandbox.description;
  return {
    Schema: schema,
    AuthScheme: "AzureAD",
    InitiateOAuth: "GETANDREFRESH",
    AzureTenant: app.tenant,
    OAuthClientId: app.clientId,
    OAuthClientSecret: app.clientSecret,
    ...extra,
  };
};
const tables = { EWS: "Inbox", MSGraph: "Messages" } as const;

describe.each(["EWS", "MSGraph"] as const)("over %s", (schema) => {
  const name = `code-${schema}`;
  const query = () => stand.admin.call(at(name, "query"), { table: tables[schema], limit: 1 });

  test("the authorization-code flow leads from 409 to rows, and its state works once", async () => {
    const { admin } = stand;
    await connect(admin, name, delegated(schema));
    const before = await query();
    expect(before.body, before.text).toMatchObject({ status: 409, code: "AUTHORIZATION_REQUIRED" });
    expect(before.text).toContain("/authorizations");

    const started = await admin.call(at(name, "authorizations"), undefined, { method: "POST" });
    expect(started.status).toBe(201);
    const { authorizationUrl, state } = started.body;
    const asked = new URL(authorizationUrl).searchParams;
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("state")).toBe(state);
    expect(asked.get("redirect_uri")).toBe(`${stand.service.url}/v1/oauth/callback`);

    const back = (await browse(authorizationUrl)).headers.get("location") ?? "";
    const page = await fetch(back);
    expect(page.status, await page.clone().text()).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    const answer = await query();
    expect(answer.body.records, answer.text).toHaveLength(1);
    expect(await admin.ok(at(name, "token"))).toMatchObject({ state: "valid", hasRefreshToken: true });
    const again = await fetch(back);
    expect(again.status).toBe(400);

    const report = await admin.ok(at(name, "test"), undefined, { method: "POST" });
    expect(report.status, JSON.stringify(report.steps)).toBe("succeeded");
  });

  test("the token is renewed on demand, forgotten, and asked for again", async () => {
    const { admin, sandbox } = stand;
    const calls = () => sandbox.identity.stats();
    const before = JSON.stringify(calls());
    expect((await admin.call(at(name, "token/refresh"), undefined, { method: "POST" })).status).toBe(200);
    expect(JSON.stringify(calls())).not.toBe(before);
    expect((await query()).status).toBe(200);
    expect((await admin.call(at(name, "token"), undefined, { method: "DELETE" })).status).toBe(204);
    expect((await query()).body).toMatchObject({ status: 409, code: "AUTHORIZATION_REQUIRED" });
    expect(await admin.ok(at(name, "token"))).toMatchObject({ state: expect.stringMatching(/none|required/) });
  });

  test("a refused sign-in is told on the page and leaves the connection as it was", async () => {
    const { admin } = stand;
    const { authorizationUrl } = await admin.ok(at(name, "authorizations"), undefined, { method: "POST" });
    const back = (await browse(authorizationUrl, "locked@sandbox.example")).headers.get("location") ?? "";
    expect(back).toContain("error=");
    const page = await fetch(back);
    expect(page.status).toBe(400);
    expect((await query()).body).toMatchObject({ status: 409, code: "AUTHORIZATION_REQUIRED" });
  });

  test("a token given from elsewhere works with InitiateOAuth OFF, until it ends", async () => {
    const { admin } = stand;
    const token = await passwordToken(schema);
    const expired = {
      ...delegated(schema, {
        OAuthAccessToken: token.access_token,
        OAuthExpiresIn: "60",
        OAuthTokenTimestamp: String(Date.now() - 3_600_000),
      }),
      InitiateOAuth: "OFF",
    };
    const given = `given-${schema}`;
    await connect(admin, given, expired);
    const refused = await admin.call(at(given, "query"), { table: tables[schema], limit: 1 });
    expect(refused.body, refused.text).toMatchObject({ status: 409, code: "AUTHORIZATION_REQUIRED" });
    const put = await admin.call(
      at(given, "token"),
      { accessToken: token.access_token, expiresIn: 3000 },
      { method: "PUT" },
    );
    expect(put.status, put.text).toBeLessThan(300);
    expect(put.text).not.toContain(token.access_token);
    const answer = await admin.call(at(given, "query"), { table: tables[schema], limit: 1 });
    expect(answer.body?.records, answer.text).toHaveLength(1);

    const inProperties = `property-${schema}`;
    await connect(admin, inProperties, {
      ...delegated(schema, { OAuthAccessToken: token.access_token }),
      InitiateOAuth: "OFF",
    });
    const second = await admin.call(at(inProperties, "query"), { table: tables[schema], limit: 1 });
    expect(second.body?.records, second.text).toHaveLength(1);
  });

  test("REFRESH renews from a refresh token", async () => {
    const { admin } = stand;
    const token = await passwordToken(schema);
    const refreshed = `refresh-${schema}`;
    await connect(admin, refreshed, {
      ...delegated(schema, {
        OAuthAccessToken: token.access_token,
        OAuthRefreshToken: token.refresh_token,
        OAuthExpiresIn: "60",
        OAuthTokenTimestamp: String(Date.now() - 3_600_000),
      }),
      InitiateOAuth: "REFRESH",
    });
    const answer = await admin.call(at(refreshed, "query"), { table: tables[schema], limit: 1 });
    expect(answer.body?.records, answer.text).toHaveLength(1);
    expect(await admin.ok(at(refreshed, "token"))).toMatchObject({ state: "valid", hasRefreshToken: true });
  });

  test("client credentials work, and a registration without roles is told so", async () => {
    const { admin, sandbox } = stand;
    const app = { ...graphProperties(sandbox), Schema: schema };
    const impersonating = schema === "EWS" ? { ...app, ImpersonationUser: alice } : app;
    const good = `app-${schema}`;
    await connect(admin, good, impersonating);
    const answer = await admin.call(at(good, "query"), { table: tables[schema], limit: 1 });
    expect(answer.body?.records, answer.text).toHaveLength(1);
    const bare = `bare-${schema}`;
    await connect(admin, bare, { ...impersonating, OAuthClientId: CLIENT_IDS.noRoles });
    const refused = await admin.call(at(bare, "query"), { table: tables[schema], limit: 1 });
    expect(refused.status, refused.text).toBe(502);
    expect(["ACCESS_DENIED", "AUTHENTICATION_FAILED"]).toContain(refused.body.code);
    const secret = `secret-${schema}`;
    await connect(admin, secret, { ...impersonating, OAuthClientSecret: "wrong" });
    const wrong = await admin.call(at(secret, "query"), { table: tables[schema], limit: 1 });
    expect(wrong.body, wrong.text).toMatchObject({ status: 502, code: "AUTHENTICATION_FAILED" });
    expect(wrong.text).toContain("AADSTS7000215");
  });
});

/** Tokens obtained by another program with the same registration. */
async function passwordToken(schema: "EWS" | "MSGraph"): Promise<{ access_token: string; refresh_token: string }> {
  const { app, authority } = stand.sandbox.description;
  const resource = schema === "EWS" ? "https://outlook.office365.com/.default" : "https://graph.microsoft.com/.default";
  const agent = new Agent({ connect: { ca: stand.sandbox.tls.ca } });
  const answer = await fetch(`${authority}/${app.tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "password",
      client_id: app.clientId,
      client_secret: app.clientSecret,
      username: alice,
      password: "sandbox",
      scope: `${resource} offline_access`,
    }),
    dispatcher: agent,
  } as RequestInit);
  const body = (await answer.json()) as { access_token: string; refresh_token: string };
  await agent.close();
  expect(answer.status, JSON.stringify(body)).toBe(200);
  return body;
}
