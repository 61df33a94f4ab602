import { describe, expect, it } from "vitest";
import { Secret } from "#spi";
import { exchangeConnector } from "../../../../connectors/microsoft-exchange/manifest.ts";
import { configure } from "../../../../src/runtime/configuration.ts";

const connector = exchangeConnector({});
const application = {
  AuthScheme: "AzureServicePrincipal",
  AzureTenant: "t",
  OAuthClientId: "c",
  OAuthClientSecret: new Secret("s"),
} as const;
const codes = (values: Parameters<typeof configure>[1], facts?: { hasRefreshToken: boolean; obtainedAt?: number }) =>
  (connector.expiries?.(configure(connector, values).config, facts) ?? []).map(({ code, at }) => `${code} ${at}`);

describe("what will stop", () => {
  it("names the end of EWS in Exchange Online, and nothing for Graph or a server of one's own", () => {
    expect(codes({ ...application, Schema: "EWS", Platform: "Exchange_Online" })).toEqual([
      "EWS_ONLINE_BLOCKED_BY_DEFAULT 2026-10-01T00:00:00Z",
      "EWS_ONLINE_ENDS 2027-04-01T00:00:00Z",
    ]);
    expect(codes({ ...application, Schema: "MSGraph" })).toEqual([]);
    expect(codes({ Schema: "EWS", AuthScheme: "NONE", Server: "mail.corp.example" })).toEqual([]);
  });

  it("names the day an unused refresh token is void", () => {
    const facts = { hasRefreshToken: true, obtainedAt: Date.parse("2026-01-01T00:00:00Z") };
    expect(codes({ ...application, Schema: "MSGraph" }, facts)).toEqual([
      "OAUTH_REFRESH_TOKEN_IDLE 2026-04-01T00:00:00.000Z",
    ]);
  });

  it("says that a broken certificate cannot be read", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    const values = { ...application, Schema: "MSGraph", OAuthJWTCert: new Secret(broken) };
    expect(codes(values)).toEqual(["OAUTH_CERTIFICATE_UNREADABLE undefined"]);
  });
});
