import { X509Certificate } from "node:crypto";
import {
  ConfidentialClientApplication,
  type Configuration,
  CryptoProvider,
  PublicClientApplication,
} from "@azure/msal-node";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DirectoryUser, directoryOf } from "../../../connectors/microsoft-exchange/sandbox/identity/directory.ts";
import {
  createIdentity,
  type Identity,
  TENANT,
} from "../../../connectors/microsoft-exchange/sandbox/identity/identity.ts";
import { CLIENT_IDS, CLIENT_SECRET } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { makeClientCertificate } from "../../../connectors/microsoft-exchange/sandbox/tls.ts";
import { type ServedFaces, serveFaces } from "../serve-faces.ts";

const alice: DirectoryUser = {
  id: "00000000-0000-4000-8000-0000000000aa",
  userPrincipalName: "alice@sandbox.example",
  displayName: "Alice Ärmel",
  password: "sandbox",
  signIn: "allowed",
};
const GRAPH = "https://graph.microsoft.com/.default";
const REDIRECT = "http://127.0.0.1:3000/v1/oauth/callback";

let nowMs = Date.now();
let identity: Identity;
let served: ServedFaces;

beforeAll(async () => {
  served = await serveFaces((request) => identity.face(request));
});
afterAll(() => served.close());
beforeEach(() => {
  nowMs = Date.now();
  identity = createIdentity({ directory: directoryOf(() => [alice]), now: () => nowMs });
});

function config(auth: Partial<Configuration["auth"]> = {}): Configuration {
  return {
    auth: {
      clientId: CLIENT_IDS.full,
      authority: `${served.https}/${TENANT.id}`,
      knownAuthorities: [new URL(served.https).host],
      ...auth,
    },
  };
}

function withSecret(clientId: string = CLIENT_IDS.full, clientSecret = CLIENT_SECRET): ConfidentialClientApplication {
  return new ConfidentialClientApplication(config({ clientId, clientSecret }));
}

async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (problem) {
    return problem instanceof Error ? problem.message : String(problem);
  }
  return "no refusal";
}

/** Follows the authorization address the way a browser would and hands back the code. */
async function signIn(application: PublicClientApplication, scopes: string[], hint = alice.userPrincipalName) {
  const pkce = await new CryptoProvider().generatePkceCodes();
  const address = await application.getAuthCodeUrl({
    scopes,
    redirectUri: REDIRECT,
    loginHint: hint,
    state: "s1",
    codeChallenge: pkce.challenge,
    codeChallengeMethod: "S256",
  });
  const answer = await fetch(address, { redirect: "manual" });
  const target = new URL(answer.headers.get("location") ?? "about:blank");
  return { target, code: target.searchParams.get("code") ?? "", verifier: pkce.verifier };
}

