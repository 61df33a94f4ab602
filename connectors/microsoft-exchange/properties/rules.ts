import { all, anyOf, is, isSet, type JointRule, not, type When } from "#spi";

/** Conditions over AuthScheme, Schema and Platform that several properties share. */
export const isEws: When = is("Schema", "EWS");
export const isGraph: When = is("Schema", "MSGraph");
/** Graph is always online; EWS says so by Platform. */
export const isOnline: When = anyOf(isGraph, is("Platform", "Exchange_Online"));

export const isOnPremisesScheme: When = is("AuthScheme", "Basic", "NTLM", "Digest", "Negotiate", "NONE");
export const isNegotiate: When = is("AuthScheme", "Negotiate");
/** Tickets are asked for: for the server, the proxy, or both. */
export const usesKerberos: When = anyOf(isNegotiate, all(isSet("ProxyServer"), is("ProxyAuthScheme", "NEGOTIATE")));
export const isManagedIdentity: When = is("AuthScheme", "AzureMSI");
export const isOAuthFamily: When = is(
  "AuthScheme",
  "OAuth",
  "AzureAD",
  "AzureServicePrincipal",
  "AzureServicePrincipalCert",
  "AzureMSI",
);
export const isClientGrant: When = all(is("AuthScheme", "OAuth"), is("OAuthGrantType", "CLIENT"));
export const isPasswordGrant: When = all(is("AuthScheme", "OAuth"), is("OAuthGrantType", "PASSWORD"));
export const isCodeGrant: When = anyOf(
  is("AuthScheme", "AzureAD"),
  all(is("AuthScheme", "OAuth"), is("OAuthGrantType", "CODE")),
);
/** A person signed in; tokens come with a refresh token. */
export const isDelegated: When = anyOf(isCodeGrant, isPasswordGrant);
/** The application acts by itself: no `/me`, no mailbox of its own. */
export const isAppOnly: When = anyOf(
  is("AuthScheme", "AzureServicePrincipal", "AzureServicePrincipalCert", "AzureMSI"),
  isClientGrant,
);
/** The service itself gets or renews tokens. */
export const asksForToken: When = all(isOAuthFamily, is("InitiateOAuth", "GETANDREFRESH", "REFRESH"));
export const needsGivenToken: When = all(
  isOAuthFamily,
  not(isManagedIdentity),
  anyOf(is("InitiateOAuth", "OFF"), all(isDelegated, is("InitiateOAuth", "REFRESH"))),
);
export const usesCertificate: When = anyOf(
  is("AuthScheme", "AzureServicePrincipal", "AzureServicePrincipalCert"),
  isClientGrant,
);
export const usesUser: When = anyOf(
  is("AuthScheme", "Basic", "NTLM", "Digest", "Negotiate"),
  isPasswordGrant,
  isDelegated,
);
export const needsLogin: When = anyOf(
  is("AuthScheme", "Basic", "NTLM", "Digest"),
  all(isNegotiate, not(isSet("KerberosKeytabFile")), not(isSet("KerberosTicketCache"))),
  all(isPasswordGrant, is("InitiateOAuth", "GETANDREFRESH")),
);

/** Rules that look at several properties at once. */
export const jointRules: readonly JointRule[] = [
  {
    when: is("FirewallType", "SOCKS4", "SOCKS5"),
    property: "FirewallType",
    detail: "SOCKS firewalls are not supported. Use FirewallType TUNNEL, or ProxyServer.",
    severity: "error",
  },
  {
    when: all(isCodeGrant, isSet("OAuthVerifier"), not(isSet("CallbackURL"))),
    property: "CallbackURL",
    detail: "OAuthVerifier is redeemed with the redirect address of its sign-in: set CallbackURL to that address.",
    severity: "error",
  },
  {
    when: is("ProxyAuthScheme", "PROPRIETARY"),
    property: "ProxyAuthScheme",
    detail: "PROPRIETARY names no protocol that can be spoken. Use NONE, BASIC, DIGEST, NTLM or NEGOTIATE.",
    severity: "error",
  },
  {
    when: all(isEws, is("Platform", "Exchange_Online"), isSet("Server")),
    property: "Server",
    detail:
      "Server is not used with Platform Exchange_Online: EWS is then called at the cloud's own address. For a server of your own choose its Platform.",
    severity: "warning",
  },
  {
    when: all(isEws, is("Platform", "Exchange_Online"), isOnPremisesScheme),
    property: "AuthScheme",
    detail: "Exchange Online refuses this AuthScheme; use an OAuth scheme, or the Platform of your own server.",
    severity: "warning",
  },
  {
    when: all(isEws, is("Platform", "Exchange_Online")),
    property: "Schema",
    detail:
      "Exchange Online blocks EWS by default since October 2026 and ends it in April 2027; Schema MSGraph goes on.",
    severity: "warning",
  },
  {
    when: all(isGraph, isAppOnly, not(isSet("UserId")), not(isSet("DefaultUser"))),
    property: "UserId",
    detail:
      "An application token has no mailbox of its own: set UserId here, or name UserId in every condition and row.",
    severity: "warning",
  },
  {
    when: all(isEws, isAppOnly, not(isSet("ImpersonationUser"))),
    property: "ImpersonationUser",
    detail:
      "An application token has no mailbox of its own: set ImpersonationUser here, or name it in every condition and row.",
    severity: "warning",
  },
];
