import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CLIENT_IDS, CLIENT_SECRET } from "../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { type Properties, report } from "./causes/support/proves.ts";
import { useCauseStand } from "./causes/support/stand.ts";
import { exchangeScope, graphScope, personToken } from "./causes/support/tokens.ts";

const stand = useCauseStand({
  machine: async (sandbox) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${sandbox?.httpPort}` }),
});
const alice = "alice@sandbox.example";

type Schema = "EWS" | "MSGraph";
const schemas: Readonly<Record<Schema, Properties>> = {
  MSGraph: { Schema: "MSGraph" },
  EWS: { Schema: "EWS", Platform: "Exchange_Online" },
};
/** Whose mailbox an application opens. */
const mailboxOf: Readonly<Record<Schema, Properties>> = {
  MSGraph: { UserId: alice },
  EWS: { ImpersonationUser: alice, ImpersonationType: "PrimarySmtpAddress" },
};
const client = () => ({
  AzureTenant: stand().sandbox.description.app.tenant,
  OAuthClientId: CLIENT_IDS.full,
  OAuthClientSecret: CLIENT_SECRET,
});
const tokens = (schema: Schema) => personToken(stand().sandbox, schema === "EWS" ? exchangeScope : graphScope);

type Case = readonly [title: string, properties: (schema: Schema) => Promise<Properties> | Properties];
const cases: readonly Case[] = [
  ["OAuth, CLIENT", (schema) => ({ AuthScheme: "OAuth", OAuthGrantType: "CLIENT", ...client(), ...mailboxOf[schema] })],
  [
    "OAuth, PASSWORD",
    () => ({
      ...{ AuthScheme: "OAuth", OAuthGrantType: "PASSWORD", InitiateOAuth: "GETANDREFRESH" },
      ...{ ...client(), User: alice, Password: "sandbox" },
    }),
  ],
  [
    "AzureAD, REFRESH",
    async (schema) => ({
      ...{ AuthScheme: "AzureAD", InitiateOAuth: "REFRESH", ...client(), OAuthAccessToken: "over" },
      ...{ OAuthTokenTimestamp: 1000, OAuthExpiresIn: 3600 },
      OAuthRefreshToken: (await tokens(schema)).refresh_token,
    }),
  ],
  [
    "AzureAD, OFF",
    async (schema) => ({
      ...{ AuthScheme: "AzureAD", InitiateOAuth: "OFF" },
      OAuthAccessToken: (await tokens(schema)).access_token,
    }),
  ],
  ["AzureServicePrincipal", (schema) => ({ AuthScheme: "AzureServicePrincipal", ...client(), ...mailboxOf[schema] })],
  [
    "AzureServicePrincipalCert",
    async (schema) => {
      const { OAuthClientSecret: _, ...registration } = client();
      const OAuthJWTCert = await readFile(stand().sandbox.description.app.certificateFile, "utf8");
      return { AuthScheme: "AzureServicePrincipalCert", ...registration, OAuthJWTCert, ...mailboxOf[schema] };
    },
  ],
  ["AzureMSI", (schema) => ({ AuthScheme: "AzureMSI", ...mailboxOf[schema] })],
];

describe.each(["MSGraph", "EWS"] as const)("schema %s", (schema) => {
  test.each(cases)("%s: tested, saved and queried", async (title, propertiesOf) => {
    const properties = { ...schemas[schema], ...(await propertiesOf(schema)) };
    const { status, steps } = await report(stand(), properties);
    expect(steps.filter((step) => step.status === "failed")).toEqual([]);
    expect(status).not.toBe("failed");
    const { admin } = stand();
    const name = `${title} at ${schema}`;
    await admin.ok("/v1/connections", { name, connector: "microsoft-exchange", properties });
    const table = schema === "EWS" ? "Inbox" : "Messages";
    const body = { table, columns: ["Subject"], limit: 1 };
    const answer = await admin.call(`/v1/connections/${encodeURIComponent(name)}/query`, body);
    expect(answer.body.records, answer.text).toHaveLength(1);
  });
});
