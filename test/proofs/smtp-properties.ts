import type { Proof } from "./properties.ts";

const by =
  (file: string) =>
  (title: string): Proof => ({ file, title });

const effects = by("test/unit/connectors/smtp/effects.test.ts");
const config = by("test/unit/connectors/smtp/config.test.ts");
const service = by("test/service/smtp.test.ts");
const causes = by("test/service/causes/smtp.test.ts");
const session = by("test/unit/connectors/smtp/session.test.ts");

const cert = effects("OAuthJWTCert proves the application, with its type, password and subject");
const given = effects("OAuthAccessToken comes with OAuthRefreshToken, OAuthExpiresIn and OAuthTokenTimestamp");
const proxy = effects("ProxyServer takes port, login, TLS and exceptions along");
const agent = effects("UseProxySettings and ProxyAutoDetect take the agent's proxy");
const port = config("ConnectionSecurity %s has Port %i unless told otherwise");
const sender = service("the mail's sender wins over the account's, and both over User");
const debug = config("debug output is asked for by minutes, 30 unless told otherwise");

/** The best proof of each property of the SMTP connector, by its key. */
export const smtpPropertyProofs: Readonly<Record<string, Proof>> = {
  Server: config("Server is left out for Microsoft's clouds, and their tokens are asked for SMTP"),
  Port: port,
  ConnectionSecurity: causes("the login comes over TLS alone, and what was offered before is asked for again"),
  From: sender,
  DisplayName: service("SendMail arrives whole: names, body, files, importance; hidden copies stay hidden"),
  AuthScheme: causes("SMTP_AUTH_NOT_OFFERED: what is offered is listed"),
  User: sender,
  Password: causes("SMTP_CREDENTIALS_REFUSED: 535 to PLAIN and to LOGIN"),
  AzureTenant: effects("AzureTenant is the tenant that signs in"),
  AzureEnvironment: effects("AzureEnvironment chooses the login, the scope and the SMTP host"),
  OAuthJWTCert: cert,
  OAuthJWTCertType: cert,
  OAuthJWTCertPassword: cert,
  OAuthJWTCertSubject: cert,
  InitiateOAuth: effects("InitiateOAuth OFF uses the given token and asks for no other"),
  OAuthGrantType: effects("OAuthGrantType CLIENT needs nobody to sign in"),
  OAuthClientId: effects("OAuthClientId is the application that asks"),
  OAuthClientSecret: service("an application sends with SMTP.SendAsApp, over the cloud's own host"),
  OAuthAuthorizationURL: effects("OAuthAuthorizationURL is where a person signs in"),
  OAuthAccessTokenURL: effects("OAuthAccessTokenURL is where tokens are asked for"),
  Scope: effects("Scope is what is asked for"),
  CallbackURL: effects("CallbackURL is the redirect address of the connection's own"),
  OAuthAccessToken: given,
  OAuthRefreshToken: given,
  OAuthExpiresIn: given,
  OAuthTokenTimestamp: given,
  SSLServerCert: effects("SSLServerCert reaches the transport"),
  UseProxySettings: agent,
  ProxyAutoDetect: agent,
  ProxyServer: session("a proxy carries the conversation by CONNECT"),
  ProxyPort: session("a proxy carries the conversation by CONNECT"),
  ProxyAuthScheme: proxy,
  ProxyUser: proxy,
  ProxyPassword: proxy,
  ProxySSLType: proxy,
  ProxyExceptions: proxy,
  EnableDebugOutput: service("EnableDebugOutput records the conversation, without secrets and with bodies cut"),
  DebugOutputMinutes: debug,
  Timeout: causes("SMTP_REPLY_TIMEOUT: a server that falls silent"),
  EhloName: effects("EhloName introduces the service"),
};
