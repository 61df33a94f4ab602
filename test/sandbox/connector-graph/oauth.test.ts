import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret, type TokenSet } from "#spi";
import { type DirectoryUser, directoryOf } from "../../../connectors/microsoft-exchange/sandbox/identity/directory.ts";
import {
  createIdentity,
  type Identity,
  TENANT,
} from "../../../connectors/microsoft-exchange/sandbox/identity/identity.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { makeClientCertificate } from "../../../connectors/microsoft-exchange/sandbox/tls.ts";
import { claimsOf } from "../../../connectors/microsoft-identity/claims.ts";
import { cloudFor } from "../../../connectors/microsoft-identity/clouds.ts";
import { createTokenSource, type EntraOptions } from "../../../connectors/microsoft-identity/entra.ts";
import { managedIdentitySource } from "../../../connectors/microsoft-identity/managed-identity.ts";
import { type ServedFaces, serveFaces } from "../serve-faces.ts";
import { fetchHttp } from "./fetch-http.ts";

const alice: DirectoryUser = {
  id: "00000000-0000-4000-8000-0000000000aa",
  userPrincipalName: "alice@sandbox.example",
  displayName: "Alice Ärmel",
  password: "sandbox",
  signIn: "allowed",
};
const redirectUri = "http://127.0.0.1:3000/v1/oauth/callback";
const signal = new AbortController().signal;

let identity: Identity;
let served: ServedFaces;
beforeAll(async () => {
  served = await serveFaces((request) => identity.face(request));
});
afterAll(() => served.close());
beforeEach(() => {
  identity = createIdentity({ directory: directoryOf(() => [alice]) });
});

function options(more: Partial<EntraOptions> = {}, scheme: "http" | "https" = "https"): EntraOptions {
  return {
    cloud: cloudFor({}, { GLOBAL: { authority: served[scheme] } }),
    schema: "MSGraph",
    grant: "client",
    renews: true,
    tenant: TENANT.id,
    clientId: CLIENT_IDS.full,
    credential: { kind: "secret", secret: new Secret(CLIENT_SECRET) },
    ...more,
  };
}
const renew = (more: Partial<EntraOptions> = {}, current?: TokenSet, scheme?: "http" | "https") =>
  createTokenSource(options(more, scheme)).renew(current, fetchHttp, signal);

describe("an application by itself", () => {
  it.each(["https", "http"] as const)("gets a token for Graph by its secret over %s", async (scheme) => {
    const tokens = await renew({}, undefined, scheme);
    expect(identity.verifyBearer(tokens.accessToken.reveal(), "graph").ok).toBe(true);
    expect(tokens.account).toBe(CLIENT_IDS.full);
    expect(claimsOf(tokens.accessToken)).toMatchObject({
      audience: "https://graph.microsoft.com",
      roles: expect.arrayContaining(["Mail.ReadWrite"]),
    });
  });

  it("gets one for Exchange Online under schema EWS", async () => {
    const tokens = await renew({ schema: "EWS" });
    expect(identity.verifyBearer(tokens.accessToken.reveal(), "exchange").ok).toBe(true);
  });

  it("signs by its certificate; an unregistered one is refused", async () => {
    const pair = await makeClientCertificate("connector");
    const value = new Secret(`${pair.key}\n${pair.cert}`);
    const credential = { kind: "certificate", certificate: { type: "PEMKEY_BLOB", value } } as const;
    await expect(renew({ credential })).rejects.toMatchObject({ causeCode: "OAUTH_CERTIFICATE_NOT_REGISTERED" });
    identity.registration(CLIENT_IDS.full).certificates.push(pair.cert);
    const tokens = await renew({ credential });
    expect(identity.verifyBearer(tokens.accessToken.reveal(), "graph").ok).toBe(true);
  });

  it.each([
    ["a wrong secret", { credential: { kind: "secret", secret: new Secret("wrong") } }, "OAUTH_SECRET_WRONG"],
    ["an expired secret", { clientId: CLIENT_IDS.expiredSecret }, "OAUTH_SECRET_EXPIRED"],
    ["an unknown application", { clientId: "99999999-0000-4000-8000-000000000000" }, "OAUTH_CLIENT_UNKNOWN"],
    ["an unknown tenant", { tenant: "nowhere.example" }, "OAUTH_TENANT_NOT_FOUND"],
    ["no credential", { credential: { kind: "none" } }, "OAUTH_CLIENT_CREDENTIAL_MISSING"],
  ] as const)("tells %s apart", async (_, more, causeCode) => {
    await expect(renew(more)).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED", causeCode });
  });
});

