import { beforeEach, describe, expect, it } from "vitest";
import type { HttpAnswer, HttpRequest } from "../../../connectors/microsoft-exchange/sandbox/http.ts";
import { directoryOf } from "../../../connectors/microsoft-exchange/sandbox/identity/directory.ts";
import {
  createIdentity,
  type Identity,
  TENANT,
} from "../../../connectors/microsoft-exchange/sandbox/identity/identity.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";

const ORIGIN = "https://localhost:1234";
let identity: Identity;
let nowMs = Date.UTC(2026, 8, 1);

beforeEach(() => {
  nowMs = Date.UTC(2026, 8, 1);
  identity = createIdentity({
    directory: directoryOf(() => []),
    now: () => nowMs,
    identityHeader: "header-value",
    arcKey: { path: "/var/opt/azcmagent/tokens/sandbox.key", secret: "arc-secret" },
  });
});

async function ask(
  path: string,
  headers: HttpRequest["headers"] = {},
  form?: Record<string, string>,
): Promise<HttpAnswer> {
  const answer = await identity.face({
    method: form === undefined ? "GET" : "POST",
    url: new URL(path, ORIGIN),
    headers,
    body: Buffer.from(form === undefined ? "" : new URLSearchParams(form).toString()),
  });
  return answer ?? { status: 0 };
}

function json(answer: HttpAnswer): Record<string, unknown> {
  return JSON.parse(String(answer.body)) as Record<string, unknown>;
}

async function appToken(): Promise<string> {
  const answer = await ask(
    `/${TENANT.domain}/oauth2/v2.0/token`,
    {},
    {
      grant_type: "client_credentials",
      client_id: CLIENT_IDS.full,
      client_secret: CLIENT_SECRET,
      scope: "https://graph.microsoft.com/.default",
    },
  );
  return String(json(answer)["access_token"]);
}