describe("client credentials by msal-node", () => {
  it("gives an app-only token with the consented roles", async () => {
    const result = await withSecret().acquireTokenByClientCredential({ scopes: [GRAPH] });
    const verdict = identity.verifyBearer(result?.accessToken ?? "", "graph");
    expect(verdict).toMatchObject({ ok: true, principal: { kind: "app", appId: CLIENT_IDS.full } });
    expect(verdict.ok && verdict.principal.kind === "app" && verdict.principal.roles).toContain("Mail.ReadWrite");
  });

  it("keeps the two services apart", async () => {
    const result = await withSecret().acquireTokenByClientCredential({
      scopes: ["https://outlook.office365.com/.default"],
    });
    const token = result?.accessToken ?? "";
    expect(identity.verifyBearer(token, "graph")).toEqual({ ok: false, problem: "audience" });
    expect(identity.verifyBearer(token, "exchange")).toMatchObject({
      principal: { roles: expect.arrayContaining(["full_access_as_app"]) },
    });
  });

  it("refuses a wrong secret, an expired one, an unknown application, tenant and resource", async () => {
    const ask = (application: ConfidentialClientApplication, scopes = [GRAPH]) =>
      refusalOf(application.acquireTokenByClientCredential({ scopes }));
    expect(await ask(withSecret(CLIENT_IDS.full, "wrong"))).toContain("AADSTS7000215");
    expect(await ask(withSecret(CLIENT_IDS.expiredSecret))).toContain("AADSTS7000222");
    expect(await ask(withSecret("99999999-0000-4000-8000-000000000000"))).toContain("AADSTS700016");
    expect(await ask(withSecret(), ["https://nowhere.example/.default"])).toContain("AADSTS500011");
    expect(await ask(withSecret(), ["https://graph.microsoft.com/Mail.Read"])).toContain("AADSTS1002012");
    const elsewhere = new ConfidentialClientApplication(
      config({ authority: `${served.https}/11111111-1111-4111-8111-111111111111`, clientSecret: CLIENT_SECRET }),
    );
    expect(await ask(elsewhere)).not.toBe("no refusal");
  });

  it("gives an application nobody consented to a token without roles", async () => {
    const result = await withSecret(CLIENT_IDS.unconsented).acquireTokenByClientCredential({ scopes: [GRAPH] });
    expect(identity.verifyBearer(result?.accessToken ?? "", "graph")).toMatchObject({ principal: { roles: [] } });
  });

  it("takes a certificate that is registered and refuses one that is not", async () => {
    const pair = await makeClientCertificate("connector");
    const thumbprintSha256 = new X509Certificate(pair.cert).fingerprint256.replaceAll(":", "");
    const application = () =>
      new ConfidentialClientApplication(
        config({ clientCertificate: { thumbprintSha256, privateKey: pair.key, x5c: pair.cert } }),
      );
    expect(await refusalOf(application().acquireTokenByClientCredential({ scopes: [GRAPH] }))).toContain(
      "AADSTS700027",
    );
    identity.registration(CLIENT_IDS.full).certificates.push(pair.cert);
    const result = await application().acquireTokenByClientCredential({ scopes: [GRAPH] });
    expect(identity.verifyBearer(result?.accessToken ?? "", "graph").ok).toBe(true);
  });

  it("refuses an assertion signed by another key under a registered thumbprint", async () => {
    const [registered, other] = await Promise.all([makeClientCertificate("one"), makeClientCertificate("two")]);
    identity.registration(CLIENT_IDS.full).certificates.push(registered.cert);
    const thumbprintSha256 = new X509Certificate(registered.cert).fingerprint256.replaceAll(":", "");
    const application = new ConfidentialClientApplication(
      config({ clientCertificate: { thumbprintSha256, privateKey: other.key } }),
    );
    expect(await refusalOf(application.acquireTokenByClientCredential({ scopes: [GRAPH] }))).toContain(
      "verify the signature failed",
    );
  });
});