describe("a user", () => {
  const user = { grant: "password", user: alice.userPrincipalName, password: new Secret(alice.password) } as const;

  it("signs in by password, then goes on by refresh token", async () => {
    const first = await renew(user);
    expect(first.account).toBe(alice.userPrincipalName);
    expect(first.refreshToken).toBeDefined();
    const second = await renew(user, first);
    expect(second.refreshToken?.reveal()).not.toBe(first.refreshToken?.reveal());
    expect(identity.stats().byGrantType).toMatchObject({ password: 1, refresh_token: 1 });
  });

  it("signs in anew when the grant was revoked", async () => {
    const first = await renew(user);
    identity.revokeGrants(alice.id);
    const second = await renew(user, first);
    expect(identity.verifyBearer(second.accessToken.reveal(), "graph").ok).toBe(true);
  });

  it.each([
    [50126, "AUTHENTICATION_FAILED", "OAUTH_PASSWORD_WRONG"],
    [50053, "AUTHENTICATION_FAILED", "OAUTH_ACCOUNT_LOCKED"],
    [50057, "AUTHENTICATION_FAILED", "OAUTH_ACCOUNT_DISABLED"],
    [50076, "AUTHORIZATION_REQUIRED", "OAUTH_MFA_REQUIRED"],
    [53003, "AUTHENTICATION_FAILED", "OAUTH_CONDITIONAL_ACCESS"],
    [65001, "AUTHORIZATION_REQUIRED", "OAUTH_CONSENT_MISSING"],
  ] as const)("AADSTS%i", async (number, code, causeCode) => {
    identity.failNext(number);
    await expect(renew(user)).rejects.toMatchObject({ code, causeCode, remote: { code: `AADSTS${number}` } });
    expect(identity.stats().tokenCalls).toBe(1);
  });

  it("signs in at a browser with PKCE; the grant dies when it is revoked", async () => {
    const code = { grant: "code" } as const;
    const verifier = randomBytes(32).toString("base64url");
    const source = createTokenSource(options(code));
    const address = await source.codeFlow?.authorizationUrl({
      redirectUri,
      state: "s1",
      codeChallenge: createHash("sha256").update(verifier).digest("base64url"),
      loginHint: alice.userPrincipalName,
    });
    const answer = await fetch(address ?? "", { redirect: "manual" });
    const target = new URL(answer.headers.get("location") ?? "about:blank");
    expect(target.searchParams.get("state")).toBe("s1");
    const redemption = {
      redirectUri,
      code: new Secret(target.searchParams.get("code") ?? ""),
      codeVerifier: new Secret(verifier),
    };
    const tokens = await source.codeFlow?.redeem(redemption, fetchHttp, signal);
    expect(identity.verifyBearer(tokens?.accessToken.reveal() ?? "", "graph").ok).toBe(true);
    const renewed = await source.renew(tokens, fetchHttp, signal);
    identity.revokeGrants(alice.id);
    await expect(source.renew(renewed, fetchHttp, signal)).rejects.toMatchObject({
      code: "AUTHORIZATION_REQUIRED",
      causeCode: "OAUTH_GRANT_REVOKED",
    });
    await expect(source.codeFlow?.redeem(redemption, fetchHttp, signal)).rejects.toMatchObject({
      causeCode: "OAUTH_GRANT_REVOKED",
    });
  });

  it("is sent back to sign in for a refresh token nobody gave out", async () => {
    const current = { accessToken: new Secret("x"), refreshToken: new Secret("rubbish") };
    await expect(renew({ grant: "code" }, current)).rejects.toMatchObject({
      code: "AUTHORIZATION_REQUIRED",
      causeCode: "OAUTH_GRANT_UNREADABLE",
    });
  });
});

describe("a managed identity", () => {
  const readKey = async () => "";
  it("of the machine or a named one, by IMDS and App Service", async () => {
    const imds = managedIdentitySource({ AZURE_POD_IDENTITY_AUTHORITY_HOST: served.http }, readKey);
    const tokens = await renew({ grant: "managed-identity", clientId: "", managedIdentity: imds });
    expect(identity.verifyBearer(tokens.accessToken.reveal(), "graph").ok).toBe(true);
    const service = managedIdentitySource(
      { IDENTITY_ENDPOINT: `${served.http}/msi/token`, IDENTITY_HEADER: identity.settings.identityHeader },
      readKey,
    );
    const clientId = "5a4d1c00-0000-4000-8000-0000000000a2";
    const named = await renew({ grant: "managed-identity", clientId, managedIdentity: service, schema: "EWS" });
    expect(named.account).toBe(clientId);
    expect(identity.verifyBearer(named.accessToken.reveal(), "exchange").ok).toBe(true);
  });

  it("that is not there is told", async () => {
    const imds = managedIdentitySource({ AZURE_POD_IDENTITY_AUTHORITY_HOST: served.http }, readKey);
    const clientId = "5a4d1c00-0000-4000-8000-0000000000ff";
    await expect(renew({ grant: "managed-identity", clientId, managedIdentity: imds })).rejects.toMatchObject({
      code: "AUTHENTICATION_FAILED",
      causeCode: "MANAGED_IDENTITY_NOT_FOUND",
    });
  });
});
