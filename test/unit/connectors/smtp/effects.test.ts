import { describe, expect, test } from "vitest";
import { Secret } from "#spi";
import type { SmtpConfig } from "../../../../connectors/smtp/config.ts";
import { smtpConnector } from "../../../../connectors/smtp/manifest.ts";
import { configure } from "../../../../src/runtime/configuration.ts";
import { noFiles } from "../../net/support.ts";

const definition = smtpConnector({});
type Values = Parameters<typeof configure>[1];
const configOf = (values: Values) => configure(definition, values).config as SmtpConfig;
const basic = { AuthScheme: "BASIC", Server: "mail.test", User: "alice@mail.test", Password: new Secret("secret") };
const person = { User: "alice@mail.test", OAuthClientId: "app", OAuthClientSecret: new Secret("s"), AzureTenant: "t" };
const application = { ...person, OAuthGrantType: "CLIENT" };
const other = {
  ...person,
  Server: "mail.test",
  OAuthAuthorizationURL: "https://login.mail.test/authorize",
  OAuthAccessTokenURL: "https://login.mail.test/token",
};

const urlOf = async (values: Values) => {
  const source = definition.tokens?.(configOf(values), noFiles);
  const request = { redirectUri: "https://me.test/cb", state: "s", codeChallenge: "c" };
  return new URL((await source?.codeFlow?.authorizationUrl(request)) ?? "");
};

describe("Azure Authentication and OAuth", () => {
  test("AzureTenant is the tenant that signs in", async () => {
    expect((await urlOf(person)).pathname).toBe("/t/oauth2/v2.0/authorize");
    expect((await urlOf({ ...person, AzureTenant: undefined })).pathname).toBe("/common/oauth2/v2.0/authorize");
  });

  test("AzureEnvironment chooses the login, the scope and the SMTP host", async () => {
    const values = { ...person, AzureEnvironment: "CHINA" };
    const url = await urlOf(values);
    expect(url.host).toBe("login.chinacloudapi.cn");
    expect(url.searchParams.get("scope")).toContain("https://partner.outlook.cn/SMTP.Send");
    expect(configOf(values).server.host).toBe("smtp.partner.outlook.cn");
  });

  test("OAuthClientId is the application that asks", async () => {
    expect((await urlOf(person)).searchParams.get("client_id")).toBe("app");
  });

  test("OAuthAuthorizationURL is where a person signs in", async () => {
    expect((await urlOf(other)).href).toMatch(/^https:\/\/login\.mail\.test\/authorize\?/);
  });

  test("OAuthAccessTokenURL is where tokens are asked for", () => {
    const { signIn } = configOf(other);
    expect(signIn).toMatchObject({ kind: "other", options: { tokenUrl: "https://login.mail.test/token" } });
  });

  test("secrets are not sent to a token endpoint in the clear", () => {
    const clear = { ...other, OAuthAccessTokenURL: "http://login.mail.test/token" };
    expect(() => configOf(clear)).toThrow("OAuthAccessTokenURL begins with https://");
    const local = { ...other, OAuthAccessTokenURL: "http://127.0.0.1:8080/token" };
    expect(configOf(local).signIn).toMatchObject({ options: { tokenUrl: "http://127.0.0.1:8080/token" } });
  });

  test("Scope is what is asked for", async () => {
    expect((await urlOf({ ...person, Scope: "openid custom" })).searchParams.get("scope")).toBe(
      "openid profile custom",
    );
    expect((await urlOf({ ...other, Scope: "https://mail.test/" })).searchParams.get("scope")).toBe(
      "https://mail.test/",
    );
  });

  test("CallbackURL is the redirect address of the connection's own", () => {
    const redirect = (values: Values) => definition.tokens?.(configOf(values), noFiles)?.codeFlow?.redirectUri;
    expect(redirect({ ...person, CallbackURL: "https://own.test/cb" })).toBe("https://own.test/cb");
    expect(redirect({ ...other, CallbackURL: "https://own.test/cb" })).toBe("https://own.test/cb");
    expect(redirect(person)).toBeUndefined();
  });

  test("OAuthGrantType CLIENT needs nobody to sign in", () => {
    const source = (values: Values) => definition.tokens?.(configOf(values), noFiles);
    expect(source(application)?.canRenew(undefined)).toBe(true);
    expect(source(person)?.canRenew(undefined)).toBe(false);
  });

  test("InitiateOAuth OFF uses the given token and asks for no other", () => {
    const given = { ...application, InitiateOAuth: "OFF", OAuthAccessToken: new Secret("given") };
    const source = definition.tokens?.(configOf(given), noFiles);
    expect(source?.given?.accessToken.reveal()).toBe("given");
    expect(source?.canRenew(undefined)).toBe(false);
  });

  test("OAuthAccessToken comes with OAuthRefreshToken, OAuthExpiresIn and OAuthTokenTimestamp", () => {
    const given = {
      ...person,
      OAuthAccessToken: new Secret("given"),
      OAuthRefreshToken: new Secret("refresh"),
      OAuthTokenTimestamp: 1_000_000,
      OAuthExpiresIn: 60,
    };
    const source = definition.tokens?.(configOf(given), noFiles);
    expect(source?.given).toMatchObject({ obtainedAt: 1_000_000, expiresAt: 1_060_000 });
    expect(source?.given?.refreshToken?.reveal()).toBe("refresh");
    expect(source?.canRenew(undefined)).toBe(true);
  });

  test("OAuthJWTCert proves the application, with its type, password and subject", () => {
    const certified = {
      ...application,
      OAuthClientSecret: undefined,
      OAuthJWTCert: new Secret("pfx"),
      OAuthJWTCertType: "PFXBLOB",
      OAuthJWTCertPassword: new Secret("open"),
      OAuthJWTCertSubject: "CN=mail",
    };
    const { signIn } = configOf(certified);
    const credential = signIn?.kind === "entra" ? signIn.options.credential : undefined;
    expect(credential).toMatchObject({ kind: "certificate", certificate: { type: "PFXBLOB", subject: "CN=mail" } });
    const certificate = credential?.kind === "certificate" ? credential.certificate : undefined;
    expect([certificate?.value.reveal(), certificate?.password?.reveal()]).toEqual(["pfx", "open"]);
  });
});

