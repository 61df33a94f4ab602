import { alice, type Stand } from "../../support/stand.ts";

/** A connection by which alice herself acts. */
export const delegatedProperties = ({ description: { app } }: Stand["sandbox"]) => ({
  Schema: "MSGraph",
  AuthScheme: "OAuth",
  OAuthGrantType: "PASSWORD",
  InitiateOAuth: "GETANDREFRESH",
  AzureTenant: app.tenant,
  OAuthClientId: app.clientId,
  OAuthClientSecret: app.clientSecret,
  User: alice,
  Password: "sandbox",
});
