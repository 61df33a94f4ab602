import { alice, type Stand } from "../../support/stand.ts";

/** Properties of an application at Exchange Online, in alice's mailbox: the platform that knows every column. */
export function onlineProperties({ sandbox: { description } }: Stand) {
  return {
    Schema: "EWS",
    Platform: "Exchange_Online",
    AuthScheme: "AzureServicePrincipal",
    AzureTenant: description.app.tenant,
    OAuthClientId: description.app.clientId,
    OAuthClientSecret: description.app.clientSecret,
    ImpersonationUser: alice,
    ImpersonationType: "PrimarySmtpAddress",
  };
}
