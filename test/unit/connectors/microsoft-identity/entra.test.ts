import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ConnectorError, type HttpClient, type HttpRequest, Secret } from "#spi";
import { oauthCauses } from "../../../../connectors/microsoft-identity/causes.ts";
import { cloudFor } from "../../../../connectors/microsoft-identity/clouds.ts";
import { createTokenSource, type EntraOptions } from "../../../../connectors/microsoft-identity/entra.ts";
import { causeOf, entraError } from "../../../../connectors/microsoft-identity/entra-errors.ts";

const signal = new AbortController().signal;
const now = Date.UTC(2026, 0, 1);

interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function fakeHttp(answer: (request: HttpRequest, form: URLSearchParams) => Answer) {
  const seen: { request: HttpRequest; form: URLSearchParams }[] = [];
  const http: HttpClient = {
    async request(request) {
      const form = new URLSearchParams(String(request.body ?? ""));
      seen.push({ request, form });
      const { status = 200, body, headers = {} } = answer(request, form);
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return {
        status,
        headers,
        header: (name) => (headers[name] === undefined ? [] : [headers[name]]),
        body: Readable.from([]),
        text: async () => text,
        json: async () => JSON.parse(text),
        discard: async () => undefined,
      };
    },
  };
  return { http, seen };
}

const base: EntraOptions = {
  cloud: cloudFor({}),
  schema: "MSGraph",
  grant: "code",
  renews: true,
  tenant: "contoso.example",
  clientId: "11111111-2222-4333-8444-555555555555",
  credential: { kind: "none" },
  now: () => now,
};
const tokens = { token_type: "Bearer", access_token: "AT", refresh_token: "RT2", expires_in: 3600, scope: "x" };

describe("a given token", () => {
  const expired = Buffer.from(JSON.stringify({ exp: 1_700_000_000, upn: "alice@contoso.example" })).toString(
    "base64url",
  );

  test("is all there is with InitiateOAuth OFF", async () => {
    const source = createTokenSource({
      ...base,
      renews: false,
      given: { accessToken: new Secret(`h.${expired}.s`), refreshToken: new Secret("RT") },
    });
    expect(source.given).toMatchObject({ expiresAt: 1_700_000_000_000, account: "alice@contoso.example" });
    expect(source.canRenew(undefined)).toBe(false);
    const { http, seen } = fakeHttp(() => ({ body: tokens }));
    await expect(source.renew(undefined, http, signal)).rejects.toMatchObject({
      code: "AUTHORIZATION_REQUIRED",
      causeCode: "OAUTH_TOKEN_GIVEN_ONLY",
    });
    expect(seen).toHaveLength(0);
  });

  test("is renewed by the newest refresh token, and the rotated one handed back", async () => {
    const source = createTokenSource({
      ...base,
      given: { accessToken: new Secret("AT0"), refreshToken: new Secret("RT0") },
    });
    expect(source.canRenew(undefined)).toBe(true);
    const { http, seen } = fakeHttp(() => ({ body: tokens }));
    const fresh = await source.renew({ accessToken: new Secret("AT1"), refreshToken: new Secret("RT1") }, http, signal);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.request).toMatchObject({
      url: expect.stringMatching(
        /^https:\/\/login\.microsoftonline\.com\/contoso\.example\/oauth2\/v2\.0\/token(\?|$)/,
      ),
      credentials: false,
    });
    expect(seen[0]?.form.get("grant_type")).toBe("refresh_token");
    expect(seen[0]?.form.get("refresh_token")).toBe("RT1");
    expect(fresh.accessToken.reveal()).toBe("AT");
    expect(fresh.refreshToken?.reveal()).toBe("RT2");
    expect(fresh).toMatchObject({ expiresAt: now + 3_600_000, obtainedAt: now });
  });

  test("an answer without refresh token leaves the old one in use", async () => {
    const { refresh_token: _, ...bare } = tokens;
    const { http } = fakeHttp(() => ({ body: bare }));
    const fresh = await createTokenSource(base).renew(
      { accessToken: new Secret("AT1"), refreshToken: new Secret("RT1") },
      http,
      signal,
    );
    expect(fresh.refreshToken?.reveal()).toBe("RT1");
  });

  test("without refresh token somebody must sign in", async () => {
    const source = createTokenSource(base);
    expect(source.canRenew(undefined)).toBe(false);
    const { http } = fakeHttp(() => ({ body: tokens }));
    await expect(source.renew(undefined, http, signal)).rejects.toMatchObject({ causeCode: "OAUTH_SIGN_IN_NEEDED" });
  });
});

