import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { Secret } from "#spi";
import { otherProvider, type ProviderOptions } from "../../../../connectors/smtp/oauth/other-provider.ts";
import { bodyOf, never, serveHttp, transport } from "../../net/support.ts";

/** A token endpoint that answers and remembers what it was asked. */
async function provider(answer: object, status = 200) {
  const asked: URLSearchParams[] = [];
  const { origin } = await serveHttp(async (request: IncomingMessage, response) => {
    asked.push(new URLSearchParams(await bodyOf(request)));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  return { asked, tokenUrl: `${origin}/token` };
}

const optionsOf = (tokenUrl: string, more: Partial<ProviderOptions> = {}): ProviderOptions => ({
  grant: "code",
  renews: true,
  tokenUrl,
  authorizationUrl: "https://login.mail.test/authorize?tenant=a",
  clientId: "app",
  clientSecret: new Secret("client secret"),
  scope: "https://mail.test/",
  user: "alice@mail.test",
  ...more,
});
const answer = { access_token: "token", expires_in: 3600, refresh_token: "next", scope: "https://mail.test/" };

describe("another provider than Microsoft", () => {
  test("signs a person in with PKCE and redeems the code", async () => {
    const { tokenUrl, asked } = await provider(answer);
    const { codeFlow } = otherProvider(optionsOf(tokenUrl));
    const url = new URL(
      (await codeFlow?.authorizationUrl({ redirectUri: "https://me.test/cb", state: "s", codeChallenge: "c" })) ?? "",
    );
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      tenant: "a",
      response_type: "code",
      client_id: "app",
      redirect_uri: "https://me.test/cb",
      scope: "https://mail.test/",
      state: "s",
      code_challenge: "c",
      code_challenge_method: "S256",
      login_hint: "alice@mail.test",
    });
    const request = { redirectUri: "https://me.test/cb", code: new Secret("code"), codeVerifier: new Secret("v") };
    const tokens = await codeFlow?.redeem(request, transport().http, never);
    expect(tokens?.accessToken.reveal()).toBe("token");
    expect(tokens?.refreshToken?.reveal()).toBe("next");
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      grant_type: "authorization_code",
      code: "code",
      redirect_uri: "https://me.test/cb",
      code_verifier: "v",
      client_id: "app",
      client_secret: "client secret",
    });
  });

  test("renews by the refresh token, and keeps it where no new one comes", async () => {
    const { tokenUrl, asked } = await provider({ access_token: "renewed", expires_in: 60 });
    const source = otherProvider(optionsOf(tokenUrl));
    const current = { accessToken: new Secret("old"), refreshToken: new Secret("kept") };
    expect(source.canRenew(undefined)).toBe(false);
    expect(source.canRenew(current)).toBe(true);
    const tokens = await source.renew(current, transport().http, never);
    expect(tokens.refreshToken?.reveal()).toBe("kept");
    expect(asked[0]?.get("grant_type")).toBe("refresh_token");
    expect(asked[0]?.get("refresh_token")).toBe("kept");
    await expect(source.renew(undefined, transport().http, never)).rejects.toMatchObject({
      code: "AUTHORIZATION_REQUIRED",
      causeCode: "OAUTH_SIGN_IN_NEEDED",
    });
  });

  test("gives an application its token", async () => {
    const { tokenUrl, asked } = await provider(answer);
    const source = otherProvider(optionsOf(tokenUrl, { grant: "client" }));
    expect(source.codeFlow).toBeUndefined();
    await source.renew(undefined, transport().http, never);
    expect(asked[0]?.get("grant_type")).toBe("client_credentials");
  });

  test.each([
    [{ error: "invalid_grant", error_description: "revoked" }, 400, "OAUTH_GRANT_REVOKED"],
    [{ error: "invalid_client" }, 401, "OAUTH_CLIENT_REFUSED"],
    [{ error: "temporarily_unavailable" }, 503, "OAUTH_BUSY"],
    [{}, 200, "OAUTH_NOT_ENTRA"],
  ])("%j with %i is told apart, under its own name", async (refusal, status, causeCode) => {
    const { tokenUrl } = await provider(refusal, status);
    const source = otherProvider(optionsOf(tokenUrl, { grant: "client" }));
    const error = await source.renew(undefined, transport().http, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ causeCode });
    expect(String(error)).toContain(new URL(tokenUrl).host);
    expect(String(error)).not.toContain("Entra");
  });

  test("with InitiateOAuth OFF it asks for nothing", async () => {
    const { tokenUrl, asked } = await provider(answer);
    const source = otherProvider(optionsOf(tokenUrl, { renews: false }));
    expect(source.canRenew({ accessToken: new Secret("a"), refreshToken: new Secret("b") })).toBe(false);
    await expect(source.renew(undefined, transport().http, never)).rejects.toMatchObject({
      causeCode: "OAUTH_TOKEN_GIVEN_ONLY",
    });
    expect(asked).toEqual([]);
  });
});