describe("SSL and Proxy", () => {
  test("SSLServerCert reaches the transport", () => {
    expect(configOf({ ...basic, SSLServerCert: "AB:CD" }).transport.tls.serverCert).toBe("AB:CD");
  });

  test("UseProxySettings and ProxyAutoDetect take the agent's proxy", () => {
    expect(configOf({ ...basic, UseProxySettings: true }).transport.proxy).toBe("agent");
    expect(configOf({ ...basic, ProxyServer: "proxy.test", ProxyAutoDetect: true }).transport.proxy).toBe("agent");
    expect(configOf(basic).transport.proxy).toBeUndefined();
  });

  test("ProxyServer takes port, login, TLS and exceptions along", () => {
    const values = {
      ...basic,
      ProxyServer: "proxy.test",
      ProxyPort: 3128,
      ProxyAuthScheme: "NTLM",
      ProxyUser: "u",
      ProxyPassword: new Secret("p"),
      ProxySSLType: "ALWAYS",
      ProxyExceptions: "a.test;*.b.test",
    };
    const { proxy } = configOf(values).transport;
    expect(proxy).toMatchObject({
      host: "proxy.test",
      port: 3128,
      authentication: "ntlm",
      user: "u",
      tls: "always",
      exceptions: ["a.test", "*.b.test"],
    });
    expect(typeof proxy === "object" ? proxy.password?.reveal() : undefined).toBe("p");
  });
});

test("EhloName introduces the service", () => {
  expect(configOf({ ...basic, EhloName: "me.test" }).server.ehloName).toBe("me.test");
});