describe("answers that are no tokens", () => {
  const client = { ...base, grant: "client", credential: { kind: "secret", secret: new Secret("s") } } as const;
  const renew = (answer: Answer, options: EntraOptions = client) => {
    const { http } = fakeHttp(() => answer);
    return createTokenSource(options).renew(undefined, http, signal);
  };

  test("a 404 page is not taken for a token", async () => {
    await expect(renew({ status: 404, body: "<html>not here</html>" })).rejects.toMatchObject({
      code: "PROTOCOL",
      causeCode: "OAUTH_NOT_ENTRA",
    });
  });

  test("nor is a success without one", async () => {
    await expect(renew({ body: { token_type: "Bearer" } })).rejects.toMatchObject({ code: "PROTOCOL" });
  });

  test.each([
    [503, "<html>busy</html>"],
    [429, { error: "temporarily_unavailable" }],
  ])("%i is busy", async (status, body) => {
    await expect(renew({ status, body, headers: { "retry-after": "9" } })).rejects.toMatchObject({
      code: "BUSY",
      causeCode: "OAUTH_BUSY",
      retry: "later",
      waitMs: 9000,
    });
  });

  test("the transport's own error comes through", async () => {
    const failing: HttpClient = {
      request: async () => {
        throw new ConnectorError("UNREACHABLE", "no route", { causeCode: "TCP_REFUSED" });
      },
    };
    await expect(createTokenSource(client).renew(undefined, failing, signal)).rejects.toMatchObject({
      code: "UNREACHABLE",
      causeCode: "TCP_REFUSED",
    });
  });

  test("no secret of the request stands in an error", async () => {
    const secret = "very-secret-value";
    const options = { ...client, credential: { kind: "secret", secret: new Secret(secret) } } as const;
    const body = {
      error: "invalid_client",
      error_description: "AADSTS7000215: Invalid client secret provided. Trace ID: x",
    };
    const error = await renew({ status: 401, body }, options).catch((thrown: unknown) => thrown as ConnectorError);
    expect(error).toMatchObject({
      causeCode: "OAUTH_SECRET_WRONG",
      remote: { code: "AADSTS7000215", service: "OAuth" },
    });
    expect(JSON.stringify([error, (error as ConnectorError).message, (error as ConnectorError).stack])).not.toContain(
      secret,
    );
  });
});

describe("refusals", () => {
  test.each([
    [90002, "OAUTH_TENANT_NOT_FOUND", "AUTHENTICATION_FAILED", "AzureTenant"],
    [700016, "OAUTH_CLIENT_UNKNOWN", "AUTHENTICATION_FAILED", "OAuthClientId"],
    [7000215, "OAUTH_SECRET_WRONG", "AUTHENTICATION_FAILED", "OAuthClientSecret"],
    [7000222, "OAUTH_SECRET_EXPIRED", "AUTHENTICATION_FAILED", "OAuthClientSecret"],
    [700027, "OAUTH_CERTIFICATE_NOT_REGISTERED", "AUTHENTICATION_FAILED", "OAuthJWTCert"],
    [65001, "OAUTH_CONSENT_MISSING", "AUTHORIZATION_REQUIRED", "Scope"],
    [70008, "OAUTH_GRANT_EXPIRED", "AUTHORIZATION_REQUIRED", "OAuthRefreshToken"],
    [700082, "OAUTH_GRANT_EXPIRED", "AUTHORIZATION_REQUIRED", "OAuthRefreshToken"],
    [70043, "OAUTH_GRANT_EXPIRED", "AUTHORIZATION_REQUIRED", "OAuthRefreshToken"],
    [50173, "OAUTH_GRANT_REVOKED", "AUTHORIZATION_REQUIRED", "OAuthRefreshToken"],
    [50126, "OAUTH_PASSWORD_WRONG", "AUTHENTICATION_FAILED", "Password"],
    [50076, "OAUTH_MFA_REQUIRED", "AUTHORIZATION_REQUIRED", "OAuthGrantType"],
    [50079, "OAUTH_MFA_REQUIRED", "AUTHORIZATION_REQUIRED", "OAuthGrantType"],
    [53003, "OAUTH_CONDITIONAL_ACCESS", "AUTHENTICATION_FAILED", undefined],
    [50053, "OAUTH_ACCOUNT_LOCKED", "AUTHENTICATION_FAILED", "User"],
    [50057, "OAUTH_ACCOUNT_DISABLED", "AUTHENTICATION_FAILED", "User"],
    [500011, "OAUTH_RESOURCE_UNKNOWN", "AUTHENTICATION_FAILED", "AzureEnvironment"],
  ] as const)("AADSTS%i", (number, causeCode, code, target) => {
    const refusal = {
      status: 400,
      error: "invalid_grant",
      description: `AADSTS${number}: told. Trace ID: t`,
      codes: [number],
    };
    const error = entraError(refusal, "token by client");
    expect(error).toMatchObject({ causeCode, code, remote: { code: `AADSTS${number}` } });
    expect(error.target).toBe(target);
    expect(error.message).not.toContain("Trace ID");
    if (code === "AUTHENTICATION_FAILED") expect(error.retry).toBe("never");
  });

  test("every cause a refusal can have is explained, and belongs to the step it is found in", () => {
    const words = ["invalid_grant", "interaction_required", "invalid_client", "invalid_scope", "server_error", "?", ""];
    const known = new Map(oauthCauses.map((cause) => [cause.code, cause]));
    for (const error of words) {
      for (const status of [400, 401, 429, 503]) {
        const refusal = { status, error, description: "", codes: [999_999_999] };
        expect(known.get(causeOf(refusal))?.problem).toBe(entraError(refusal, "x").code);
      }
    }
    // Whose mailbox it is, is seen once the login was good.
    for (const cause of oauthCauses)
      expect(cause.step).toBe(cause.code === "MAILBOX_IDENTITY_MISMATCH" ? "mailbox" : "authentication");
  });
});