describe("authority", () => {
  it("names its endpoints with the tenant first, on the address the client used", async () => {
    const metadata = json(await ask(`/${TENANT.id}/v2.0/.well-known/openid-configuration`));
    expect(metadata["token_endpoint"]).toBe(`${ORIGIN}/${TENANT.id}/oauth2/v2.0/token`);
    const keys = json(await ask(new URL(String(metadata["jwks_uri"])).pathname));
    expect(keys["keys"]).toHaveLength(1);
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });

  it("answers refusals with Entra's members", async () => {
    const answer = await ask(
      "/no-such-tenant/oauth2/v2.0/token",
      {},
      {
        grant_type: "client_credentials",
        client_id: CLIENT_IDS.full,
        "client-request-id": "11111111-2222-4333-8444-555555555555",
      },
    );
    expect(answer.status).toBe(400);
    expect(json(answer)).toMatchObject({
      error: "invalid_request",
      error_codes: [90002],
      timestamp: "2026-09-01 00:00:00Z",
      correlation_id: "11111111-2222-4333-8444-555555555555",
    });
    expect(String(json(answer)["error_description"])).toMatch(/^AADSTS90002: Tenant 'no-such-tenant' not found\./);
  });

  it("refuses tampered, expired and foreign tokens", async () => {
    const token = await appToken();
    expect(identity.verifyBearer(token, "graph").ok).toBe(true);
    expect(identity.verifyBearer(`${token.slice(0, -6)}AAAAAA`, "graph")).toEqual({ ok: false, problem: "signature" });
    expect(identity.verifyBearer("abc", "graph")).toEqual({ ok: false, problem: "malformed" });
    expect(identity.verifyBearer("", "graph")).toEqual({ ok: false, problem: "empty" });
    const [head, body] = token.split(".");
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${body}.`;
    expect(head).toBeDefined();
    expect(identity.verifyBearer(unsigned, "graph")).toEqual({ ok: false, problem: "signature" });
    nowMs += 3_600_000;
    expect(identity.verifyBearer(token, "graph")).toEqual({ ok: false, problem: "expired" });
    const other = createIdentity({ directory: directoryOf(() => []), now: () => nowMs });
    expect(other.verifyBearer(token, "graph")).toEqual({ ok: false, problem: "signature" });
  });

  it("fails on demand and counts", async () => {
    identity.failNext(53003);
    const form = { grant_type: "client_credentials", client_id: CLIENT_IDS.full, client_secret: CLIENT_SECRET };
    expect(json(await ask(`/${TENANT.id}/oauth2/v2.0/token`, {}, form))["error_codes"]).toEqual([53003]);
    await appToken();
    expect(json(await ask("/__stats"))).toMatchObject({
      tokenCalls: 2,
      tokensIssued: 1,
      byGrantType: { client_credentials: 2 },
      byError: { AADSTS53003: 1 },
    });
  });

  it("takes the client's secret as HTTP Basic", async () => {
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`${CLIENT_IDS.full}:${secret}`)}` });
    const form = { grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" };
    const address = `/${TENANT.id}/oauth2/v2.0/token`;
    expect((await ask(address, basic(CLIENT_SECRET), form)).status).toBe(200);
    expect((await ask(address, basic("wrong"), form)).status).toBe(401);
  });

  it("is switched from outside", async () => {
    const control = (body: unknown) =>
      identity.face({
        method: "POST",
        url: new URL("/__identity", ORIGIN),
        headers: {},
        body: Buffer.from(JSON.stringify(body)),
      });
    expect((await control({ strictRefresh: true, accessTokenSeconds: 60, failNext: [90033] }))?.status).toBe(200);
    expect(identity.settings).toMatchObject({ strictRefresh: true, accessTokenSeconds: 60 });
    const form = { grant_type: "client_credentials", client_id: CLIENT_IDS.full, client_secret: CLIENT_SECRET };
    expect((await ask(`/${TENANT.id}/oauth2/v2.0/token`, {}, form)).status).toBe(503);
    for (const bad of [{ failNext: [1] }, { strict: true }, { codeSeconds: "x" }, { revokeGrantsOf: "nobody" }]) {
      expect((await control(bad))?.status).toBe(400);
    }
  });

  it("lists accounts without a login hint and keeps foreign redirect addresses out", async () => {
    const query = `client_id=${CLIENT_IDS.full}&response_type=code&scope=Mail.Read`;
    const page = await ask(`/common/oauth2/v2.0/authorize?${query}&redirect_uri=http://localhost:1/x`);
    expect(String(page.body)).toContain("login_hint=nomailbox%40sandbox.example");
    const foreign = await ask(
      `/common/oauth2/v2.0/authorize?${query}&redirect_uri=https://evil.example/x&login_hint=a`,
    );
    expect(foreign.status).toBe(400);
    expect(String(foreign.body)).toContain("AADSTS50011");
  });
});

describe("managed identity", () => {
  const resource = "resource=https://graph.microsoft.com";

  it("speaks IMDS", async () => {
    const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&${resource}`;
    expect((await ask(path)).status).toBe(400);
    const answer = json(await ask(path, { metadata: "true" }));
    expect(answer).toMatchObject({ token_type: "Bearer", resource: "https://graph.microsoft.com" });
    expect(identity.verifyBearer(String(answer["access_token"]), "graph")).toMatchObject({
      principal: { kind: "app" },
    });
    expect((await ask(`${path}&client_id=unknown`, { metadata: "true" })).status).toBe(400);
  });

  it("finds a user-assigned identity by client id and by resource id", async () => {
    const assigned = identity.settings.managedIdentities[1];
    const path = `/metadata/identity/oauth2/token?api-version=2018-02-01&${resource}`;
    for (const choice of [`client_id=${assigned?.clientId}`, `msi_res_id=${assigned?.resourceId}`]) {
      expect(json(await ask(`${path}&${choice}`, { metadata: "true" }))["client_id"]).toBe(assigned?.clientId);
    }
  });

  it("speaks App Service and Azure Arc", async () => {
    const app = `/msi/token?api-version=2019-08-01&${resource}`;
    expect((await ask(app, { "x-identity-header": "wrong" })).status).toBe(401);
    expect((await ask(app, { "x-identity-header": "header-value" })).status).toBe(200);
    const arc = `/arc/metadata/identity/oauth2/token?api-version=2020-06-01&${resource}`;
    const challenge = await ask(arc, { metadata: "true" });
    expect(challenge.headers?.["www-authenticate"]).toBe("Basic realm=/var/opt/azcmagent/tokens/sandbox.key");
    expect((await ask(arc, { metadata: "true", authorization: "Basic arc-secret" })).status).toBe(200);
  });
});
