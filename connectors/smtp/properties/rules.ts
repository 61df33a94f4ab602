import { all, anyOf, is, isSet, type JointRule, not, type When } from "#spi";

/** Conditions that several properties share. */
export const isBasic: When = is("AuthScheme", "BASIC");
export const isOAuth: When = is("AuthScheme", "OAUTH");
/** Tokens of another provider than Microsoft Entra. */
export const isOtherProvider: When = isSet("OAuthAccessTokenURL");
export const isEntra: When = all(isOAuth, not(isOtherProvider));
export const isCode: When = all(isOAuth, is("OAuthGrantType", "CODE"));
export const isClient: When = all(isOAuth, is("OAuthGrantType", "CLIENT"));
export const asksForToken: When = all(isOAuth, is("InitiateOAuth", "GETANDREFRESH", "REFRESH"));
export const needsGivenToken: When = all(isOAuth, is("InitiateOAuth", "OFF"));

/** Rules that look at several properties at once. */
export const jointRules: readonly JointRule[] = [
  {
    when: all(isBasic, is("ConnectionSecurity", "NONE")),
    property: "ConnectionSecurity",
    detail: "User and Password cross the network in the clear. Choose STARTTLS or TLS.",
    severity: "warning",
  },
  {
    when: all(isOAuth, is("ConnectionSecurity", "NONE")),
    property: "ConnectionSecurity",
    detail: "An access token must not cross the network in the clear: choose STARTTLS or TLS.",
    severity: "error",
  },
  {
    when: all(isCode, isOtherProvider, is("InitiateOAuth", "GETANDREFRESH"), not(isSet("OAuthAuthorizationURL"))),
    property: "OAuthAuthorizationURL",
    detail:
      "OAuthAccessTokenURL names another provider than Microsoft: its OAuthAuthorizationURL is needed to sign in.",
    severity: "error",
  },
  {
    when: all(isOAuth, isSet("OAuthAuthorizationURL"), not(isOtherProvider)),
    property: "OAuthAccessTokenURL",
    detail: "OAuthAuthorizationURL names another provider than Microsoft: its OAuthAccessTokenURL is needed too.",
    severity: "error",
  },
  {
    when: all(isOAuth, isOtherProvider, not(isSet("Server"))),
    property: "Server",
    detail: "Server must be set: only for Microsoft's own sign-in it is known.",
    severity: "error",
  },
  {
    when: all(isEntra, is("OAuthGrantType", "CLIENT"), anyOf(isSet("OAuthClientSecret")), isSet("OAuthJWTCert")),
    property: "OAuthClientSecret",
    detail: "OAuthJWTCert is used, OAuthClientSecret is not.",
    severity: "warning",
  },
];