describe("the authorization-code flow", () => {
  test("the address carries PKCE and state, and asks the tenant's own authority", async () => {
    const flow = createTokenSource(base).codeFlow;
    const url = new URL(
      (await flow?.authorizationUrl({
        redirectUri: "http://127.0.0.1:3000/v1/oauth/callback",
        state: "s&t",
        codeChallenge: "challenge",
      })) ?? "",
    );
    expect(url.origin + url.pathname).toBe("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/authorize");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: base.clientId,
      response_type: "code",
      code_challenge: "challenge",
      code_challenge_method: "S256",
      state: "s&t",
      scope: expect.stringContaining("offline_access"),
    });
  });

  test("the code is redeemed with its verifier", async () => {
    const { http, seen } = fakeHttp(() => ({ body: tokens }));
    const set = await createTokenSource({ ...base, tenant: "" }).codeFlow?.redeem(
      { redirectUri: "http://127.0.0.1/cb", code: new Secret("CODE"), codeVerifier: new Secret("VERIFIER") },
      http,
      signal,
    );
    expect(seen[0]?.request.url).toContain("/common/oauth2/v2.0/token");
    expect(Object.fromEntries(seen[0]?.form ?? [])).toMatchObject({
      grant_type: "authorization_code",
      code: "CODE",
      code_verifier: "VERIFIER",
      redirect_uri: "http://127.0.0.1/cb",
    });
    expect(set?.refreshToken?.reveal()).toBe("RT2");
  });

  test("only code grants have one", () => {
    expect(createTokenSource({ ...base, grant: "client" }).codeFlow).toBeUndefined();
    const { clientId: _, ...anonymous } = base;
    expect(createTokenSource(anonymous).codeFlow).toBeUndefined();
  });
});

test("the fingerprint follows what is asked for and with what, not the password", () => {
  const password = { ...base, grant: "password", user: "alice", password: new Secret("one") } as const;
  const print = (options: EntraOptions) => createTokenSource(options).fingerprint;
  expect(print(password)).toBe(print({ ...password, password: new Secret("two") }));
  const others: EntraOptions[] = [
    password,
    { ...password, user: "bob" },
    { ...password, tenant: "other" },
    { ...password, scope: "Mail.Read" },
    { ...password, credential: { kind: "secret", secret: new Secret("s") } },
    { ...password, given: { accessToken: new Secret("AT") } },
  ];
  expect(new Set(others.map(print)).size).toBe(others.length);
});

describe("OAuthVerifier", () => {
  const options: EntraOptions = {
    ...base,
    verifier: new Secret("pasted-code"),
    redirectUri: "https://connector.example/callback",
  };

  test("is redeemed once, with the redirect address of its sign-in and without PKCE", async () => {
    const { http, seen } = fakeHttp(() => ({ body: tokens }));
    const source = createTokenSource(options);
    expect(source.canRenew(undefined)).toBe(true);
    const first = await source.renew(undefined, http, signal);
    expect(Object.fromEntries(seen[0]!.form)).toMatchObject({
      grant_type: "authorization_code",
      code: "pasted-code",
      redirect_uri: "https://connector.example/callback",
    });
    expect(seen[0]!.form.has("code_verifier")).toBe(false);
    const second = await source.renew(first, http, signal);
    expect(second.accessToken.reveal()).toBe("AT");
    expect(seen[1]!.form.get("grant_type")).toBe("refresh_token");
  });

  test("that brought no refresh token is not tried again", async () => {
    const source = createTokenSource(options);
    expect(source.canRenew({ accessToken: new Secret("AT") })).toBe(false);
  });

  test("is part of what the tokens belong to", () => {
    const other = createTokenSource({ ...options, verifier: new Secret("other") });
    expect(other.fingerprint).not.toBe(createTokenSource(options).fingerprint);
  });
});
