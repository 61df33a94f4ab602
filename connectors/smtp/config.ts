import {
  type ActivityLimits,
  invalidProperty,
  type PropertyValues,
  type ProxyOptions,
  Secret,
  type TransportOptions,
} from "#spi";
import { explicitProxy } from "../common/proxy-options.ts";
import { given, Values } from "../common/values.ts";
import {
  type Cloud,
  cloudFor,
  entraOptionsOf,
  exchangeAudiences,
  givenTokens,
  type HostOptions,
} from "../microsoft-identity/index.ts";
import type { MailSignIn } from "./oauth/token-source.ts";

/** Where and how the server is talked to. */
export interface SmtpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly security: "NONE" | "STARTTLS" | "TLS";
  readonly ehloName: string;
  readonly timeoutMs: number;
}

export type SmtpLogin =
  | { readonly scheme: "none" }
  | { readonly scheme: "basic"; readonly user: string; readonly password: Secret }
  | {
      readonly scheme: "oauth";
      readonly user: string;
      /** Audiences by which a token for this server is known; absent where its provider has none we know. */
      readonly audiences?: readonly string[];
    };

/** The parsed properties of one email account. */
export interface SmtpConfig {
  readonly server: SmtpServerOptions;
  readonly login: SmtpLogin;
  readonly signIn?: MailSignIn;
  /** Property From; absent = mails come from User. */
  readonly from?: string;
  readonly user?: string;
  readonly displayName?: string;
  readonly transport: TransportOptions;
  readonly limits: ActivityLimits;
  readonly debugMinutes?: number;
}

/** Exchange Online allows three connections of one mailbox at a time; more are answered 432 4.3.2. */
const connectionsOfMailbox = 3;

/** Reads the settled properties of an email account. Errors: INVALID_PROPERTY. */
export function parseConfig(properties: PropertyValues, host: HostOptions): SmtpConfig {
  const values = new Values(properties);
  const cloud = cloudFor({ ...given("azureEnvironment", values.text("AzureEnvironment")) }, host.cloudOverrides);
  const scheme = values.text("AuthScheme") ?? "OAUTH";
  const isEntra = scheme === "OAUTH" && values.text("OAuthAccessTokenURL") === undefined;
  const timeoutMs = Math.max(0, values.integer("Timeout") ?? 60) * 1000;
  const from = address(values, "From");
  return {
    server: serverOptions(values, isEntra ? cloud : undefined, timeoutMs),
    login: loginOf(values, scheme, isEntra ? cloud : undefined),
    ...given("signIn", scheme === "OAUTH" ? signInOf(values, cloud, isEntra, host) : undefined),
    ...given("from", from),
    ...given("user", scheme === "NONE" ? undefined : values.text("User")),
    ...given("displayName", oneLine(values, "DisplayName")),
    transport: transportOptions(values, timeoutMs, isEntra ? host.authorities?.[cloud.caFile ?? ""] : undefined),
    limits: { pageSize: 100, readOnly: false, localFiltering: false, localWork: true },
    ...given(
      "debugMinutes",
      values.flag("EnableDebugOutput") ? (values.integer("DebugOutputMinutes") ?? 30) : undefined,
    ),
  };
}

function serverOptions(values: Values, cloud: Cloud | undefined, timeoutMs: number): SmtpServerOptions {
  const named = values.text("Server");
  if (named !== undefined && /[\s/@\p{Cc}]|^[^:]*:\d+$/u.test(named))
    throw invalidProperty("Server", "Server is a host name alone, such as smtp.example.com; the port stands in Port.");
  const host = named ?? cloud?.smtp.host;
  if (host === undefined) throw invalidProperty("Server", "Server must be set.");
  const security = values.text("ConnectionSecurity") ?? "STARTTLS";
  const ehloName = values.text("EhloName") ?? "[127.0.0.1]";
  if (!/^[\x21-\x7e]{1,255}$/.test(ehloName))
    throw invalidProperty("EhloName", "EhloName is a host name, or an address in square brackets.");
  // Where the cloud's host is redirected, its port is too.
  const cloudPort = named === undefined && cloud?.smtp.port !== 587 ? cloud?.smtp.port : undefined;
  return {
    host,
    port: cloudPort ?? values.integer("Port") ?? 587,
    security: security === "NONE" || security === "TLS" ? security : "STARTTLS",
    ehloName,
    timeoutMs,
  };
}

