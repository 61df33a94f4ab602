import { describe, expect, test } from "vitest";
import { ConnectorError, Secret } from "#spi";
import { parseConfig, type SmtpConfig } from "../../../../connectors/smtp/config.ts";
import { expiries } from "../../../../connectors/smtp/expiries.ts";
import { smtpConnector } from "../../../../connectors/smtp/manifest.ts";
import { configure } from "../../../../src/runtime/configuration.ts";
import { validate } from "../../../../src/runtime/validation.ts";

const definition = smtpConnector({});
const basic = { AuthScheme: "BASIC", Server: "mail.test", User: "alice@mail.test", Password: new Secret("secret") };
const oauth = {
  AuthScheme: "OAUTH",
  User: "alice@mail.test",
  OAuthClientId: "app",
  OAuthClientSecret: new Secret("s"),
};
const configOf = (values: Parameters<typeof configure>[1]) => configure(definition, values).config as SmtpConfig;

test.each([
  ["NONE", 25],
  ["STARTTLS", 587],
  ["TLS", 465],
])("ConnectionSecurity %s has Port %i unless told otherwise", (ConnectionSecurity, port) => {
  expect(configOf({ ...basic, ConnectionSecurity }).server).toMatchObject({ port, security: ConnectionSecurity });
  expect(configOf({ ...basic, ConnectionSecurity, Port: 2525 }).server.port).toBe(2525);
});

test("Server is left out for Microsoft's clouds, and their tokens are asked for SMTP", () => {
  const { server, login, signIn } = configOf({ ...oauth, AzureEnvironment: "USGOVTDOD" });
  expect(server).toMatchObject({ host: "outlook-dod.office365.us", port: 587 });
  expect(login).toMatchObject({
    scheme: "oauth",
    audiences: expect.arrayContaining(["https://outlook-dod.office365.us"]),
  });
  expect(signIn).toMatchObject({ kind: "entra", options: { schema: "SMTP", grant: "code", renews: true } });
});

test("a redirected cloud decides host and port together", () => {
  const host = { cloudOverrides: { GLOBAL: { smtp: { host: "smtp.test", port: 2587 } } } };
  expect(parseConfig({ ...oauth, Port: 587 }, host).server).toMatchObject({ host: "smtp.test", port: 2587 });
  expect(parseConfig({ ...oauth, Server: "own.test", Port: 587 }, host).server).toMatchObject({
    host: "own.test",
    port: 587,
  });
});

describe("the form", () => {
  const mistakes = (properties: object) =>
    validate(definition, { ...properties }).properties.flatMap(({ key, errors }) => errors.map(() => key));

  test.each([
    ["nothing", {}, ["User", "OAuthClientId"]],
    ["BASIC alone", { AuthScheme: "BASIC" }, ["Server", "User", "Password"]],
    ["NONE alone", { AuthScheme: "NONE" }, ["Server", "From"]],
    [
      "an application",
      { User: "a@b.test", OAuthGrantType: "CLIENT" },
      ["AzureTenant", "OAuthClientId", "OAuthClientSecret"],
    ],
    ["a token in the clear", { ...oauth, ConnectionSecurity: "NONE" }, ["ConnectionSecurity"]],
    ["half a provider", { ...oauth, OAuthAuthorizationURL: "https://a.test/" }, ["OAuthAccessTokenURL"]],
    [
      "a provider without server",
      { ...oauth, OAuthAccessTokenURL: "https://a.test/t", OAuthAuthorizationURL: "https://a.test/" },
      ["Server"],
    ],
    ["a given token that is missing", { ...oauth, InitiateOAuth: "OFF" }, ["OAuthAccessToken"]],
  ])("%s misses what it needs", (_what, properties, keys) => {
    expect(mistakes(properties).toSorted()).toEqual(keys.toSorted());
  });

  test("a password in the clear is warned of", () => {
    const report = validate(definition, { ...basic, Password: "x", ConnectionSecurity: "NONE" });
    const warned = report.properties.filter(({ warnings }) => warnings.length > 0).map(({ key }) => key);
    expect(warned).toEqual(["ConnectionSecurity"]);
  });
});

test.each([
  ["Server", "smtp://mail.test"],
  ["Server", "mail.test:25"],
  ["From", "Alice <alice@mail.test>"],
  ["From", "alice@mail.test\r\nBcc: eve@evil.test"],
  ["DisplayName", "a\r\nb"],
  ["User", "a\r\nb"],
  ["EhloName", "two words"],
])("%s is not %j", (key, value) => {
  const error = (() => {
    try {
      return configOf({ ...basic, [key]: value });
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ConnectorError);
  expect(error).toMatchObject({ code: "INVALID_PROPERTY", target: key });
});

test.each([
  ["smtp.office365.com", 1],
  ["SMTP-MAIL.outlook.com", 1],
  ["smtp.partner.outlook.cn", 1],
  ["office365.com.evil.test", 0],
  ["mail.test", 0],
])("Basic at %s has %i expiries", (Server, expected) => {
  expect(expiries(configOf({ ...basic, Server }), undefined)).toHaveLength(expected);
});

test("debug output is asked for by minutes, 30 unless told otherwise", () => {
  expect(definition.debugMinutes?.(configOf(basic))).toBeUndefined();
  expect(definition.debugMinutes?.(configOf({ ...basic, EnableDebugOutput: true }))).toBe(30);
  expect(definition.debugMinutes?.(configOf({ ...basic, EnableDebugOutput: true, DebugOutputMinutes: 5 }))).toBe(5);
});

test("an account without login has no step for one", () => {
  const none = configOf({ AuthScheme: "NONE", Server: "mail.test", From: "a@mail.test", ConnectionSecurity: "NONE" });
  expect(definition.steps?.(none)).toEqual(["dns", "egress", "tcp", "challenge", "protocol", "permission"]);
  expect(definition.steps?.(configOf({ ...basic, UseProxySettings: true }))).toContain("proxy");
});