describe("user flows by msal-node", () => {
  const scopes = ["https://graph.microsoft.com/Mail.ReadWrite", "offline_access"];

  it("redeems a code with PKCE, then refreshes silently", async () => {
    const application = new PublicClientApplication(config({ clientId: CLIENT_IDS.publicClient }));
    const { target, code, verifier } = await signIn(application, scopes);
    expect(target.searchParams.get("state")).toBe("s1");
    const result = await application.acquireTokenByCode({
      scopes,
      redirectUri: REDIRECT,
      code,
      codeVerifier: verifier,
    });
    expect(result.account).toMatchObject({ username: alice.userPrincipalName, name: alice.displayName });
    expect(identity.verifyBearer(result.accessToken, "graph")).toMatchObject({
      principal: { kind: "user", userPrincipalName: alice.userPrincipalName, scopes: ["Mail.ReadWrite"] },
    });
    const renewed = await application.acquireTokenSilent({
      scopes,
      account: result.account as NonNullable<typeof result.account>,
      forceRefresh: true,
    });
    expect(renewed.accessToken).not.toBe(result.accessToken);
    expect(identity.stats()).toMatchObject({ refreshCalls: 1, reuseSeen: 0 });
  });

  it("refuses a wrong verifier, a second redemption and an old code", async () => {
    const application = new PublicClientApplication(config({ clientId: CLIENT_IDS.publicClient }));
    const redeem = (code: string, codeVerifier: string) =>
      refusalOf(application.acquireTokenByCode({ scopes, redirectUri: REDIRECT, code, codeVerifier }));
    const first = await signIn(application, scopes);
    expect(await redeem(first.code, "x".repeat(50))).toContain("AADSTS501481");
    expect(await redeem(first.code, first.verifier)).toBe("no refusal");
    expect(await redeem(first.code, first.verifier)).toContain("AADSTS54005");
    const second = await signIn(application, scopes);
    nowMs += 11 * 60_000;
    expect(await redeem(second.code, second.verifier)).toContain("AADSTS70008");
  });

  it("takes user name and password, and says why not", async () => {
    const application = new PublicClientApplication(config({ clientId: CLIENT_IDS.publicClient }));
    const ask = (username: string, password = "sandbox") =>
      refusalOf(application.acquireTokenByUsernamePassword({ scopes, username, password }));
    expect(await ask(alice.userPrincipalName)).toBe("no refusal");
    expect(await ask(alice.userPrincipalName, "wrong")).toContain("AADSTS50126");
    expect(await ask("nobody@sandbox.example")).toContain("AADSTS50034");
    expect(await ask("mfa@sandbox.example")).toContain("AADSTS50076");
    expect(await ask("policy@sandbox.example")).toContain("AADSTS53003");
    expect(await ask("locked@sandbox.example")).toContain("AADSTS50053");
    expect(await ask("disabled@sandbox.example")).toContain("AADSTS50057");
  });

  it("needs consent, which the administrator page gives", async () => {
    const application = withSecret(CLIENT_IDS.unconsented);
    const ask = () =>
      refusalOf(
        application.acquireTokenByUsernamePassword({ scopes, username: alice.userPrincipalName, password: "sandbox" }),
      );
    expect(await ask()).toContain("AADSTS65001");
    const consent = `${served.https}/${TENANT.id}/v2.0/adminconsent?client_id=${CLIENT_IDS.unconsented}&state=7&redirect_uri=${encodeURIComponent(REDIRECT)}`;
    const answer = await fetch(consent, { redirect: "manual" });
    expect(answer.headers.get("location")).toBe(`${REDIRECT}?admin_consent=True&tenant=${TENANT.id}&state=7`);
    expect(await ask()).toBe("no refusal");
  });

  it("takes used refresh tokens, or in strict mode revokes the grant", async () => {
    const application = withSecret();
    const { code, verifier } = await signIn(application as unknown as PublicClientApplication, scopes);
    await application.acquireTokenByCode({ scopes, redirectUri: REDIRECT, code, codeVerifier: verifier });
    const cache = JSON.parse(application.getTokenCache().serialize()) as {
      RefreshToken: Record<string, { secret: string }>;
    };
    const refreshToken = Object.values(cache.RefreshToken)[0]?.secret ?? "";
    const refresh = () => refusalOf(withSecret().acquireTokenByRefreshToken({ scopes, refreshToken }));
    expect(await refresh()).toBe("no refusal");
    expect(await refresh()).toBe("no refusal");
    expect(identity.stats().reuseSeen).toBe(1);
    identity.settings.strictRefresh = true;
    expect(await refresh()).toContain("AADSTS50173");
    expect(identity.stats()).toMatchObject({ reuseSeen: 2, grantsRevoked: 1 });
  });

  it("lets refresh tokens die of age and of revocation", async () => {
    const token = async () => {
      const body = new URLSearchParams({
        grant_type: "password",
        client_id: CLIENT_IDS.publicClient,
        username: alice.userPrincipalName,
        password: "sandbox",
        scope: "Mail.Read offline_access",
      });
      const answer = await fetch(`${served.http}/${TENANT.id}/oauth2/v2.0/token`, { method: "POST", body });
      return ((await answer.json()) as { refresh_token: string }).refresh_token;
    };
    const refresh = (refreshToken: string) =>
      refusalOf(
        new PublicClientApplication(config({ clientId: CLIENT_IDS.publicClient })).acquireTokenByRefreshToken({
          scopes,
          refreshToken,
        }),
      );
    const [aged, revoked] = [await token(), await token()];
    identity.revokeGrants(alice.id);
    expect(await refresh(revoked)).toContain("AADSTS50173");
    const fresh = await token();
    nowMs += 91 * 86_400_000;
    expect(await refresh(fresh)).toContain("AADSTS700082");
    expect(await refresh(aged)).toContain("AADSTS50173");
  });
});
