import { describe, expect, it } from "vitest";
import { type ConnectorError, type PropertyValues, Secret } from "#spi";
import { exchangeConnector } from "../../../../connectors/microsoft-exchange/manifest.ts";
import { ewsEndpoint } from "../../../../connectors/microsoft-exchange/properties/endpoint.ts";
import { configure } from "../../../../src/runtime/configuration.ts";

const connector = exchangeConnector({});
const optionsOf = (values: PropertyValues) => configure(connector, values).options;
const onPremises = {
  Schema: "EWS",
  Platform: "Exchange2013_SP1",
  AuthScheme: "NTLM",
  Server: "mail.corp.example",
  User: "CORP\\ann",
  Password: new Secret("p"),
} as const;
const application = {
  Schema: "MSGraph",
  AuthScheme: "AzureServicePrincipal",
  AzureTenant: "t",
  OAuthClientId: "c",
  OAuthClientSecret: new Secret("s"),
  UserId: "ann@corp.example",
} as const;

describe("Server", () => {
  it.each([
    ["mail.corp.example", "https://mail.corp.example/EWS/Exchange.asmx"],
    ["mail.corp.example:8443", "https://mail.corp.example:8443/EWS/Exchange.asmx"],
    ["http://mail/", "http://mail/EWS/Exchange.asmx"],
    ["https://mail/ews/exchange.asmx", "https://mail/ews/exchange.asmx"],
    ["[::1]:80", "https://[::1]:80/EWS/Exchange.asmx"],
  ])("%s is the endpoint %s", (server, endpoint) => {
    expect(ewsEndpoint(server)).toBe(endpoint);
  });

  it.each([
    "https://ann:secret@mail/",
    "ftp://mail/",
    "https://mail/?x=1",
    "https://",
    "a b",
  ])("%s is refused", (server) => {
    expect(() => ewsEndpoint(server)).toThrow(expect.objectContaining({ code: "INVALID_PROPERTY", target: "Server" }));
  });
});

describe("the transport of a connection", () => {
  it("sends credentials to the server's own origin alone", () => {
    const { credentialOrigins, authentication } = optionsOf(onPremises);
    expect(credentialOrigins).toEqual(["https://mail.corp.example"]);
    expect(authentication).toMatchObject({ scheme: "ntlm", user: "CORP\\ann" });
  });

  it("uses bearer tokens at the cloud's own Graph", () => {
    expect(optionsOf(application)).toMatchObject({
      authentication: { scheme: "bearer" },
      credentialOrigins: ["https://graph.microsoft.com"],
    });
    expect(optionsOf({ ...application, Office365Environment: "CHINA" }).credentialOrigins).toEqual([
      "https://microsoftgraph.chinacloudapi.cn",
    ]);
  });

  it("prefers an explicit proxy, then a tunnelling firewall, then the agent's", () => {
    expect(
      optionsOf({ ...onPremises, ProxyServer: "proxy", ProxyPort: 8080, UseProxySettings: true }).proxy,
    ).toMatchObject({
      host: "proxy",
      port: 8080,
      authentication: "none",
    });
    expect(optionsOf({ ...onPremises, FirewallType: "TUNNEL", FirewallServer: "fw" }).proxy).toMatchObject({
      host: "fw",
      port: 80,
    });
    expect(optionsOf({ ...onPremises, UseProxySettings: "true" }).proxy).toBe("agent");
    expect(optionsOf(onPremises).proxy).toBeUndefined();
  });

  it("takes Timeout in seconds, 0 as no limit, and custom headers a line each", () => {
    expect(optionsOf({ ...onPremises, Timeout: 0 }).timeoutMs).toBe(0);
    expect(optionsOf({ ...onPremises, Timeout: "7" }).timeoutMs).toBe(7000);
    expect(optionsOf({ ...onPremises, CustomHeaders: "X-One: 1\nX-Two: a: b" }).headers).toEqual({
      "X-One": "1",
      "X-Two": "a: b",
    });
  });

  it.each(["Authorization: x", "no colon", "Host: evil"])("refuses the custom header %s", (CustomHeaders) => {
    expect(() => optionsOf({ ...onPremises, CustomHeaders })).toThrow(
      expect.objectContaining({ target: "CustomHeaders" }),
    );
  });

  it("refuses SOCKS rather than going past the firewall", () => {
    expect(() => optionsOf({ ...onPremises, FirewallType: "SOCKS5", FirewallServer: "fw" })).toThrow(/SOCKS/);
  });
});

describe("defaults that depend on other properties", () => {
  it("take an on-premises scheme with a Server as Exchange2013_SP1", () => {
    const { Platform: _, ...rest } = onPremises;
    expect(optionsOf(rest).credentialOrigins).toEqual(["https://mail.corp.example"]);
  });

  it("let an application ask for its own tokens", () => {
    expect(connector.tokens?.(configure(connector, application).config, noFiles)?.canRenew(undefined)).toBe(true);
    const off = { ...application, InitiateOAuth: "OFF", OAuthAccessToken: new Secret("t") };
    expect(connector.tokens?.(configure(connector, off).config, noFiles)?.canRenew(undefined)).toBe(false);
  });
});

const noFiles = {
  read: () => Promise.reject(new Error("no files here")),
  open: () => Promise.reject(new Error("no files here")),
  writeStream: () => Promise.reject(new Error("no files here")),
  resolve: () => Promise.reject(new Error("no files here")),
  write: () => Promise.reject(new Error("no files here")),
};

describe("mistakes of a connection", () => {
  it("come all at once, each at its property", () => {
    try {
      configure(connector, {
        Schema: "EWS",
        AuthScheme: "NTLM",
        Platform: "Exchange2010",
        Timeout: "soon",
        Pagesze: 5,
      });
      expect.unreachable();
    } catch (error) {
      const pointers = (error as ConnectorError).mistakes.map(({ pointer }) => pointer).sort();
      expect(pointers).toEqual([
        "/properties/Pagesze",
        "/properties/Password",
        "/properties/Server",
        "/properties/Timeout",
        "/properties/User",
      ]);
    }
  });
});

describe("what a connection lists", () => {
  it("is restricted by Tables and Views", () => {
    const { config } = configure(connector, { ...onPremises, Tables: "Inbox, calendar", Views: "Rooms" });
    expect(
      connector
        .tables(config)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["Calendar", "Inbox", "Rooms"]);
  });
});