function loginOf(values: Values, scheme: string, cloud: Cloud | undefined): SmtpLogin {
  if (scheme === "NONE") return { scheme: "none" };
  const user = oneLine(values, "User");
  if (user === undefined) throw invalidProperty("User", "User must be set.");
  if (scheme === "BASIC") return { scheme: "basic", user, password: values.secret("Password") ?? new Secret("") };
  return { scheme: "oauth", user, ...given("audiences", cloud === undefined ? undefined : exchangeAudiences(cloud)) };
}

function signInOf(values: Values, cloud: Cloud, isEntra: boolean, host: HostOptions): MailSignIn {
  const grant = values.text("OAuthGrantType") === "CLIENT" ? "client" : "code";
  const renews = values.text("InitiateOAuth") !== "OFF";
  if (isEntra) {
    const plan = { cloud, schema: "SMTP", grant, renews, takesCertificate: grant === "client" } as const;
    return { kind: "entra", options: entraOptionsOf(values, plan, host) };
  }
  return {
    kind: "other",
    options: {
      grant,
      renews,
      tokenUrl: protectedUrl(values, "OAuthAccessTokenURL") ?? "",
      ...given("authorizationUrl", url(values, "OAuthAuthorizationURL")),
      clientId: values.text("OAuthClientId") ?? "",
      ...given("clientSecret", values.secret("OAuthClientSecret")),
      ...given("scope", values.text("Scope")),
      ...given("redirectUri", url(values, "CallbackURL")),
      ...given("given", givenTokens(values)),
      ...given("user", values.text("User")),
    },
  };
}

function transportOptions(values: Values, timeoutMs: number, extraCa: string | undefined): TransportOptions {
  return {
    authentication: { scheme: "none" },
    credentialOrigins: [],
    ...given("proxy", proxy(values)),
    tls: { ...given("serverCert", values.text("SSLServerCert")), ...given("extraCa", extraCa) },
    timeoutMs,
    concurrency: { perMailbox: connectionsOfMailbox, perConnection: connectionsOfMailbox },
    headers: {},
  };
}

function proxy(values: Values): ProxyOptions | "agent" | undefined {
  if (values.text("ProxyServer") !== undefined && !values.flag("ProxyAutoDetect")) return explicitProxy(values);
  return values.flag("UseProxySettings") || values.flag("ProxyAutoDetect") ? "agent" : undefined;
}

function url(values: Values, key: string): string | undefined {
  const text = values.text(key);
  if (text === undefined) return undefined;
  const isHttp = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isHttp) throw invalidProperty(key, `${key} is a URL, such as https://login.example.com/oauth2.`);
  return text;
}

/** An address that secrets are sent to: over TLS (RFC 6749, 3.2), unless they do not leave this machine. */
function protectedUrl(values: Values, key: string): string | undefined {
  const text = url(values, key);
  if (text === undefined) return undefined;
  const { protocol, hostname } = new URL(text);
  if (protocol !== "https:" && !/^(127\.[\d.]+|\[::1\]|localhost)$/.test(hostname))
    throw invalidProperty(key, `${key} begins with https://: the client secret and tokens go there.`);
  return text;
}

function oneLine(values: Values, key: string): string | undefined {
  const text = values.text(key);
  if (text !== undefined && /\p{Cc}/u.test(text)) throw invalidProperty(key, `${key} is one line without controls.`);
  return text;
}

function address(values: Values, key: string): string | undefined {
  const text = oneLine(values, key);
  if (text !== undefined && !/^[^\s<>,;"@]+@[^\s<>,;"@]+$/.test(text))
    throw invalidProperty(key, `${key} is a mail address, such as sales@example.com; the name stands in DisplayName.`);
  return text;
}
